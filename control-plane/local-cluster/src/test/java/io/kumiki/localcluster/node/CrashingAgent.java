package io.kumiki.localcluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.localcluster.node.image.ImageTable;
import io.kumiki.localcluster.node.image.InstalledPythons;
import io.kumiki.localcluster.node.image.PythonEnvironment;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.model.Json;
import java.io.BufferedReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A process that a test kills: an agent with one pod, whose object it writes to a file as often as it changes.
final class CrashingAgent {
    private CrashingAgent() {}

    static NodeSettings settings(Path dir, Isolation isolation) {
        return new NodeSettings(
                "local",
                dir.resolve("node"),
                dir.resolve("steps"),
                isolation,
                URI.create("https://127.0.0.1:6443"),
                new byte[0],
                URI.create("http://127.0.0.1:8888"),
                Map.of(),
                NodeSettings.TEN_GIB,
                0);
    }

    static NodeAgent agent(FakeCluster cluster, Path dir, Isolation isolation) throws Exception {
        BuiltInImage sidecar = container -> {
            container.log().println("sidecar begins");
            container.awaitStop();
            container.log().println("sidecar publishes");
            return 0;
        };
        ImageTable images = new ImageTable(InstalledPythons.in(List.of()), List.of("kumiki/artifact-agent"), List.of());
        return new NodeAgent(
                cluster,
                settings(dir, isolation),
                images,
                Map.of("kumiki/artifact-agent", sidecar),
                new PythonEnvironment(dir.resolve("cache"), Map.of(), dir),
                Clock.systemUTC());
    }

    /// Starts an agent in a process of its own and kills it when the pod runs.
    static void kill(Path dir, Isolation isolation, ObjectNode pod) throws Exception {
        Files.write(dir.resolve("pod.json"), Json.bytes(pod));
        Process first = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashingAgent.class.getName(),
                        dir.toString(),
                        isolation.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = first.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("running");
        } finally {
            first.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
    }

    public static void main(String[] args) throws Exception {
        Path dir = Path.of(args[0]);
        FakeCluster cluster = new FakeCluster();
        agent(cluster, dir, Isolation.valueOf(args[1])).start();
        cluster.put((ObjectNode) Json.parse(Files.readAllBytes(dir.resolve("pod.json"))));
        Files.write(dir.resolve("running.json"), Json.bytes(cluster.awaitPhase("survivor", "Running")));
        System.out.println("running");
        Thread.sleep(Long.MAX_VALUE);
    }
}
