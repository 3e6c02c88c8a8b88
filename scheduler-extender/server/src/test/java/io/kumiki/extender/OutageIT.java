package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.model.Json;
import io.kumiki.model.crd.Definition;
import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.PlannerOptions;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An API server that goes away and comes back, is silent, or has lost the lease: whoever leads goes on with it.
class OutageIT {
    private static final ResourceType LEASES = new ResourceType("coordination.k8s.io", "v1", "leases");
    private static final String LEASE = "kumiki-extender";
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    /// After the API server is back; the lease is looked at every second.
    private static final double SOON = 8;

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger lost = new AtomicInteger();
    /// How far the leader's clock is off, in seconds.
    private final AtomicLong off = new AtomicLong();
    private final HttpClient http = HttpClient.newHttpClient();
    private LocalCluster cluster;
    private Road road;
    private KubernetesClient client;
    private Extender extender;

    @BeforeEach
    void start() throws Exception {
        cluster = LocalCluster.start(vertx, LocalClusterSettings.in(folder));
        cluster.cluster().create(ResourceType.DEFINITIONS, "", Definition.of(Gang.class), WriteOptions.by("test"));
        ObjectNode namespace = Json.object();
        namespace.putObject("metadata").put("name", "team");
        cluster.cluster().create(ResourceType.NAMESPACES, "", namespace, WriteOptions.by("test"));
        for (String name : new String[] {"a", "b", "c", "d"}) {
            node(name);
        }
        road = new Road(port());
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(Config.fromKubeconfig(Files.readString(cluster.kubeconfig())))
                        .withMasterUrl("https://127.0.0.1:" + road.port())
                        .withHttp2Disable(true)
                        .build())
                .build();
    }

    private int port() throws Exception {
        return URI.create(Config.fromKubeconfig(Files.readString(cluster.kubeconfig()))
                        .getMasterUrl())
                .getPort();
    }

    private void lead() throws Exception {
        extender = replica("test", () -> Instant.now().plusSeconds(off.get()));
        assertThat(extender.awaitReady(PATIENCE)).isTrue();
    }

    private Extender replica(String holder, InstantSource clock) {
        var settings = new Extender.Settings(0, "kube-system", holder, false, PlannerOptions.DEFAULT);
        var replica = Extender.listen(vertx, client, settings, clock, new AdmissionDesk(), lost::incrementAndGet);
        replica.start();
        return replica;
    }

    @AfterEach
    void stop() throws Exception {
        if (extender != null) {
            extender.close();
        }
        client.close();
        road.close();
        cluster.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        http.close();
    }

    private void node(String name) {
        ObjectNode node = Json.object();
        node.putObject("metadata").put("name", name);
        ObjectNode status = node.putObject("status");
        status.putObject("allocatable")
                .put("cpu", "16")
                .put("memory", "64Gi")
                .put("pods", "110")
                .put("nvidia.com/gpu", "8");
        status.putArray("conditions").addObject().put("type", "Ready").put("status", "True");
        cluster.cluster().create(new ResourceType("", "v1", "nodes"), "", node, WriteOptions.by("test"));
    }

    /// Of two members, a node each.
    private void gang(String name) {
        ObjectNode gang = Json.object();
        gang.putObject("metadata").put("name", name).putObject("labels").put("made-by", "test");
        ObjectNode spec = gang.putObject("spec").put("attempt", 0);
        spec.putArray("classes")
                .addObject()
                .put("name", "w")
                .put("min", 2)
                .put("max", 2)
                .put("wave", 0)
                .putObject("requests")
                .put("cpu", "1")
                .put("nvidia.com/gpu", "8");
        cluster.cluster().create(Ground.GANGS, "team", gang, WriteOptions.by("test"));
    }

    private JsonNode status(String gang) {
        JsonNode object = cluster.cluster().get(Ground.GANGS, "team", gang);
        return object == null ? Json.object() : object.path("status");
    }

    private boolean placed(String gang) {
        return status(gang).path("slots").path(0).path("nodes").size() == 2;
    }

    private static double await(String what, BooleanSupplier holds) {
        long start = System.nanoTime();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime() - start).as(what).isLessThan(PATIENCE.toNanos());
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private String call(String verb, ObjectNode body) {
        try {
            var request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + extender.port() + "/scheduler/" + verb))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body)))
                    .build();
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            return answer.body();
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String filter() {
        ObjectNode body = Json.object();
        body.putObject("Pod")
                .putObject("metadata")
                .put("uid", "unknown")
                .put("namespace", "team")
                .put("name", "unknown");
        body.putArray("NodeNames").add("a");
        long start = System.nanoTime();
        String answer = call("filter", body);
        assertThat((System.nanoTime() - start) / 1e9)
                .as("within the scheduler's patience: %s", answer)
                .isLessThan(1);
        return answer;
    }

    private String bind() {
        return call(
                "bind",
                Json.object()
                        .put("PodName", "unknown")
                        .put("PodNamespace", "team")
                        .put("PodUID", "unknown")
                        .put("Node", "a"));
    }

    private void leadsNoMore() {
        await("it says that it does not lead", () -> filter().contains("does not lead"));
        assertThat(bind()).contains("does not lead");
    }

    @Test
    void oneThatRefusesForAWhileIsGoneOnWith() throws Exception {
        lead();
        gang("before");
        await("placed", () -> placed("before"));
        long epoch = status("before").path("epoch").asLong();
        road.shut();
        filter();
        leadsNoMore();
        gang("meanwhile");
        road.open();
        assertThat(await("placed", () -> placed("meanwhile"))).isLessThan(SOON);
        assertThat(status("meanwhile").path("epoch").asLong()).isGreaterThan(epoch);
        assertThat(lost).as("nobody else led").hasValue(0);
    }

    @Test
    void oneThatIsSilentDelaysNoAnswerAndIsGoneOnWithOnNewConnections() throws Exception {
        lead();
        gang("before");
        await("placed", () -> placed("before"));
        road.jam();
        filter();
        leadsNoMore();
        gang("meanwhile");
        road.open();
        assertThat(await("placed", () -> placed("meanwhile"))).isLessThan(SOON);
        assertThat(lost).hasValue(0);
    }

    @Test
    void oneThatIsStartedAnewOnItsFolderIsGoneOnWith() throws Exception {
        lead();
        gang("before");
        await("placed", () -> placed("before"));
        int port = port();
        cluster.close();
        leadsNoMore();
        cluster = LocalCluster.start(vertx, LocalClusterSettings.in(folder).port(port));
        gang("after");
        assertThat(await("placed", () -> placed("after"))).isLessThan(SOON);
        assertThat(status("before").path("slots").path(0).path("nodes")).hasSize(2);
        assertThat(lost).hasValue(0);
    }

    private void carries(String gang, long epoch) {
        KubeApi api = new KubeApi(client);
        String path = "/apis/kumiki.io/v1alpha1/namespaces/team/gangs/" + gang + "/status";
        ObjectNode patch = Json.object();
        patch.putObject("status").put("epoch", epoch).put("phase", "Waiting").put("attempt", 0);
        KubeApi.Result written = api.merge(path, patch);
        assertThat(written.done()).as(written.message()).isTrue();
    }

    private long transitions() {
        JsonNode lease = cluster.cluster().get(LEASES, "kube-system", LEASE);
        return lease == null ? 0 : lease.at("/spec/leaseTransitions").asLong();
    }

    @Test
    void aLeaseThatWasDeletedCountsOnFromWhatGangsCarry() throws Exception {
        gang("old");
        carries("old", 7);
        gang("new");
        lead();
        await("both are placed", () -> placed("old") && placed("new"));
        assertThat(status("old").path("epoch").asLong()).isEqualTo(8);
        assertThat(transitions()).isEqualTo(8);
    }

    @Test
    void aLeaderWhoseLeaseIsDeletedBeginsANewTerm() throws Exception {
        lead();
        gang("before");
        await("placed", () -> placed("before"));
        long epoch = status("before").path("epoch").asLong();
        client.leases().inNamespace("kube-system").withName(LEASE).delete();
        await("a lease is there again", () -> transitions() > epoch);
        gang("after");
        assertThat(await("placed", () -> placed("after"))).isLessThan(SOON);
        assertThat(lost).hasValue(0);
    }

    @Test
    void aLeaderThatLearnsOfALaterEpochGoesAboveIt() throws Exception {
        lead();
        gang("before");
        await("placed", () -> placed("before"));
        carries("before", 50);
        gang("after");
        assertThat(await("placed", () -> placed("after"))).isLessThan(SOON);
        assertThat(transitions()).isEqualTo(51);
        assertThat(lost).hasValue(0);
    }

    /// Each lives by its own monotonic clock.
    @Test
    void clocksThatArePutForwardAndBackEndNoLease() throws Exception {
        lead();
        long term = transitions();
        try (var other = replica("other", () -> Instant.now().plusSeconds(-2 * off.get()))) {
            for (long jump : new long[] {3600, -3600}) {
                off.set(jump);
                var seen = new TreeSet<String>();
                // A second each: longer than the lease lasts.
                await("it is renewed", () -> {
                    seen.add(cluster.cluster()
                            .get(LEASES, "kube-system", LEASE)
                            .at("/metadata/resourceVersion")
                            .asText());
                    return seen.size() > 8;
                });
                gang(jump > 0 ? "forward" : "back");
                assertThat(await("placed", () -> placed(jump > 0 ? "forward" : "back")))
                        .isLessThan(SOON);
            }
            assertThat(transitions()).isEqualTo(term);
            assertThat(lost).hasValue(0);
            assertThat(other.port()).isPositive();
        }
    }
}
