package io.kumiki.localcluster.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.Journal;
import io.kumiki.kube.PatchType;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WriteOptions;
import io.kumiki.localcluster.node.LocalApi;
import io.kumiki.localcluster.node.NodeAgent;
import io.kumiki.localcluster.node.NodeSettings;
import io.kumiki.localcluster.node.image.ImageTable;
import io.kumiki.localcluster.node.image.PythonEnvironment;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.model.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A service's address and names, from the machine and from inside a pod. The servers behind are this test's own.
class ServicesIT {
    @TempDir
    Path dir;

    private final Cluster cluster =
            new Cluster(ClusterSettings.simulated(() -> Clock.systemUTC().instant(), 7), Journal.memory());
    private final List<ServerSocket> servers = new ArrayList<>();
    private NodeAgent agent;

    @BeforeEach
    void start() throws Exception {
        ObjectNode namespace = Json.object();
        namespace.putObject("metadata").put("name", "n");
        cluster.create(ResourceType.NAMESPACES, "", namespace, WriteOptions.by("test"));
        NodeSettings settings = new NodeSettings(
                "local",
                dir.resolve("node"),
                dir.resolve("steps"),
                Isolation.choose(System.getenv()),
                URI.create("https://127.0.0.1:6443"),
                "CA".getBytes(StandardCharsets.UTF_8),
                URI.create("http://127.0.0.1:8888"),
                Map.of("ml-pipeline.n", "127.0.0.1"),
                NodeSettings.TEN_GIB,
                0);
        agent = new NodeAgent(
                new LocalApi(cluster, "kumiki-node", Clock.systemUTC()),
                settings,
                ImageTable.ofThisMachine(List.of(), List.of()),
                Map.of(),
                PythonEnvironment.ofThisUser(
                        Map.of("XDG_CACHE_HOME", dir.resolve("cache").toString())));
        agent.start();
    }

    @AfterEach
    void stop() throws Exception {
        agent.stop(NodeAgent.OnStop.END_PODS);
        for (ServerSocket server : servers) {
            server.close();
        }
    }

