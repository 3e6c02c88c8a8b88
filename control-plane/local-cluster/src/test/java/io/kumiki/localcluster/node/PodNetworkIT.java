package io.kumiki.localcluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.PodConnection;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.localcluster.node.image.ImageTable;
import io.kumiki.localcluster.node.image.PythonEnvironment;
import io.kumiki.localcluster.node.net.PodBridge;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.model.Json;
import io.vertx.core.Vertx;
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
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pods with a network namespace of their own: the same port twice, ways to each other, to services, to this machine
/// and to the API server; what a restart of the agent keeps and what an end leaves.
class PodNetworkIT {
    private static final String SERVER = """
        import socket
        s = socket.create_server(('0.0.0.0', 8123))
        while True:
            c, _ = s.accept(); c.sendall(b'NAME'); c.close()""";

    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private LocalCluster cluster;
    private NodeAgent agent;
    private ServerSocket machine;

    @BeforeEach
    void start() throws Exception {
        PodBridge.Choice choice = PodBridge.choose(dir.resolve("trial"), Isolation.choose(Map.of()), System.getenv());
        if (choice.bridge() == null) {
            System.out.println("SKIPPED: " + choice.note());
        } else {
            choice.bridge().close();
        }
        assumeTrue(choice.bridge() != null, choice.note());
        cluster = LocalCluster.start(
                vertx, LocalClusterSettings.in(dir.resolve("api")).inMemory());
        machine = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        agent = agent();
        agent.start();
    }

    private NodeAgent agent() throws IOException {
        NodeSettings settings = new NodeSettings(
                "local",
                dir.resolve("node"),
                dir.resolve("steps"),
                Isolation.choose(Map.of()),
                URI.create(cluster.url()),
                cluster.authorityPem().getBytes(StandardCharsets.UTF_8),
                URI.create("http://127.0.0.1:" + machine.getLocalPort()),
                Map.of("ml-pipeline.kubeflow", "127.0.0.1"),
                NodeSettings.TEN_GIB,
                0);
        NodeAgent made = new NodeAgent(
                new LocalApi(cluster.cluster(), "kumiki-node", Clock.systemUTC()),
                settings,
                ImageTable.ofThisMachine(List.of(), List.of()),
                Map.of(),
                PythonEnvironment.ofThisUser(
                        Map.of("XDG_CACHE_HOME", dir.resolve("cache").toString())));
        cluster.podSessions(made.podSessions());
        return made;
    }

