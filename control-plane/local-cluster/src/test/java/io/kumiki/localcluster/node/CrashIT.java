package io.kumiki.localcluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.model.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// kill -9 of a real agent process while a pod runs, and another agent on the same folder.
class CrashIT {
    @TempDir
    Path dir;

    static Stream<Isolation> modes() {
        Isolation best = Isolation.choose(System.getenv());
        return best.isolated() ? Stream.of(best, Isolation.PLAIN) : Stream.of(Isolation.PLAIN);
    }

    @ParameterizedTest
    @MethodSource("modes")
    void theStepLivesOnAndIsAdopted(Isolation isolation) throws Exception {
        crash(isolation, false);
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aStepThatEndsMeanwhileIsPublishedAfterwards(Isolation isolation) throws Exception {
        crash(isolation, true);
    }

    private void crash(Isolation isolation, boolean endsMeanwhile) throws Exception {
        String uid = UUID.randomUUID().toString();
        ObjectNode pod = (ObjectNode) Json.parse("""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"survivor","namespace":"kubeflow","uid":"%s"},
                 "spec":{"nodeName":"local","restartPolicy":"Never","terminationGracePeriodSeconds":5,
                  "initContainers":[{"name":"publish","image":"kumiki/artifact-agent:0.1.0","restartPolicy":"Always"}],
                  "containers":[{"name":"main","image":"busybox","command":["sh","-c","echo begun; while [ ! -e go ]; do sleep 0.05; done; echo done; exit 6"]}]}}""".formatted(uid));
        CrashingAgent.kill(dir, isolation, pod);
        Path start = dir.resolve("node/pods/" + uid + "/containers/main/0");
        if (endsMeanwhile) {
            Files.createFile(start.resolve(isolation.isolated() ? "root/go" : "work/go"));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (!Files.exists(start.resolve("exit")) || Files.size(start.resolve("exit")) == 0) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                Thread.onSpinWait();
            }
        }
        FakeCluster cluster = new FakeCluster();
        cluster.put((ObjectNode) Json.parse(Files.readAllBytes(dir.resolve("running.json"))));
        NodeAgent second = CrashingAgent.agent(cluster, dir, isolation);
        second.start();
        if (!endsMeanwhile) {
            Files.createFile(start.resolve(isolation.isolated() ? "root/go" : "work/go"));
        }
        JsonNode done = cluster.awaitPhase("survivor", "Failed");
        JsonNode main = done.path("status").path("containerStatuses").get(0);
        assertThat(main.path("state").path("terminated").path("exitCode").asInt())
                .isEqualTo(6);
        assertThat(main.path("restartCount").asInt())
                .as("the step did not run twice")
                .isZero();
        assertThat(Files.readString(
                        Objects.requireNonNull(second.logFiles().find(done.path("metadata"), "main", false))))
                .isEqualTo("begun\ndone\n");
        assertThat(done.path("status")
                        .path("initContainerStatuses")
                        .get(0)
                        .path("restartCount")
                        .asInt())
                .as("the sidecar lived inside the agent and began again")
                .isEqualTo(1);
        Path published = Objects.requireNonNull(second.logFiles().find(done.path("metadata"), "publish", false));
        assertThat(Files.readString(published))
                .as("its last work was done")
                .isEqualTo("sidecar begins\nsidecar publishes\n");
        second.stop(NodeAgent.OnStop.END_PODS);
    }
}
