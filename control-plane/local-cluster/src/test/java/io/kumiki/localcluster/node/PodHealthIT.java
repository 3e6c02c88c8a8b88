package io.kumiki.localcluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.model.Json;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Probes and lifecycle hooks of real containers.
class PodHealthIT {
    @TempDir
    Path dir;

    private final FakeCluster cluster = new FakeCluster();
    private final List<NodeAgent> agents = new ArrayList<>();

    static Stream<Isolation> modes() {
        Isolation best = Isolation.choose(System.getenv());
        return best.isolated() ? Stream.of(best, Isolation.PLAIN) : Stream.of(Isolation.PLAIN);
    }

    @AfterEach
    void stop() throws Exception {
        for (NodeAgent agent : agents) {
            agent.stop(NodeAgent.OnStop.END_PODS);
        }
    }

    private NodeAgent agent(Isolation isolation) throws Exception {
        NodeAgent agent = CrashingAgent.agent(cluster, dir, isolation);
        agent.start();
        agents.add(agent);
        return agent;
    }

    private static ObjectNode pod(String name, String spec) {
        return (ObjectNode) Json.parse("""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","namespace":"n","uid":"%s"},"spec":%s}\
            """.formatted(name, UUID.randomUUID(), spec.replace('\'', '"')));
    }

    private static JsonNode main(JsonNode pod) {
        return pod.path("status").path("containerStatuses").path(0);
    }

    private static Predicate<JsonNode> ready(boolean wanted) {
        return pod -> main(pod).path("ready").asBoolean() == wanted
                && !main(pod).path("state").path("running").isMissingNode()
                && pod.path("status")
                        .path("conditions")
                        .toString()
                        .contains("\"type\":\"Ready\",\"status\":\"" + (wanted ? "True" : "False"));
    }

    private Path folder(Isolation isolation, JsonNode pod, int start) {
        return dir.resolve("node/pods")
                .resolve(pod.path("metadata").path("uid").asText())
                .resolve("containers/main/" + start)
                .resolve(isolation.isolated() ? "root" : "work");
    }

    private String log(NodeAgent agent, JsonNode pod, boolean previous) throws Exception {
        return Files.readString(Objects.requireNonNull(agent.logFiles().find(pod.path("metadata"), "main", previous)));
    }

    @ParameterizedTest
    @MethodSource("modes")
    void readinessComesAndGoes(Isolation isolation) throws Exception {
        agent(isolation);
        cluster.put(pod("web", """
            {'restartPolicy':'Always','terminationGracePeriodSeconds':1,'containers':[{'name':'main','image':'busybox',
             'env':[{'name':'FILE','value':'go'}],'command':['sh','-c','exec sleep 600'],
             'readinessProbe':{'periodSeconds':1,'failureThreshold':1,'exec':{'command':['sh','-c','cat $FILE']}}}]}\
            """));
        JsonNode pod = cluster.await("web", ready(false));
        assertThat(main(pod).path("started").asBoolean()).isTrue();
        cluster.awaitEvent("Unhealthy: Readiness probe failed: cat: go: No such file or directory");
        Files.createFile(folder(isolation, pod, 0).resolve("go"));
        cluster.await("web", ready(true));
        Files.delete(folder(isolation, pod, 0).resolve("go"));
        assertThat(main(cluster.await("web", ready(false))).path("restartCount").asInt())
                .isZero();
    }

