package io.kumiki.runs;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.pipelines.engine.StepRequest;
import io.kumiki.runs.pod.PodNews;
import io.kumiki.runs.pod.PodReading;
import io.kumiki.runs.pod.PodRendering;
import io.kumiki.runs.pod.StepLabels;
import io.kumiki.runs.pod.StepPods;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A rendered pod on the node agent, without the engine: inputs arrive, the step runs, outputs and outcome.json are
/// stored.
class StepPodIT {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String ROOT = "minio://mlpipeline/v2/artifacts/p/r1/train/u1";

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("io.kumiki.runs.RunLoopIT#modes")
    void fetchMainAndPublishShareTheirFiles(Isolation isolation) throws Exception {
        try (var laptop = new Laptop(folder, isolation)) {
            laptop.rig.objects.put("mlpipeline", "in", "hello".getBytes(StandardCharsets.UTF_8));
            var base = laptop.settings.layout().folder("r1", "t1", 1);
            var script = "cat " + base + "/minio/mlpipeline/in; cp " + base + "/minio/mlpipeline/in " + base
                    + "/minio/mlpipeline/v2/artifacts/p/r1/train/u1/m; echo 42 > " + base
                    + "/tmp/kfp/outputs/Output; echo private > ${TMPDIR:-/tmp}/x";
            var step = new StepRequest(
                    "r1",
                    "t1",
                    "train",
                    "train",
                    1,
                    0,
                    new StepRequest.Container(
                            "alpine:3", List.of("sh", "-ec"), List.of(script), List.of(), Json.object()),
                    Json.object(),
                    ROOT,
                    base + "/minio/mlpipeline/v2/artifacts/p/r1/train/u1/output_metadata.json",
                    List.of(new StepRequest.Transfer("minio://mlpipeline/in", base + "/minio/mlpipeline/in")),
                    Map.of("Output", base + "/tmp/kfp/outputs/Output"),
                    List.of(new StepRequest.Upload(
                            "m", ROOT + "/m", base + "/minio/mlpipeline/v2/artifacts/p/r1/train/u1/m")),
                    List.of(new StepRequest.Mount("minio://", base + "/minio/")),
                    null,
                    Json.object());
            var pod = new PodRendering(laptop.settings, "test").render(step, run());
            var ended = new CompletableFuture<PodNews>();
            try (var watch = laptop.pods.follow("test", new StepPods.Listener() {
                @Override
                public void seen(Pod p) {
                    var news = PodReading.read(p);
                    if (!(news instanceof PodNews.Waiting
                            || news instanceof PodNews.Running
                            || news instanceof PodNews.Publishing)) {
                        ended.complete(news);
                    }
                }

                @Override
                public void gone(Pod last) {}
            })) {
                assertThat(laptop.pods.create(pod)).isTrue();
                assertThat(laptop.pods.create(pod)).isFalse();
                var name = pod.getMetadata().getName();
                var news = ended.get(60, TimeUnit.SECONDS);
                assertThat(news)
                        .as(laptop.pods.tail("kubeflow", name, StepLabels.MAIN, 20)
                                + laptop.pods.tail("kubeflow", name, StepLabels.FETCH, 20)
                                + laptop.pods.tail("kubeflow", name, StepLabels.PUBLISH, 20))
                        .isInstanceOfSatisfying(
                                PodNews.Ended.class,
                                e -> assertThat(e.exitCode()).isZero());
                assertThat(laptop.pods.tail("kubeflow", name, StepLabels.MAIN, 20))
                        .isEqualTo("hello");
            }
            try (var m = laptop.rig.objects.get("mlpipeline", "v2/artifacts/p/r1/train/u1/m");
                    var outcome = laptop.rig.objects.get("mlpipeline", "v2/artifacts/p/r1/train/u1/outcome.json")) {
                assertThat(m.bytes()).asString().isEqualTo("hello");
                assertThat(Json.parse(outcome.bytes())
                                .path("parameters")
                                .path("Output")
                                .asText())
                        .isEqualTo("42\n");
            }
        }
    }

    private static RunRecord run() {
        return new RunRecord(
                "r1",
                "kubeflow",
                "e",
                "run",
                "",
                null,
                null,
                "spec",
                "p",
                "p-abcde",
                Json.object(),
                "minio://mlpipeline/v2/artifacts",
                "pipeline-runner",
                RunState.RUNNING,
                false,
                NOW,
                NOW,
                NOW,
                null,
                null,
                null,
                List.of());
    }
}