    @AfterEach
    void stop() throws Exception {
        if (agent != null) {
            agent.stop(NodeAgent.OnStop.END_PODS);
            cluster.close();
            machine.close();
        }
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static void until(String what, Callable<Boolean> holds) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!holds.call()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    private JsonNode pod(String name, String labels, String script, String more) {
        ObjectNode pod = (ObjectNode) Json.parse("""
            {"metadata":{"name":"%s","labels":{%s}},"spec":{"nodeName":"local","restartPolicy":"Never","terminationGracePeriodSeconds":1,
             "automountServiceAccountToken":false,
             "containers":[{"name":"main","image":"python:3.11","command":["python3","-c"]%s}]}}""".formatted(name, labels, more));
        ((ObjectNode) pod.at("/spec/containers/0")).putArray("args").add(script);
        return cluster.cluster().create(ResourceType.PODS, "kubeflow", pod, WriteOptions.by("test"));
    }

    private JsonNode server(String name) {
        return pod(
                name,
                "\"app\":\"" + name + "\"",
                SERVER.replace("NAME", name),
                ",\"ports\":[{\"containerPort\":8123}],\"readinessProbe\":{\"tcpSocket\":{\"port\":8123},"
                        + "\"periodSeconds\":1}");
    }

    private JsonNode now(String name) {
        return Objects.requireNonNull(cluster.cluster().get(ResourceType.PODS, "kubeflow", name));
    }

    private String address(String name) {
        return now(name).at("/status/podIP").asText();
    }

    private boolean ready(String name) {
        return now(name).at("/status/containerStatuses/0/ready").asBoolean();
    }

    private static String ask(String address, int port) {
        try (Socket socket = new Socket(address, port)) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    private String log(String name) throws IOException {
        return Files.readString(
                Objects.requireNonNull(agent.logFiles().find(now(name).path("metadata"), "main", false)));
    }

    private List<Path> namespaces() throws IOException {
        List<Path> files = new ArrayList<>();
        try (var all = Files.newDirectoryStream(dir.resolve("node/net"), "*@*")) {
            all.forEach(files::add);
        }
        return files;
    }

    @Test
    void equalPortsDoNotMeetAndEverythingIsReached() throws Exception {
        server("one");
        server("two");
        until("both are ready, by their probes", () -> ready("one") && ready("two"));
        assertThat(address("one")).startsWith("100.").isNotEqualTo(address("two"));
        assertThat(ask(address("one"), 8123)).isEqualTo("one");
        assertThat(ask(address("two"), 8123)).isEqualTo("two");
        assertThat(now("one").at("/status/hostIP").asText()).isEqualTo("127.0.0.1");
        assertThat(now("two").path("status").toString()).doesNotContain("PortCollision");
        cluster.cluster()
                .create(
                        ResourceType.SERVICES,
                        "kubeflow",
                        (ObjectNode) Json.parse("{\"metadata\":{\"name\":\"web\"},\"spec\":{\"selector\":{\"app\":"
                                + "\"one\"},\"ports\":[{\"port\":80,\"targetPort\":8123}]}}"),
                        WriteOptions.by("test"));
        Thread.ofVirtual().start(() -> {
            try (Socket client = machine.accept()) {
                client.getOutputStream().write("the machine".getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        pod("asks", "", """
            import functools, os, socket, ssl, time, urllib.parse
            print = functools.partial(print, flush=True)
            def ask(host, port):
                for i in range(200):
                    try:
                        s = socket.create_connection((host, port), 5); break
                    except OSError as e:
                        print('not yet', e); time.sleep(0.05)
                return b''.join(iter(lambda: s.recv(100), b'')).decode()
            print('pod', ask('%s', 8123))
            for i in range(200):
                try: socket.gethostbyname('web'); break
                except OSError: time.sleep(0.05)
            print('service', ask('web', 80))
            kfp = urllib.parse.urlparse(os.environ['KF_PIPELINES_ENDPOINT'])
            print('kfp', ask(kfp.hostname, kfp.port))
            host, port = os.environ['KUBERNETES_SERVICE_HOST'], int(os.environ['KUBERNETES_SERVICE_PORT'])
            tls = ssl._create_unverified_context().wrap_socket(socket.create_connection((host, port), 5))
            tls.sendall(b'GET /version HTTP/1.0\\r\\nHost: kubernetes.default\\r\\n\\r\\n')
            print('api', tls.recv(12).decode())
            own = socket.create_server(('127.0.0.1', 0))
            socket.create_connection(own.getsockname(), 5)
            print('itself')
            """.formatted(address("two")), ",\"ports\":[{\"containerPort\":8123}]");
        try {
            until(
                    "it ends",
                    () -> List.of("Succeeded", "Failed")
                            .contains(now("asks").at("/status/phase").asText()));
        } catch (AssertionError e) {
            throw new AssertionError(log("asks"), e);
        }
        assertThat(log("asks")).contains("pod two\n", "service one\n", "kfp the machine\n", "api HTTP/1", "itself\n");
        until("nothing of it is left", () -> namespaces().size() == 2);
    }

    @Test
    void anotherAgentGoesOnWithThemAndWhatIsOverGoes() throws Exception {
        server("stays");
        server("goes");
        until("both are ready", () -> ready("stays") && ready("goes"));
        String address = address("stays");
        agent.stop(NodeAgent.OnStop.KEEP_PODS);
        cluster.cluster().delete(ResourceType.PODS, "kubeflow", "goes", Deletion.NOW);
        agent = agent();
        agent.start();
        until("the deleted pod's is gone", () -> namespaces().size() == 1);
        assertThat(address("stays")).isEqualTo(address);
        assertThat(ask(address, 8123)).isEqualTo("stays");
    }

    /// As the kubelet forwards: to the pod's own loopback address.
    @Test
    void aForwardedPortReachesAServerOfThePodsLoopbackOnly() throws Exception {
        for (String host : List.of("127.0.0.1", "::1")) {
            String name = host.equals("::1") ? "six" : "four";
            pod(
                    name,
                    "",
                    """
                import socket
                s = socket.create_server(('%s', 8125), family=socket.%s)
                print('up', flush=True)
                while True:
                    c, _ = s.accept()
                    c.sendall(b'heard ' + c.recv(100)); c.close()
                """.formatted(host, host.equals("::1") ? "AF_INET6" : "AF_INET"),
                    ",\"ports\":[{\"containerPort\":8125}]");
            until(
                    "it listens",
                    () -> now(name).at("/status/phase").asText().equals("Running")
                            && log(name).contains("up"));
            assertThat(ask(address(name), 8125))
                    .as("from outside it is not reached")
                    .isEmpty();
            var order = new PodConnection.PortForward(
                    "kubeflow", name, now(name).at("/metadata/uid").asText(), List.of(8125));
            try (var session = agent.podSessions().connect(order, 8125)) {
                session.stdin().write("me".getBytes(StandardCharsets.UTF_8));
                session.stdin().close();
                assertThat(new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo("heard me");
            }
            assertThatThrownBy(() -> agent.podSessions().connect(order, 8126))
                    .hasMessageContaining("8126")
                    .hasMessageContaining("refused");
        }
    }

    @Test
    void aPodWithoutPortsSharesTheMachinesNetworkAndPaysNothing() throws Exception {
        pod("step", "", "print('done')", "");
        until("it ends", () -> now("step").at("/status/phase").asText().equals("Succeeded"));
        assertThat(address("step")).isEqualTo("127.0.0.1");
        assertThat(namespaces()).isEmpty();
    }

    @Test
    void aPodThatAProbeAsksAtAPortHasANetworkThoughItDeclaresNone() throws Exception {
        for (String name : List.of("one", "two")) {
            pod(
                    name,
                    "\"app\":\"" + name + "\"",
                    SERVER.replace("NAME", name),
                    ",\"readinessProbe\":{\"tcpSocket\":{\"port\":8123},\"periodSeconds\":1}");
        }
        until("both answer at the same port", () -> ready("one") && ready("two"));
        assertThat(address("one")).startsWith("100.").isNotEqualTo(address("two"));
    }

    @Test
    void whatANamespaceCosts() throws Exception {
        PodBridge bridge =
                Objects.requireNonNull(PodBridge.choose(dir.resolve("cost"), Isolation.UNSHARE, System.getenv())
                        .bridge());
        List<Long> joins = new ArrayList<>();
        for (int i = 0; i < 21; i++) {
            long began = System.nanoTime();
            bridge.join("pod" + i);
            joins.add(System.nanoTime() - began);
        }
        for (int i = 0; i < 21; i++) {
            bridge.leave("pod" + i);
        }
        bridge.close();
        joins.sort(null);
        System.out.printf(
                "a network namespace: p50 %.1f ms, most %.1f ms%n", joins.get(10) / 1e6, joins.getLast() / 1e6);
        assertThat(java.net.NetworkInterface.getNetworkInterfaces().asIterator())
                .toIterable()
                .as("nothing is left")
                .noneMatch(each -> each.getName().startsWith("kmk")
                        && each.getInterfaceAddresses().isEmpty());
    }

    /// Another machine, as a namespace of this test: it has no route back to pods, and one that it makes is of no use.
    @Test
    void theOutsideIsReachedAndDoesNotReachIn() throws Exception {
        if (!agent.network().contains("outside by address translation")) {
            System.out.println("SKIPPED: " + agent.network());
            return;
        }
        Path outside = dir.resolve("outside");
        sh(": >" + outside + " && unshare --net=" + outside + " ip link set lo up"
                + " && ip link add kmtest0 type veth peer name eth0 netns " + outside
                + " && ip addr add 198.18.7.1/30 dev kmtest0 && ip link set kmtest0 up"
                + " && echo 1 >/proc/sys/net/ipv4/conf/kmtest0/forwarding");
        try {
            String in = "nsenter --net=" + outside + " ";
            sh(in + "ip addr add 198.18.7.2/30 dev eth0 && " + in + "ip link set eth0 up && " + in
                    + "ip route add 100.64.0.0/10 via 198.18.7.1");
            server("inside");
            until("it is ready", () -> ready("inside"));
            Process peer = new ProcessBuilder("nsenter", "--net=" + outside, "python3", "-uc", """
                import socket
                s = socket.create_server(('198.18.7.2', 8124)); s.settimeout(15)
                c, a = s.accept(); c.sendall(a[0].encode()); c.close()""").start();
            pod("asks", "", """
                import socket, time
                for i in range(100):
                    try: s = socket.create_connection(('198.18.7.2', 8124), 5); break
                    except OSError as e: time.sleep(0.05)
                print(s.recv(100).decode())""", ",\"ports\":[{\"containerPort\":8123}]");
            until(
                    "it ends",
                    () -> List.of("Succeeded", "Failed")
                            .contains(now("asks").at("/status/phase").asText()));
            assertThat(log("asks")).as("under this machine's address").isEqualTo("198.18.7.1\n");
            assertThat(peer.waitFor(15, TimeUnit.SECONDS)).isTrue();
            Process intruder = new ProcessBuilder(
                            "nsenter",
                            "--net=" + outside,
                            "python3",
                            "-c",
                            "import socket; socket.create_connection(('" + address("inside") + "', 8123), 1)")
                    .start();
            assertThat(intruder.waitFor()).as("the connection times out").isNotZero();
            assertThat(ask(address("inside"), 8123))
                    .as("from this machine it is reached")
                    .isEqualTo("inside");
        } finally {
            sh("ip link del kmtest0; umount " + outside);
        }
    }

    private static void sh(String script) throws Exception {
        Process process =
                new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
