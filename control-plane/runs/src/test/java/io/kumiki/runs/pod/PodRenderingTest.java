package io.kumiki.runs.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.kumiki.agent.StepPlan;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.pipelines.engine.StepRequest;
import io.kumiki.runs.RunSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PodRenderingTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String ROOT = "minio://mlpipeline/v2/artifacts/p/r1/train/u1";
    private static final RunSettings SETTINGS = RunSettings.at(URI.create("http://127.0.0.1:9000"));

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
                "My Pipeline!",
                "my-pipeline-abcde",
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

    private static StepRequest step(int attempt, int retry, List<String> args, ObjectNode platform) {
        return new StepRequest(
                "r1",
                "t1",
                "loop/3/train",
                "train",
                attempt,
                retry,
                new StepRequest.Container(
                        "python:3.11",
                        List.of("sh", "-c"),
                        args,
                        List.of(new StepRequest.Variable("A", "1"), new StepRequest.Variable("A", "2")),
                        (ObjectNode)
                                Json.parse(
                                        "{\"requests\":{\"cpu\":\"1\"},\"limits\":{\"memory\":\"2G\",\"nvidia.com/gpu\":\"1\"}}")),
                Json.object(),
                ROOT,
                "/minio/mlpipeline/v2/artifacts/p/r1/train/u1/output_metadata.json",
                List.of(new StepRequest.Transfer("minio://mlpipeline/x", "/minio/mlpipeline/x")),
                Map.of("Output", "/tmp/kfp/outputs/Output"),
                List.of(new StepRequest.Upload("m", ROOT + "/m", "/minio/mlpipeline/v2/artifacts/p/r1/train/u1/m")),
                List.of(new StepRequest.Mount("minio://", "/minio/")),
                null,
                platform);
    }

    private static Pod render(StepRequest step) {
        return new PodRendering(SETTINGS, "i").render(step, run());
    }

    private static Container main(Pod pod) {
        return pod.getSpec().getContainers().getFirst();
    }

    private static ObjectNode json(String text) {
        return (ObjectNode) Json.parse(text);
    }

    @Test
    void hasFetchBeforeAndPublishBeside() {
        var pod = render(step(1, 0, List.of("echo hi"), Json.object()));
        assertThat(pod.getSpec().getInitContainers())
                .extracting(Container::getName)
                .containsExactly("fetch", "publish");
        assertThat(pod.getSpec().getInitContainers().get(0).getRestartPolicy()).isNull();
        assertThat(pod.getSpec().getInitContainers().get(1).getRestartPolicy()).isEqualTo("Always");
        assertThat(pod.getSpec().getContainers()).hasSize(1);
        assertThat(pod.getSpec().getRestartPolicy()).isEqualTo("Never");
        assertThat(main(pod).getCommand()).containsExactly("sh", "-c");
        assertThat(main(pod).getArgs()).containsExactly("echo hi");
        assertThat(main(pod).getResources().getLimits().get("nvidia.com/gpu").toString())
                .isEqualTo("1");
        assertThat(main(pod).getVolumeMounts())
                .extracting(VolumeMount::getMountPath)
                .contains("/minio", "/tmp", "/.cache");
        var plan = StepPlan.parse(
                pod.getSpec().getInitContainers().get(1).getEnv().getFirst().getValue());
        assertThat(plan.outcome()).isEqualTo(ROOT + "/outcome.json");
        assertThat(plan.inputs()).containsExactly(new StepPlan.Transfer("minio://mlpipeline/x", "/minio/mlpipeline/x"));
        assertThat(plan.parameters()).isEqualTo(Map.of("Output", "/tmp/kfp/outputs/Output"));
    }

    @Test
    void theNameFollowsFromRunPathAndAttempt() {
        var name = render(step(1, 0, List.of(), Json.object())).getMetadata().getName();
        assertThat(name).matches("my-pipeline-train-[0-9a-f]{12}");
        assertThat(render(step(1, 0, List.of("other"), Json.object()))
                        .getMetadata()
                        .getName())
                .isEqualTo(name);
        assertThat(render(step(2, 0, List.of(), Json.object())).getMetadata().getName())
                .isNotEqualTo(name);
    }

    @Test
    void logsOfRetriesAreKeptApart() {
        assertThat(render(step(3, 0, List.of(), Json.object())).getMetadata().getAnnotations())
                .containsEntry("kumiki.io/log", ROOT + "/executor-logs");
        assertThat(render(step(3, 2, List.of(), Json.object())).getMetadata().getAnnotations())
                .containsEntry("kumiki.io/log", ROOT + "/executor-logs-2");
    }

    @Test
    void theLastOfSeveralVariablesCountsAndSecretsStayReferences() {
        var pod = render(step(
                1,
                0,
                List.of(),
                json("{\"env\":[{\"name\":\"S\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"s\",\"key\":\"k\"}}}]}")));
        assertThat(main(pod).getEnv())
                .filteredOn(e -> e.getName().equals("A"))
                .extracting(EnvVar::getValue)
                .containsExactly("2");
        assertThat(main(pod).getEnv())
                .filteredOn(e -> e.getName().equals("S"))
                .singleElement()
                .satisfies(e ->
                        assertThat(e.getValueFrom().getSecretKeyRef().getKey()).isEqualTo("k"));
    }

    @Test
    void platformSettingsReachTheirPlaces() {
        var pod = render(step(1, 0, List.of(), json("""
                {"volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"c"}}],
                 "volumeMounts":[{"name":"data","mountPath":"/data","subPath":"x"}],
                 "nodeSelector":{"disk":"ssd"},
                 "tolerations":[{"key":"gpu","operator":"Exists","effect":"NoSchedule"}],
                 "affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"k","operator":"In","values":["v"]}]}]}}},
                 "labels":{"team":"a","kumiki.io/run":"forged"},
                 "annotations":{"note":"x","kumiki.io/attempt":"99"},
                 "imagePullSecrets":[{"name":"pull"}],"imagePullPolicy":"Always","activeDeadlineSeconds":20,
                 "securityContext":{"runAsUser":1000}}""")));
        assertThat(pod.getSpec().getNodeSelector()).isEqualTo(Map.of("disk", "ssd"));
        assertThat(pod.getSpec().getTolerations())
                .singleElement()
                .satisfies(t -> assertThat(t.getKey()).isEqualTo("gpu"));
        assertThat(pod.getSpec().getAffinity().getNodeAffinity()).isNotNull();
        assertThat(pod.getMetadata().getLabels()).containsEntry("team", "a").containsEntry("kumiki.io/run", "r1");
        assertThat(pod.getMetadata().getAnnotations())
                .containsEntry("note", "x")
                .containsEntry("kumiki.io/attempt", "1");
        assertThat(pod.getSpec().getImagePullSecrets().getFirst().getName()).isEqualTo("pull");
        assertThat(main(pod).getImagePullPolicy()).isEqualTo("Always");
        assertThat(pod.getSpec().getActiveDeadlineSeconds()).isEqualTo(20);
        assertThat(main(pod).getSecurityContext().getRunAsUser()).isEqualTo(1000);
        assertThat(main(pod).getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(main(pod).getVolumeMounts())
                .anySatisfy(m -> assertThat(m.getSubPath()).isEqualTo("x"));
    }

    @Test
    void withoutPrivateMountsThereIsOneRealFolder() {
        var pod = new PodRendering(SETTINGS.withStepsRoot(Path.of("/data/steps")), "i")
                .render(step(1, 0, List.of(), Json.object()), run());
        assertThat(main(pod).getVolumeMounts())
                .extracting(VolumeMount::getMountPath)
                .containsExactly("/data/steps/r1/t1/1");
    }

    @Test
    void anArgumentLongerThanLinuxTakesIsRefusedByNameAndNeverCut() {
        var fits = "x".repeat(PodRules.LONGEST_WORD - 1);
        assertThat(main(render(step(1, 0, List.of(fits), Json.object()))).getArgs())
                .containsExactly(fits);
        assertThatThrownBy(() -> render(step(1, 0, List.of("short", fits + "x"), Json.object())))
                .isInstanceOf(StepPods.Refused.class)
                .hasMessageContaining("argument 2 has 131073 bytes");
    }

    @Test
    void aPodThatKubernetesCannotStoreIsRefused() {
        var large = java.util.Collections.nCopies(11, "x".repeat(100_000));
        assertThatThrownBy(() -> render(step(1, 0, large, Json.object())))
                .isInstanceOf(StepPods.Refused.class)
                .hasMessageContaining("Kubernetes stores at most 1048576");
    }

    @Test
    void allMistakesAreNamedAtOnce() {
        assertThatThrownBy(() -> render(step(1, 0, List.of(), json("""
                {"volumes":[{"name":"h","hostPath":{"path":"/etc"}},{"name":"Bad_Name","emptyDir":{}}],
                 "volumeMounts":[{"name":"h","mountPath":"/a/../b"},{"name":"h","mountPath":"/tmp/"}],
                 "env":[{"name":"not a name","value":"x"}],
                 "labels":{"a b":"c"}}"""))))
                .hasMessageContaining("hostPath")
                .hasMessageContaining("Bad_Name")
                .hasMessageContaining("'/a/../b'")
                .hasMessageContaining("mounted at /tmp/")
                .hasMessageContaining("'not a name'")
                .hasMessageContaining("a b=c");
    }
}
