package io.kumiki.localcluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.PodConnection;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.localcluster.node.engine.ContainerEngine;
import io.kumiki.localcluster.node.engine.DockerEngine;
import io.kumiki.localcluster.node.engine.TestPodman;
import io.kumiki.localcluster.node.image.ImageTable;
import io.kumiki.localcluster.node.image.PythonEnvironment;
import io.kumiki.localcluster.node.net.PodBridge;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.model.Json;
import io.vertx.core.Vertx;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A container of an engine and a process of this machine in one pod with a network namespace of its own.
class EngineNetworkIT {
    @TempDir
    Path dir;

    @Test
    void bothAreInThePodsNamespace() throws Exception {
        PodBridge.Choice choice = PodBridge.choose(dir.resolve("trial"), Isolation.choose(Map.of()), System.getenv());
        if (choice.bridge() == null) {
            System.out.println("SKIPPED: " + choice.note());
        } else {
            choice.bridge().close();
        }
        assumeTrue(choice.bridge() != null, choice.note());
        Vertx vertx = Vertx.vertx();
        Path storage = java.nio.file.Files.createDirectories(dir.resolve("podman"));
        try (TestPodman podman = TestPodman.start(storage, null);
                ContainerEngine engine = DockerEngine.ofThisMachine(vertx, podman.environment());
                LocalCluster cluster = LocalCluster.start(
                        vertx, LocalClusterSettings.in(dir.resolve("api")).inMemory())) {
            NodeAgent agent = agent(cluster, engine);
            agent.start();
            try {
                inOneNamespace(cluster, agent);
            } finally {
                agent.stop(NodeAgent.OnStop.END_PODS);
            }
        } finally {
            vertx.close().await();
        }
    }

    private NodeAgent agent(LocalCluster cluster, ContainerEngine engine) throws Exception {
        NodeSettings settings = new NodeSettings(
                "local",
                dir.resolve("node"),
                dir.resolve("steps"),
                Isolation.choose(Map.of()),
                URI.create(cluster.url()),
                cluster.authorityPem().getBytes(StandardCharsets.UTF_8),
                URI.create("http://127.0.0.1:8888"),
                Map.of(),
                NodeSettings.TEN_GIB,
                0);
        return new NodeAgent(
                new LocalApi(cluster.cluster(), "kumiki-node", Clock.systemUTC()),
                settings,
                ImageTable.ofThisMachine(List.of(), List.of(), engine),
                Map.of(),
                PythonEnvironment.ofThisUser(
                        Map.of("XDG_CACHE_HOME", dir.resolve("cache").toString())));
    }

    private static void inOneNamespace(LocalCluster cluster, NodeAgent agent) throws Exception {
        ObjectNode pod = (ObjectNode) Json.parse("""
            {"metadata":{"name":"both"},"spec":{"nodeName":"local","restartPolicy":"Never","terminationGracePeriodSeconds":1,
             "automountServiceAccountToken":false,"containers":[
              {"name":"real","image":"%s","ports":[{"containerPort":8123}],"readinessProbe":{"tcpSocket":{"port":8123},"periodSeconds":1},
               "command":["sh","-c","while true; do echo from the image | nc -l -p 8123; done"]},
              {"name":"process","image":"busybox","command":["sleep","300"]}]}}""".formatted(TestPodman.IMAGE));
        cluster.cluster().create(ResourceType.PODS, "kubeflow", pod, WriteOptions.by("test"));
        JsonNode ready = until(
                cluster, now -> now.at("/status/containerStatuses/0/ready").asBoolean());
        String address = ready.at("/status/podIP").asText();
        assertThat(address).startsWith("100.");
        try (Socket socket = new Socket(address, 8123)) {
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("from the image\n");
        }
        var order = new PodConnection.Exec(
                "kubeflow",
                "both",
                ready.at("/metadata/uid").asText(),
                "process",
                List.of(
                        "python3",
                        "-c",
                        "import socket,time\nfor i in range(100):\n try:\n  s=socket.create_connection(('127.0.0.1',8123)); break\n except OSError: time.sleep(0.05)\nprint(s.recv(100).decode())"),
                new PodConnection.Channels(false, true, true, false));
        try (var session = agent.podSessions().exec(order)) {
            assertThat(new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8))
                    .as("the process reaches it at 127.0.0.1")
                    .startsWith("from the image");
        }
    }

    private static JsonNode until(LocalCluster cluster, java.util.function.Predicate<JsonNode> holds) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        while (true) {
            JsonNode now = Objects.requireNonNull(cluster.cluster().get(ResourceType.PODS, "kubeflow", "both"));
            if (holds.test(now)) {
                return now;
            }
            assertThat(System.nanoTime()).as(now.path("status").toString()).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