    /// Answers each connection with its name and what was sent.
    private int server(String name) throws IOException {
        ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        servers.add(server);
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try (Socket client = server.accept()) {
                    byte[] sent = client.getInputStream().readAllBytes();
                    client.getOutputStream().write((name + " " + sent.length).getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    return;
                }
            }
        });
        return server.getLocalPort();
    }

    private static String ask(String address, int port, int bytes) throws IOException {
        try (Socket socket = new Socket(address, port)) {
            socket.getOutputStream().write(new byte[bytes]);
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void slice(String name, int port) {
        ObjectNode slice = (ObjectNode) Json.parse("""
            {"metadata":{"name":"%s","labels":{"kubernetes.io/service-name":"web"}},"addressType":"IPv4",
             "ports":[{"name":"","port":%d,"protocol":"TCP"}],"endpoints":[{"addresses":["127.0.0.1"],"conditions":{"ready":true}}]}\
            """.formatted(name, port));
        cluster.create(ResourceType.ENDPOINT_SLICES, "n", slice, WriteOptions.by("test"));
    }

    private static void until(String what, java.util.concurrent.Callable<Boolean> holds) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!holds.call()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private String tryAsk(String address, int port) {
        try {
            return ask(address, port, 3);
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void connectionsGoToReadyPodsInTurn() throws Exception {
        int one = server("one");
        int two = server("two");
        JsonNode service = cluster.create(
                ResourceType.SERVICES,
                "n",
                (ObjectNode) Json.parse("{\"metadata\":{\"name\":\"web\"},\"spec\":{\"ports\":[{\"port\":8085}]}}"),
                WriteOptions.by("test"));
        String address = service.path("spec").path("clusterIP").asText();
        slice("web-1", one);
        until("the first pod answers", () -> tryAsk(address, 8085).equals("one 3"));
        slice("web-2", two);
        until("the second pod answers too", () -> tryAsk(address, 8085).equals("two 3"));
        assertThat(List.of(ask(address, 8085, 1_000_000), ask(address, 8085, 1_000_000)))
                .containsExactlyInAnyOrder("one 1000000", "two 1000000");
        cluster.patch(
                ResourceType.ENDPOINT_SLICES,
                "n",
                "web-1",
                "",
                PatchType.MERGE,
                Json.parse("{\"endpoints\":[{\"addresses\":[\"127.0.0.1\"],\"conditions\":{\"ready\":false}}]}"),
                WriteOptions.by("test"));
        until(
                "a pod that is not ready is left out",
                () -> tryAsk(address, 8085).equals("two 3")
                        && tryAsk(address, 8085).equals("two 3"));
        cluster.delete(ResourceType.SERVICES, "n", "web", Deletion.NOW);
        until(
                "nobody listens for a service that is gone",
                () -> tryAsk(address, 8085).isEmpty());
    }

    @Test
    void nodePortsAndBalancedServicesAnswerOnThisMachine() throws Exception {
        int one = server("one");
        slice("web-1", one);
        int free;
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = probe.getLocalPort();
        }
        JsonNode service = cluster.create(
                ResourceType.SERVICES,
                "n",
                (ObjectNode) Json.parse("{\"metadata\":{\"name\":\"web\"},\"spec\":{\"type\":\"LoadBalancer\","
                        + "\"ports\":[{\"port\":" + free + "}]}}"),
                WriteOptions.by("test"));
        int nodePort = service.at("/spec/ports/0/nodePort").asInt();
        until("the node port answers", () -> tryAsk("127.0.0.1", nodePort).equals("one 3"));
        until("the balanced port answers", () -> tryAsk("127.0.0.1", free).equals("one 3"));
        until("its status says where", () -> ingress("web").at("/ip").asText().equals("127.0.0.1"));
        assertThat(ingress("web").at("/ports/0/port").asInt()).isEqualTo(free);
        assertThat(ingress("web").at("/ports/0").has("error")).isFalse();
        cluster.create(
                ResourceType.SERVICES,
                "n",
                (ObjectNode) Json.parse("{\"metadata\":{\"name\":\"late\"},\"spec\":{\"type\":\"LoadBalancer\","
                        + "\"ports\":[{\"port\":" + one + "}]}}"),
                WriteOptions.by("test"));
        until(
                "a port that somebody has is told",
                () -> ingress("late").at("/ports/0/error").asText().equals("PortNotAvailable"));
        cluster.patch(
                ResourceType.SERVICES,
                "n",
                "web",
                "",
                PatchType.MERGE,
                Json.parse("{\"spec\":{\"type\":\"ClusterIP\"}}"),
                WriteOptions.by("test"));
        until(
                "one that is balanced no more is forgotten",
                () -> ingress("web").isMissingNode()
                        && tryAsk("127.0.0.1", free).isEmpty());
    }

    private JsonNode ingress(String name) {
        return Objects.requireNonNull(cluster.get(ResourceType.SERVICES, "n", name))
                .at("/status/loadBalancer/ingress/0");
    }

    @Test
    void whatIsReadOverIsToldOnTheService() throws Exception {
        cluster.create(
                ResourceType.SERVICES,
                "n",
                (ObjectNode) Json.parse("{\"metadata\":{\"name\":\"odd\"},\"spec\":{\"ports\":[{\"port\":8086}],"
                        + "\"externalIPs\":[\"192.0.2.1\"]}}"),
                WriteOptions.by("test"));
        until(
                "an event names the field",
                () -> cluster.list(ResourceType.EVENTS, "n", Selection.ALL).items().stream()
                        .anyMatch(each -> each.path("reason").asText().equals("NotApplied")
                                && each.path("involvedObject")
                                        .path("name")
                                        .asText()
                                        .equals("odd")
                                && each.path("message").asText().startsWith("externalIPs 192.0.2.1: ")));
    }

    @Test
    void aPodKnowsServicesThatComeWhileItLives() throws Exception {
        if (!Isolation.choose(System.getenv()).isolated()) {
            System.out.println("SKIPPED: a pod has a hosts file of its own only where mounts are permitted");
            return;
        }
        ObjectNode pod = (ObjectNode) Json.parse("""
            {"metadata":{"name":"p"},"spec":{"nodeName":"local","restartPolicy":"Never","automountServiceAccountToken":false,"hostname":"h","subdomain":"s",
             "containers":[{"name":"main","image":"busybox","command":["sh","-c","until grep -q late /etc/hosts; do sleep 0.05; done; cat /etc/hosts"]}]}}\
            """);
        JsonNode made = cluster.create(ResourceType.PODS, "n", pod, WriteOptions.by("test"));
        until("it runs", () -> phase().equals("Running"));
        JsonNode late = cluster.create(
                ResourceType.SERVICES,
                "n",
                (ObjectNode) Json.parse("{\"metadata\":{\"name\":\"late\"},\"spec\":{\"ports\":[{\"port\":8086}]}}"),
                WriteOptions.by("test"));
        until("it ends", () -> phase().equals("Succeeded"));
        assertThat(Files.readString(
                        Objects.requireNonNull(agent.logFiles().find(made.path("metadata"), "main", false))))
                .contains("127.0.0.1 h h.s.n.svc.cluster.local\n")
                .contains("127.0.0.1 ml-pipeline.n\n")
                .contains(late.path("spec").path("clusterIP").asText()
                        + " late late.n late.n.svc late.n.svc.cluster.local\n");
    }

    private String phase() {
        return Objects.requireNonNull(cluster.get(ResourceType.PODS, "n", "p"))
                .path("status")
                .path("phase")
                .asText();
    }
}