    @ParameterizedTest
    @MethodSource("modes")
    void livenessByHttpRestartsWithItsHook(Isolation isolation) throws Exception {
        AtomicInteger status = new AtomicInteger(500);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/alive", exchange -> {
            boolean asked = Objects.equals(exchange.getRequestHeaders().getFirst("Host"), "the.host")
                    && Objects.equals(exchange.getRequestHeaders().getFirst("X-Of"), "probe");
            exchange.sendResponseHeaders(asked ? status.get() : 400, -1);
            exchange.close();
        });
        server.start();
        try {
            NodeAgent agent = agent(isolation);
            cluster.put(pod("web", """
                {'restartPolicy':'Always','terminationGracePeriodSeconds':20,'containers':[{'name':'main','image':'busybox',
                 'ports':[{'name':'web','containerPort':%d}],
                 'command':['sh','-c','trap \\"echo term; exit 0\\" TERM; echo up; while :; do sleep 0.05; done'],
                 'lifecycle':{'preStop':{'exec':{'command':['sh','-c','echo hook > hooked; sleep 0.1']}}},
                 'livenessProbe':{'periodSeconds':1,'failureThreshold':1,'httpGet':{'host':'127.0.0.1','port':'web','path':'/alive',
                   'httpHeaders':[{'name':'Host','value':'the.host'},{'name':'X-Of','value':'probe'}]}}}]}\
                """.formatted(server.getAddress().getPort())));
            JsonNode again =
                    cluster.await("web", pod -> main(pod).path("restartCount").asInt() == 1);
            status.set(200);
            cluster.awaitEvent("Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 500");
            cluster.awaitEvent("Killing: Container main failed liveness probe, will be restarted");
            assertThat(main(again)
                            .path("lastState")
                            .path("terminated")
                            .path("exitCode")
                            .asInt())
                    .isZero();
            cluster.await("web", ready(true));
            assertThat(log(agent, again, true)).isEqualTo("up\nterm\n");
            assertThat(folder(isolation, again, 0).resolve("hooked")).hasContent("hook");
        } finally {
            server.stop(0);
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aSidecarsStartupProbeHoldsWhatComesNext(Isolation isolation) throws Exception {
        NodeAgent first = agent(isolation);
        cluster.put(pod("held", """
            {'restartPolicy':'Never','terminationGracePeriodSeconds':1,
             'initContainers':[{'name':'proxy','image':'busybox','restartPolicy':'Always','command':['sh','-c','exec sleep 600'],
               'startupProbe':{'periodSeconds':1,'failureThreshold':1000,'exec':{'command':['sh','-c','[ -e go ] && rm go']}}}],
             'containers':[{'name':'main','image':'busybox','command':['sh','-c','exec sleep 600']}]}\
            """));
        cluster.awaitEvent("Unhealthy: Startup probe failed: exit code 1");
        JsonNode held = Objects.requireNonNull(cluster.pod("held"));
        assertThat(main(held).path("state").has("waiting")).isTrue();
        JsonNode proxy = held.path("status").path("initContainerStatuses").get(0);
        assertThat(proxy.path("started").asBoolean()).isFalse();
        Path start = dir.resolve("node/pods")
                .resolve(held.path("metadata").path("uid").asText())
                .resolve("containers/proxy/0");
        Files.createFile(start.resolve(isolation.isolated() ? "root" : "work").resolve("go"));
        JsonNode up = cluster.await("held", ready(true));
        assertThat(up.path("status")
                        .path("initContainerStatuses")
                        .get(0)
                        .path("started")
                        .asBoolean())
                .isTrue();

        agents.clear();
        first.stop(NodeAgent.OnStop.KEEP_PODS);
        agent(isolation);
        cluster.delete("held", 1);
        cluster.awaitGone("held");
        assertThat(cluster.events.stream().filter(e -> e.startsWith("Killing")))
                .as("an adopted sidecar is not asked again whether it has started")
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aPostStartHookRunsInsideAndHoldsTheNextContainer(Isolation isolation) throws Exception {
        NodeAgent agent = agent(isolation);
        String at = isolation.isolated() ? "/w" : dir.resolve("steps/h/w").toString();
        cluster.put(pod("hooked", """
            {'restartPolicy':'Never','volumes':[{'name':'w','emptyDir':{}}],
             'containers':[{'name':'first','image':'busybox','command':['sh','-c','exec sleep 600'],'volumeMounts':[{'name':'w','mountPath':'%1$s'}],
               'lifecycle':{'postStart':{'exec':{'command':['sh','-c','sleep 0.3; echo done > %1$s/hook']}}}},
              {'name':'main','image':'busybox','command':['sh','-c','cat %1$s/hook'],'volumeMounts':[{'name':'w','mountPath':'%1$s'}]}]}\
            """.formatted(at)));
        JsonNode pod = cluster.await(
                "hooked",
                p -> p.path("status")
                        .path("containerStatuses")
                        .path(1)
                        .path("state")
                        .has("terminated"));
        assertThat(log(agent, pod, false)).isEqualTo("done\n");
        cluster.put(pod("broken", """
            {'restartPolicy':'Never','terminationGracePeriodSeconds':1,'containers':[{'name':'main','image':'busybox','command':['sh','-c','exec sleep 600'],
             'lifecycle':{'postStart':{'exec':{'command':['sh','-c','echo no good; exit 3']}}}}]}\
            """));
        cluster.awaitPhase("broken", "Failed");
        cluster.awaitEvent("FailedPostStartHook: PostStartHook failed: no good");
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aHookThatTakesTooLongIsCutOff(Isolation isolation) throws Exception {
        NodeAgent agent = agent(isolation);
        cluster.put(pod("slow", """
            {'restartPolicy':'Never','containers':[{'name':'main','image':'busybox',
             'command':['sh','-c','trap \\"echo term; exit 0\\" TERM; echo up; while :; do sleep 0.05; done'],
             'lifecycle':{'preStop':{'sleep':{'seconds':600}}}}]}\
            """));
        JsonNode pod = cluster.await("slow", ready(true));
        long began = System.nanoTime();
        cluster.delete("slow", 1);
        cluster.awaitGone("slow");
        assertThat(System.nanoTime() - began)
                .isBetween(TimeUnit.MILLISECONDS.toNanos(900), TimeUnit.SECONDS.toNanos(10));
        assertThat(log(agent, pod, false)).as("SIGTERM came after the hook").contains("term");
    }

    @ParameterizedTest
    @MethodSource("modes")
    void lastWordsAreReadButNoLinkIsFollowed(Isolation isolation) throws Exception {
        agent(isolation);
        String script = "'command':['sh','-c','echo logged; %s; exit 3'],";
        String policy = isolation == Isolation.UNSHARE ? "File" : "FallbackToLogsOnError";
        String write =
                isolation == Isolation.UNSHARE ? "echo last > /dev/termination-log; test -c /dev/null" : "echo last";
        cluster.put(pod(
                "words",
                "{'restartPolicy':'Never','containers':[{'name':'main','image':'busybox'," + script.formatted(write)
                        + "'terminationMessagePolicy':'" + policy + "'}]}"));
        JsonNode ended =
                main(cluster.awaitPhase("words", "Failed")).path("state").path("terminated");
        assertThat(ended.path("message").asText())
                .isEqualTo(isolation == Isolation.UNSHARE ? "last\n" : "logged\nlast");
        assertThat(Files.exists(Path.of("/dev/termination-log"))).isFalse();
        if (isolation.isolated()) {
            cluster.put(pod(
                    "link",
                    "{'restartPolicy':'Never','containers':[{'name':'main','image':'busybox','terminationMessagePath':'/tmp/m',"
                            + script.formatted("rm /tmp/m; ln -s " + dir.resolve("secret") + " /tmp/m")
                            + "'terminationMessagePolicy':'File'}]}"));
            Files.writeString(dir.resolve("secret"), "of the machine");
            assertThat(main(cluster.awaitPhase("link", "Failed"))
                            .path("state")
                            .path("terminated")
                            .has("message"))
                    .isFalse();
        }
    }
}
