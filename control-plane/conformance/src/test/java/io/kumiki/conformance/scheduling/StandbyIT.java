package io.kumiki.conformance.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.rig.ExtenderProcess;
import io.kumiki.extender.rig.Pods;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.simulation.SimulatedNodes;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.localcluster.node.LocalApi;
import io.kumiki.localcluster.real.RealKubernetes;
import io.kumiki.localcluster.simulation.SimulatedNodeAgents;
import io.kumiki.model.Json;
import io.kumiki.model.crd.Definition;
import io.kumiki.model.scheduling.Gang;
import io.kumiki.model.scheduling.PlaceLevels;
import io.kumiki.model.scheduling.TenantQuota;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two replicas at two addresses: what the one that does not lead is asked, the other one answers.
class StandbyIT {
    private static final ResourceType LEASES = new ResourceType("coordination.k8s.io", "v1", "leases");
    private static final ResourceType GANGS = new ResourceType("kumiki.io", "v1alpha1", "gangs");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String[] HOSTS = {"127.0.0.2", "127.0.0.3"};

    @TempDir
    Path folder;

    private final ExtenderProcess[] replicas = new ExtenderProcess[2];
    private final int[] peers = new int[2];
    private final int[] webhooks = new int[2];
    private Vertx vertx;
    private LocalCluster cluster;
    private SimulatedNodeAgents agents;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        cluster = LocalCluster.start(vertx, LocalClusterSettings.in(folder).inMemory());
        for (var kind : List.of(Gang.class, TenantQuota.class, PlaceLevels.class)) {
            create(ResourceType.DEFINITIONS, "", Definition.of(kind));
        }
        ObjectNode namespace = Json.object();
        namespace.putObject("metadata").put("name", "team");
        create(ResourceType.NAMESPACES, "", namespace);
        agents = new SimulatedNodeAgents(
                new LocalApi(cluster.cluster(), "simulation", Clock.systemUTC()),
                ((SimulatedNodes.Read.Valid) SimulatedNodes.read("2 x gpu=8 type=H100")).nodes());
        agents.start();
        for (int e = 0; e < 2; e++) {
            peers[e] = RealKubernetes.freePort();
            webhooks[e] = RealKubernetes.freePort();
            replicas[e] = ExtenderProcess.start(
                    cluster.kubeconfig(),
                    RealKubernetes.freePort(),
                    folder.resolve("extender-" + e),
                    List.of("--peers", HOSTS[e] + ":" + peers[e], "--webhook-port", Integer.toString(webhooks[e])));
            int of = e;
            // The first one to start leads.
            await("replica " + e + " is there", () -> of == 0 ? leader() == 0 : answers(replicas[1]));
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (ExtenderProcess replica : replicas) {
            if (replica != null) {
                replica.kill();
            }
        }
        agents.close();
        cluster.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void create(ResourceType type, String namespace, ObjectNode object) {
        cluster.cluster().create(type, namespace, object, WriteOptions.by("test"));
    }

    private int leader() {
        JsonNode lease = cluster.cluster().get(LEASES, "kube-system", "kumiki-extender");
        String at = lease == null
                ? ""
                : lease.at("/metadata/annotations/kumiki.io~1address").asText("");
        for (int e = 0; e < 2; e++) {
            if (at.equals(HOSTS[e] + ":" + peers[e])) {
                return e;
            }
        }
        return -1;
    }

    /// By itself or by the leader: nobody is known there.
    private static boolean answers(ExtenderProcess replica) {
        try {
            return replica.call("bind", call("nobody", "none", "none")).body().contains("not known");
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] call(String pod, String uid, String node) {
        return Json.bytes(Json.object()
                .put("PodName", pod)
                .put("PodNamespace", "team")
                .put("PodUID", uid)
                .put("Node", node));
    }

    private static void await(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private void signal(String signal, ExtenderProcess replica) throws Exception {
        assertThat(new ProcessBuilder(
                                "kill", signal, Long.toString(replica.handle().pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    /// A bind call of one of two members, at the one that does not lead: it is held by the other.
    private CompletableFuture<String> heldBind() {
        for (int i = 0; i < 2; i++) {
            ObjectNode pod = Pods.marked(Pods.member("g", i, 2, 8, true, Map.of()));
            pod.withObject("/spec")
                    .putArray("tolerations")
                    .addObject()
                    .put("key", "kumiki.io/simulated")
                    .put("operator", "Exists");
            create(ResourceType.PODS, "team", pod);
        }
        await(
                "its pod is free to go",
                () -> cluster.cluster()
                        .get(ResourceType.PODS, "team", "g-0")
                        .at("/spec/schedulingGates")
                        .isEmpty());
        JsonNode pod = cluster.cluster().get(ResourceType.PODS, "team", "g-0");
        JsonNode gang = cluster.cluster().get(GANGS, "team", "g");
        String node = gang.at("/status/slots/0/nodes/"
                        + pod.at("/metadata/annotations/kumiki.io~1gang-slot").asInt())
                .asText();
        byte[] body = call("g-0", pod.at("/metadata/uid").asText(), node);
        var answer = replicas[1].later("bind", body);
        LockSupport.parkNanos(500_000_000);
        assertThat(answer).isNotDone();
        return answer;
    }

    private static double seconds(CompletableFuture<String> answer, String error) throws Exception {
        long start = System.nanoTime();
        String body = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(Json.parse(body.getBytes(StandardCharsets.UTF_8))
                        .path("Error")
                        .asText())
                .contains(error);
        return (System.nanoTime() - start) / 1e9;
    }

    @Test
    void aHeldCallEndsAtOnceWithALeaderThatIsKilled() throws Exception {
        CompletableFuture<String> held = heldBind();
        replicas[0].kill();
        // Not with its lease, which ends after six.
        assertThat(seconds(held, "the leader at 127.0.0.2")).isLessThan(4);
        await("the other one leads", () -> leader() == 1 && answers(replicas[1]));
    }

    @Test
    void aHeldCallEndsWithTheLeaseOfALeaderThatIsStopped() throws Exception {
        CompletableFuture<String> held = heldBind();
        signal("-STOP", replicas[0]);
        // Its lease ends after six seconds; by itself the call would be held for ten minutes.
        assertThat(seconds(held, "it leads no longer")).isLessThan(12);
        await("the other one leads", () -> leader() == 1 && answers(replicas[1]));
        signal("-CONT", replicas[0]);
        await("who led before ends", () -> !replicas[0].handle().isAlive());
    }

    @Test
    void aLeaderThatIsEndedInOrderGivesItsLeaseBack() throws Exception {
        long start = System.nanoTime();
        signal("-TERM", replicas[0]);
        await("the other one leads", () -> leader() == 1 && answers(replicas[1]));
        assertThat((System.nanoTime() - start) / 1e9).isLessThan(5.5);
        await("it has ended", () -> !replicas[0].handle().isAlive());
    }

    /// The webhook of the one that does not lead pins a pod, which only the leader's planner can.
    @Test
    void aReviewIsAnsweredByTheLeader() throws Exception {
        ObjectNode pod = Pods.plain("single", 8, "1");
        pod.withObject("/spec")
                .putArray("tolerations")
                .addObject()
                .put("key", "kumiki.io/simulated")
                .put("operator", "Exists");
        ObjectNode review =
                Json.object().put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
        ObjectNode request = review.putObject("request")
                .put("uid", "u-1")
                .put("namespace", "team")
                .put("operation", "CREATE");
        request.putObject("kind").put("group", "").put("version", "v1").put("kind", "Pod");
        request.putObject("resource").put("group", "").put("version", "v1").put("resource", "pods");
        request.set("object", pod);
        // A leader that is slow to answer is as good as none: the pod would wait behind its gate.
        await("the leader pins it", () -> {
            String patch = patched(review);
            return patch.contains("sim-h100-") && patch.contains("kumiki.io/claim");
        });
    }

    private String patched(ObjectNode review) {
        try {
            String answer = post("127.0.0.1", webhooks[1], "/admit/pods", "127.0.0.1", "", Json.write(review));
            assertThat(answer).startsWith("HTTP/1.1 200");
            String patch = Json.parse(
                            answer.substring(answer.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.UTF_8))
                    .at("/response/patch")
                    .asText();
            return new String(java.util.Base64.getDecoder().decode(patch), StandardCharsets.UTF_8);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void nobodyElseIsAnsweredAtTheDoor() throws Exception {
        String body = new String(call("nobody", "none", "none"), StandardCharsets.UTF_8);
        for (String path : List.of("/scheduler/bind", "/scheduler/filter", "/peers/reviews")) {
            assertThat(post(HOSTS[0], peers[0], path, "kumiki-extender-peers", "", body))
                    .startsWith("HTTP/1.1 401");
            assertThat(post(HOSTS[0], peers[0], path, "kumiki-extender-peers", "guessed", body))
                    .startsWith("HTTP/1.1 401");
        }
        String token = new String(
                java.util.Base64.getDecoder()
                        .decode(cluster.cluster()
                                .get(new ResourceType("", "v1", "secrets"), "kube-system", "kumiki-extender-peers")
                                .at("/data/token")
                                .asText()),
                StandardCharsets.UTF_8);
        assertThat(post(HOSTS[0], peers[0], "/scheduler/bind", "kumiki-extender-peers", token, body))
                .startsWith("HTTP/1.1 200")
                .contains("not known");
        // Not on any other address, and not without TLS.
        assertThatThrownBy(() -> new Socket(HOSTS[1], peers[0])).isInstanceOf(IOException.class);
        try (var plain = new Socket(HOSTS[0], peers[0])) {
            plain.getOutputStream().write("POST /scheduler/bind HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(plain.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .doesNotContain("HTTP/1.1 2");
        }
    }

    /// One call whose server may have any certificate: what is looked at is whom the server believes.
    private static String post(String address, int port, String path, String host, String token, String body)
            throws Exception {
        var trusting = SSLContext.getInstance("TLS");
        trusting.init(null, new X509TrustManager[] {new Anybody()}, null);
        try (var socket = trusting.getSocketFactory().createSocket()) {
            socket.connect(new InetSocketAddress(address, port));
            byte[] content = body.getBytes(StandardCharsets.UTF_8);
            String head = "POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n"
                    + "Content-Type: application/json\r\nContent-Length: " + content.length + "\r\n"
                    + (token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n") + "\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(content);
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static final class Anybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
