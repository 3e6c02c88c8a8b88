package io.kumiki.localcluster.api.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.localcluster.node.LocalApi;
import io.kumiki.localcluster.node.NodeAgent;
import io.kumiki.localcluster.node.NodeSettings;
import io.kumiki.localcluster.node.image.ImageTable;
import io.kumiki.localcluster.node.image.PythonEnvironment;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.model.Json;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// exec, attach and forwarded ports through the API server, with fabric8's client.
class PodSessionsIT {
    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private LocalCluster cluster;
    private NodeAgent agent;
    private KubernetesClient client;

    static Stream<Isolation> modes() {
        Isolation best = Isolation.choose(System.getenv());
        return best.isolated() ? Stream.of(best, Isolation.PLAIN) : Stream.of(Isolation.PLAIN);
    }

    private void start(Isolation isolation) throws Exception {
        cluster = LocalCluster.start(
                vertx, LocalClusterSettings.in(dir.resolve("api")).inMemory());
        NodeSettings settings = new NodeSettings(
                "local",
                dir.resolve("node"),
                dir.resolve("steps"),
                isolation,
                URI.create(cluster.url()),
                cluster.authorityPem().getBytes(StandardCharsets.UTF_8),
                URI.create("http://127.0.0.1:8888"),
                Map.of(),
                NodeSettings.TEN_GIB,
                0);
        agent = new NodeAgent(
                new LocalApi(cluster.cluster(), "kumiki-node", Clock.systemUTC()),
                settings,
                ImageTable.ofThisMachine(List.of(), List.of()),
                Map.of(),
                PythonEnvironment.ofThisUser(
                        Map.of("XDG_CACHE_HOME", dir.resolve("cache").toString())));
        agent.start();
        cluster.podSessions(agent.podSessions());
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Files.readString(cluster.kubeconfig())))
                .build();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        agent.stop(NodeAgent.OnStop.END_PODS);
        cluster.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void pod(String name, String script) {
        pod(name, script, "");
    }

    private void pod(String name, String script, String more) {
        create("local", name, script, more);
        client.pods()
                .inNamespace("kubeflow")
                .withName(name)
                .waitUntilCondition(
                        p -> p != null
                                && p.getStatus() != null
                                && "Running".equals(p.getStatus().getPhase()),
                        20,
                        TimeUnit.SECONDS);
    }

    private void create(String node, String name, String script, String more) {
        ObjectNode pod = (ObjectNode) Json.parse("""
            {"metadata":{"name":"%s"},"spec":{"nodeName":"%s","restartPolicy":"Never","terminationGracePeriodSeconds":1,"automountServiceAccountToken":false,
             "containers":[{"name":"main","image":"busybox","env":[{"name":"WORD","value":"of the pod"}],"command":["sh","-c","%s"]%s}]}}\
            """.formatted(name, node, script, more));
        cluster.cluster().create(ResourceType.PODS, "kubeflow", pod, WriteOptions.by("test"));
    }

    @Test
    void aCommandMayComeBeforeThePodHasStarted() throws Exception {
        start(Isolation.PLAIN);
        create("local", "early", "exec sleep 600", "");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ExecWatch run = of("early").writingOutput(out).exec("echo", "there")) {
            assertThat(run.exitCode().get(20, TimeUnit.SECONDS)).isZero();
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("there\n");
    }

    /// kubectl asks for SPDY when its WebSocket was refused: what it shows is this answer.
    @Test
    void whoAsksForSpdyHearsFirstThatThePodIsNotThere() throws Exception {
        start(Isolation.PLAIN);
        create("elsewhere", "lost", "exec sleep 600", "");
        for (String part : List.of("exec?command=true&stdout=true", "attach?stdout=true", "portforward")) {
            assertThat(spdy("lost", part))
                    .contains("does not run on this machine")
                    .doesNotContain("SPDY");
        }
        pod("there", "exec sleep 600");
        assertThat(spdy("there", "exec?command=true&stdout=true")).contains("only WebSocket");
    }

    private String spdy(String pod, String part) {
        var options = new RequestOptions()
                .setAbsoluteURI(cluster.url() + "/api/v1/namespaces/kubeflow/pods/" + pod + "/" + part)
                .setMethod(HttpMethod.POST)
                .putHeader("authorization", "Bearer " + cluster.adminToken())
                .putHeader("connection", "Upgrade")
                .putHeader("upgrade", "SPDY/3.1");
        var http = vertx.createHttpClient(
                new HttpClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false));
        return http.request(options)
                .compose(HttpClientRequest::send)
                .compose(answer -> {
                    assertThat(answer.statusCode()).isEqualTo(400);
                    return answer.body();
                })
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .toString();
    }

    private io.fabric8.kubernetes.client.dsl.PodResource of(String name) {
        return client.pods().inNamespace("kubeflow").withName(name);
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aCommandWithItsStreamsAndItsExitCode(Isolation isolation) throws Exception {
        start(isolation);
        pod("web", "echo x > mine; exec sleep 600");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (ExecWatch run = of("web")
                .writingOutput(out)
                .writingError(err)
                .exec("sh", "-c", "cat mine; echo $WORD; echo oops >&2; exit 7")) {
            assertThat(run.exitCode().get(20, TimeUnit.SECONDS)).isEqualTo(7);
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("x\nof the pod\n");
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("oops\n");

        byte[] much = new byte[3_000_000];
        new Random(1).nextBytes(much);
        ByteArrayOutputStream back = new ByteArrayOutputStream();
        try (ExecWatch run = of("web").redirectingInput().writingOutput(back).exec("head", "-c", "3000000")) {
            run.getInput().write(much);
            run.getInput().flush();
            assertThat(run.exitCode().get(20, TimeUnit.SECONDS)).isZero();
        }
        assertThat(Arrays.equals(back.toByteArray(), much)).isTrue();

        try (ExecWatch none = of("web").writingError(err).exec("no-such-program")) {
            assertThat(none.exitCode().get(20, TimeUnit.SECONDS)).isEqualTo(128);
        }
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("no-such-program");
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aTerminalIsOneAndCanBeResized(Isolation isolation) throws Exception {
        start(isolation);
        pod("shell", "exec sleep 600");
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        try (ExecWatch run =
                of("shell").redirectingInput().writingOutput(screen).withTTY().exec("sh")) {
            OutputStream keys = run.getInput();
            run.resize(101, 37);
            keys.write("test -t 0 && test -t 1 && echo is a $((40+2)) terminal\n".getBytes(StandardCharsets.UTF_8));
            keys.flush();
            awaitText(screen, "is a 42 terminal");
            keys.write("stty size; exit 3\n".getBytes(StandardCharsets.UTF_8));
            keys.flush();
            assertThat(run.exitCode().get(20, TimeUnit.SECONDS)).isEqualTo(3);
        }
        assertThat(screen.toString(StandardCharsets.UTF_8)).contains("37 101\r\n");
    }

    private static void awaitText(ByteArrayOutputStream screen, String text) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!screen.toString(StandardCharsets.UTF_8).contains(text)) {
            assertThat(System.nanoTime()).as("on the screen: %s", screen).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void whatAClientLeavesBehindEnds(Isolation isolation) throws Exception {
        start(isolation);
        pod("web", "exec sleep 600");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ExecWatch run = of("web").writingOutput(out).exec("sh", "-c", "echo up; exec sleep 611");
        awaitText(out, "up");
        run.close();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (ProcessHandle.allProcesses()
                .anyMatch(p -> p.info().commandLine().orElse("").endsWith("sleep 611"))) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void attachFollowsTheOutput(Isolation isolation) throws Exception {
        start(isolation);
        pod("talks", "while [ ! -e go ]; do sleep 0.05; done; echo heard; exit 4");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ExecWatch _ = of("talks").writingOutput(out).attach()) {
            try (ExecWatch go =
                    of("talks").writingOutput(new ByteArrayOutputStream()).exec("touch", "go")) {
                assertThat(go.exitCode().get(20, TimeUnit.SECONDS)).isZero();
            }
            awaitText(out, "heard\n");
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void anAttachedTerminalIsTheContainersOwn(Isolation isolation) throws Exception {
        start(isolation);
        pod("shell", "exec sh", ",\"stdin\":true,\"stdinOnce\":true,\"tty\":true");
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        try (ExecWatch run =
                of("shell").redirectingInput().writingOutput(screen).withTTY().attach()) {
            OutputStream keys = run.getInput();
            run.resize(91, 33);
            keys.write("test -t 0 && test -t 1 && echo is a $((40+2)) terminal\n".getBytes(StandardCharsets.UTF_8));
            keys.flush();
            awaitText(screen, "is a 42 terminal");
            keys.write("stty size; sleep 600\n".getBytes(StandardCharsets.UTF_8));
            keys.flush();
            awaitText(screen, "33 91\r\n");
            // Ctrl-C ends the command, not the shell.
            keys.write(3);
            keys.write("echo $((4000+1))\nexit 5\n".getBytes(StandardCharsets.UTF_8));
            keys.flush();
            awaitText(screen, "4001");
        }
        assertThat(exitCode("shell")).isEqualTo(5);
        assertThat(Files.readString(log("shell"))).contains("is a 42 terminal");
    }

    @ParameterizedTest
    @MethodSource("modes")
    void anInputForOneClientEndsWithItAndOneForManyDoesNot(Isolation isolation) throws Exception {
        start(isolation);
        pod("once", "cat; echo end; exit 6", ",\"stdin\":true,\"stdinOnce\":true");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ExecWatch run = of("once").redirectingInput().writingOutput(out).attach()) {
            run.getInput().write("typed\n".getBytes(StandardCharsets.UTF_8));
            run.getInput().flush();
            awaitText(out, "typed\n");
        }
        assertThat(exitCode("once")).isEqualTo(6);

        pod("many", "read a; echo got $a; read b; echo got $b; exit 7", ",\"stdin\":true");
        for (String word : java.util.List.of("first", "second")) {
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            try (ExecWatch run =
                    of("many").redirectingInput().writingOutput(answer).attach()) {
                run.getInput().write((word + "\n").getBytes(StandardCharsets.UTF_8));
                run.getInput().flush();
                awaitText(answer, "got " + word);
            }
        }
        assertThat(exitCode("many")).isEqualTo(7);
    }

    private int exitCode(String name) {
        return of(name).waitUntilCondition(
                        p -> p != null
                                && !p.getStatus().getContainerStatuses().isEmpty()
                                && p.getStatus()
                                                .getContainerStatuses()
                                                .getFirst()
                                                .getState()
                                                .getTerminated()
                                        != null,
                        20,
                        TimeUnit.SECONDS)
                .getStatus()
                .getContainerStatuses()
                .getFirst()
                .getState()
                .getTerminated()
                .getExitCode();
    }

    private Path log(String name) {
        ObjectNode metadata = (ObjectNode) Json.object()
                .put("namespace", "kubeflow")
                .put("name", name)
                .put("uid", of(name).get().getMetadata().getUid());
        return java.util.Objects.requireNonNull(agent.logFiles().find(metadata, "main", false));
    }

    @ParameterizedTest
    @MethodSource("modes")
    void portsAreForwarded(Isolation isolation) throws Exception {
        start(isolation);
        pod("web", "exec sleep 600");
        byte[] page = new byte[1_000_000];
        new Random(2).nextBytes(page);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        server.start();
        try (LocalPortForward forward =
                of("web").portForward(server.getAddress().getPort())) {
            for (int i = 0; i < 3; i++) {
                try (InputStream in = URI.create("http://127.0.0.1:" + forward.getLocalPort() + "/")
                        .toURL()
                        .openStream()) {
                    assertThat(Arrays.equals(in.readAllBytes(), page)).isTrue();
                }
            }
        } finally {
            server.stop(0);
        }
    }
}
