package io.kumiki.localcluster.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Journal;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WriteOptions;
import io.kumiki.localcluster.node.LocalApi;
import io.kumiki.model.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SchedulerLoopIT {
    private final Cluster cluster =
            new Cluster(ClusterSettings.simulated(() -> Clock.systemUTC().instant(), 1), Journal.memory());
    private final LocalApi api = new LocalApi(cluster, "test", Clock.systemUTC());
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void namespace() {
        ObjectNode namespace = Json.object().put("apiVersion", "v1").put("kind", "Namespace");
        namespace.putObject("metadata").put("name", "ns");
        api.createIfAbsent(ResourceType.NAMESPACES, "", namespace);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable part : open) {
            part.close();
        }
    }

    private void schedule(ExtenderSettings... extenders) {
        SchedulerLoop loop =
                new SchedulerLoop(api, SchedulerSettings.withExtenders(List.of(extenders)), Clock.systemUTC());
        open.add(loop);
        loop.start();
    }

    private void node(String name, String cpu) {
        ObjectNode node = Json.object().put("apiVersion", "v1").put("kind", "Node");
        node.putObject("metadata").put("name", name);
        cluster.create(ResourceType.NODES, "", node, WriteOptions.by("test"));
        ObjectNode status = Json.object();
        status.putObject("allocatable").put("cpu", cpu).put("memory", "8Gi").put("pods", "100");
        status.putArray("conditions").addObject().put("type", "Ready").put("status", "True");
        api.status(ResourceType.NODES, node, status);
    }

    private void pod(String name, String resource, String amount) {
        ObjectNode pod = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        pod.putObject("metadata").put("name", name).put("namespace", "ns");
        ObjectNode container = pod.putObject("spec")
                .putArray("containers")
                .addObject()
                .put("name", "c")
                .put("image", "busybox");
        ObjectNode resources = container.putObject("resources");
        resources.putObject("requests").put(resource, amount);
        resources.putObject("limits").put(resource, amount);
        cluster.create(ResourceType.PODS, "ns", pod, WriteOptions.by("test"));
    }

    private JsonNode await(String name, Predicate<JsonNode> wanted) throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        try (var _ = api.follow(ResourceType.PODS, Selection.ALL, (type, pod) -> {
            if (pod.path("metadata").path("name").asText().equals(name) && wanted.test(pod)) {
                seen.countDown();
            }
        })) {
            assertThat(seen.await(15, TimeUnit.SECONDS))
                    .as("last seen: %s", cluster.get(ResourceType.PODS, "ns", name))
                    .isTrue();
        }
        return cluster.get(ResourceType.PODS, "ns", name);
    }

    private String nodeOf(String name) throws Exception {
        return await(name, pod -> !pod.path("spec").path("nodeName").asText("").isEmpty())
                .path("spec")
                .path("nodeName")
                .asText();
    }

    private static JsonNode scheduled(JsonNode pod) {
        for (JsonNode condition : pod.path("status").path("conditions")) {
            if (condition.path("type").asText().equals("PodScheduled")) {
                return condition;
            }
        }
        return Json.object();
    }

    @Test
    void bindsToTheEmptierNodeAndSaysWhyNot() throws Exception {
        node("small", "1");
        schedule();
        pod("big", "cpu", "3");
        JsonNode waits =
                await("big", pod -> scheduled(pod).path("reason").asText().equals("Unschedulable"));
        assertThat(scheduled(waits).path("message").asText())
                .isEqualTo(
                        "0/1 nodes are available: 1 Insufficient cpu."
                                + " no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.");
        assertThat(cluster.list(ResourceType.EVENTS, "ns", Selection.ALL)
                        .items()
                        .toString())
                .contains("FailedScheduling");
        node("large", "8");
        assertThat(nodeOf("big")).isEqualTo("large");
        pod("little", "cpu", "500m");
        assertThat(nodeOf("little")).isEqualTo("large");
    }

    @Test
    void aGateHoldsAPodBackUntilItIsRemoved() throws Exception {
        node("n", "4");
        schedule();
        ObjectNode pod = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        pod.putObject("metadata").put("name", "gated").put("namespace", "ns");
        ObjectNode spec = pod.putObject("spec");
        spec.putArray("schedulingGates").addObject().put("name", "kumiki.io/gang");
        spec.putArray("containers").addObject().put("name", "c").put("image", "busybox");
        cluster.create(ResourceType.PODS, "ns", pod, WriteOptions.by("test"));
        await("gated", p -> scheduled(p).path("reason").asText().equals("SchedulingGated"));
        api.merge(ResourceType.PODS, "ns", "gated", Json.parse("{\"spec\":{\"schedulingGates\":[]}}"));
        assertThat(nodeOf("gated")).isEqualTo("n");
    }

    @Test
    void anExtenderFiltersScoresAndBinds() throws Exception {
        node("a", "4");
        node("b", "4");
        node("c", "8");
        String url = serve(request -> switch (request.verb()) {
            case "filter" -> "{\"NodeNames\":[\"a\",\"b\"],\"FailedNodes\":{\"c\":\"not this one\"}}";
            case "prioritize" -> "[{\"Host\":\"a\",\"Score\":1},{\"Host\":\"b\",\"Score\":9}]";
            default -> bound(request);
        });
        schedule(ExtenderSettings.read(Json.parse("[{\"urlPrefix\":\"" + url
                        + "/\",\"filterVerb\":\"filter\",\"prioritizeVerb\":\"prioritize\",\"weight\":5,\"bindVerb\":\"bind\",\"nodeCacheCapable\":true,"
                        + "\"managedResources\":[{\"name\":\"kumiki.io/plan\",\"ignoredByScheduler\":true}]}]"))
                .toArray(ExtenderSettings[]::new));
        pod("mine", "kumiki.io/plan", "1");
        assertThat(nodeOf("mine")).isEqualTo("b");
        assertThat(calls).containsExactly("filter", "prioritize", "bind");
        pod("other", "cpu", "1");
        assertThat(nodeOf("other")).isEqualTo("c");
        assertThat(calls).as("not the extender's business").hasSize(3);
    }

    private String bound(Request request) {
        JsonNode body = request.body();
        cluster.bind(
                body.path("PodNamespace").asText(),
                body.path("PodName").asText(),
                body.path("PodUID").asText(),
                body.path("Node").asText(),
                Map.of("kumiki.io/devices", "0"));
        return "{\"Error\":\"\"}";
    }

    @Test
    void aHeldBindDelaysNoOtherPod() throws Exception {
        node("a", "4");
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        String url = serve(request -> {
            held.countDown();
            await(release);
            return bound(request);
        });
        schedule(ExtenderSettings.read(Json.parse("[{\"urlPrefix\":\"" + url
                        + "\",\"bindVerb\":\"bind\",\"httpTimeout\":\"60s\",\"nodeCacheCapable\":true,"
                        + "\"managedResources\":[{\"name\":\"kumiki.io/bind\",\"ignoredByScheduler\":true}]}]"))
                .toArray(ExtenderSettings[]::new));
        pod("slow", "kumiki.io/bind", "1");
        assertThat(held.await(10, TimeUnit.SECONDS)).isTrue();
        long began = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            pod("quick" + i, "cpu", "100m");
        }
        for (int i = 0; i < 20; i++) {
            assertThat(nodeOf("quick" + i)).isEqualTo("a");
        }
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        System.out.println("20 pods bound in " + took + " ms while one bind was held");
        assertThat(took).isLessThan(5_000);
        assertThat(cluster.get(ResourceType.PODS, "ns", "slow")
                        .path("spec")
                        .path("nodeName")
                        .asText(""))
                .isEmpty();
        release.countDown();
        assertThat(nodeOf("slow")).isEqualTo("a");
    }

    @Test
    void aHeldBindsResourcesAreTaken() throws Exception {
        node("a", "1");
        CountDownLatch release = new CountDownLatch(1);
        String url = serve(request -> {
            await(release);
            return "{\"Error\":\"the gang was given up\"}";
        });
        schedule(ExtenderSettings.read(Json.parse("[{\"urlPrefix\":\"" + url
                        + "\",\"bindVerb\":\"bind\",\"httpTimeout\":\"60s\",\"nodeCacheCapable\":true}]"))
                .toArray(ExtenderSettings[]::new));
        pod("first", "cpu", "1");
        pod("second", "cpu", "1");
        JsonNode waits =
                await("second", pod -> scheduled(pod).path("reason").asText().equals("Unschedulable"));
        assertThat(scheduled(waits).path("message").asText()).contains("Insufficient cpu");
        release.countDown();
        JsonNode refused =
                await("first", pod -> scheduled(pod).path("reason").asText().equals("SchedulerError"));
        assertThat(scheduled(refused).path("message").asText()).contains("the gang was given up");
    }

    @Test
    void anExtenderThatIsDownStopsItsPodsUnlessIgnorable() throws Exception {
        node("a", "4");
        String dead = "http://127.0.0.1:1/x";
        schedule(ExtenderSettings.read(Json.parse("[{\"urlPrefix\":\"" + dead
                        + "\",\"filterVerb\":\"filter\",\"managedResources\":[{\"name\":\"kumiki.io/plan\",\"ignoredByScheduler\":true}]},"
                        + "{\"urlPrefix\":\"" + dead + "\",\"filterVerb\":\"filter\",\"ignorable\":true}]"))
                .toArray(ExtenderSettings[]::new));
        pod("steered", "kumiki.io/plan", "1");
        pod("plain", "cpu", "1");
        assertThat(nodeOf("plain")).isEqualTo("a");
        JsonNode waits =
                await("steered", pod -> scheduled(pod).path("reason").asText().equals("SchedulerError"));
        assertThat(scheduled(waits).path("message").asText()).contains(dead);
    }

    @Test
    void anExtenderMayNotInventNodes() throws Exception {
        node("a", "4");
        String url = serve(request -> "{\"NodeNames\":[\"ghost\"]}");
        schedule(ExtenderSettings.read(Json.parse(
                        "[{\"urlPrefix\":\"" + url + "\",\"filterVerb\":\"filter\",\"nodeCacheCapable\":true}]"))
                .toArray(ExtenderSettings[]::new));
        pod("p", "cpu", "1");
        JsonNode waits =
                await("p", pod -> scheduled(pod).path("reason").asText().equals("SchedulerError"));
        assertThat(scheduled(waits).path("message").asText()).contains("ghost");
    }

    private record Request(String verb, JsonNode body) {}

    private String serve(Function<Request, String> answer) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            String verb = exchange.getRequestURI().getPath().substring(1);
            calls.add(verb);
            byte[] out = answer.apply(new Request(
                            verb, Json.parse(exchange.getRequestBody().readAllBytes())))
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, out.length);
            exchange.getResponseBody().write(out);
            exchange.close();
        });
        server.start();
        open.add(() -> server.stop(0));
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void preemptionIsWrittenWhereEverybodyCanSeeIt() throws Exception {
        try (SchedulerRig rig = new SchedulerRig()) {
            rig.node("n", "1");
            rig.running("low", "1", "n", 0);
            rig.schedule(SchedulerSettings.DEFAULT);
            rig.pod("high", "cpu", "1", 9, "");
            JsonNode victim = rig.await("low", pod -> pod.path("metadata").has("deletionTimestamp"));
            assertThat(victim.path("status").path("conditions").toString())
                    .contains(
                            "DisruptionTarget",
                            "PreemptionByScheduler",
                            "default-scheduler: preempting to accommodate");
            JsonNode preemptor = rig.await("high", pod -> pod.path("status").has("nominatedNodeName"));
            assertThat(preemptor.path("status").path("nominatedNodeName").asText())
                    .isEqualTo("n");
            assertThat(rig.reason("high", "Unschedulable")).startsWith("0/1 nodes are available: 1 Insufficient cpu.");
            rig.cluster.delete(ResourceType.PODS, "ns", "low", io.kumiki.kube.Deletion.NOW);
            assertThat(rig.nodeOf("high")).isEqualTo("n");
            rig.awaitEvent("Preempted");
        }
    }

    @Test
    void aBudgetThatComesLaterProtects() throws Exception {
        try (SchedulerRig rig = new SchedulerRig()) {
            rig.node("a", "1");
            rig.node("b", "1");
            ObjectNode guarded = SchedulerRig.podObject("guarded", "cpu", "1", 0, "");
            ((ObjectNode) guarded.path("metadata")).putObject("labels").put("app", "g");
            rig.create(guarded);
            rig.cluster.bind("ns", "guarded", "", "a", Map.of());
            rig.running("free", "1", "b", 5);
            ObjectNode budget = Json.object().put("apiVersion", "policy/v1").put("kind", "PodDisruptionBudget");
            budget.putObject("metadata").put("name", "b").put("namespace", "ns");
            budget.putObject("spec")
                    .put("minAvailable", 1)
                    .putObject("selector")
                    .putObject("matchLabels")
                    .put("app", "g");
            rig.cluster.create(
                    new io.kumiki.kube.ResourceType("policy", "v1", "poddisruptionbudgets"),
                    "ns",
                    budget,
                    WriteOptions.by("test"));
            rig.schedule(SchedulerSettings.DEFAULT);
            rig.pod("high", "cpu", "1", 9, "");
            rig.await("free", pod -> pod.path("metadata").has("deletionTimestamp"));
            assertThat(rig.cluster
                            .get(ResourceType.PODS, "ns", "guarded")
                            .path("metadata")
                            .has("deletionTimestamp"))
                    .isFalse();
        }
    }

    @Test
    void onlyServedNamesAreScheduled() throws Exception {
        try (SchedulerRig rig = new SchedulerRig()) {
            rig.node("n", "4");
            rig.schedule(SchedulerSettings.read("""
                apiVersion: kubescheduler.config.k8s.io/v1
                kind: KubeSchedulerConfiguration
                profiles: [{schedulerName: one}, {schedulerName: two}]
                """));
            for (String name : List.of("one", "two", "three")) {
                ObjectNode pod = SchedulerRig.podObject(name, "cpu", "1", 0, "");
                ((ObjectNode) pod.path("spec")).put("schedulerName", name);
                rig.create(pod);
            }
            assertThat(rig.nodeOf("one")).isEqualTo("n");
            assertThat(rig.nodeOf("two")).isEqualTo("n");
            assertThat(rig.cluster
                            .get(ResourceType.PODS, "ns", "three")
                            .path("status")
                            .has("conditions"))
                    .isFalse();
        }
    }

    @Test
    void aVolumeIsSelectedBeforeThePodIsBound() throws Exception {
        try (SchedulerRig rig = new SchedulerRig()) {
            rig.node("n", "4");
            rig.create(
                    ResourceType.STORAGE_CLASSES,
                    "",
                    "{'apiVersion':'storage.k8s.io/v1','kind':'StorageClass','metadata':{'name':'late'},'provisioner':'x.io/p','volumeBindingMode':'WaitForFirstConsumer'}");
            rig.create(
                    ResourceType.CLAIMS,
                    "ns",
                    "{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'data','namespace':'ns'},'spec':{'storageClassName':'late','accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}}}");
            rig.schedule(SchedulerSettings.DEFAULT);
            ObjectNode pod = SchedulerRig.podObject("p", "cpu", "1", 0, "");
            ObjectNode volume = ((ObjectNode) pod.path("spec"))
                    .putArray("volumes")
                    .addObject()
                    .put("name", "v");
            volume.putObject("persistentVolumeClaim").put("claimName", "data");
            rig.create(pod);
            rig.await(
                    ResourceType.CLAIMS,
                    "ns",
                    "data",
                    claim -> claim.path("metadata")
                            .path("annotations")
                            .path("volume.kubernetes.io/selected-node")
                            .asText()
                            .equals("n"));
            assertThat(rig.cluster
                            .get(ResourceType.PODS, "ns", "p")
                            .path("spec")
                            .has("nodeName"))
                    .isFalse();
            rig.create(
                    ResourceType.VOLUMES,
                    "",
                    "{'apiVersion':'v1','kind':'PersistentVolume','metadata':{'name':'made'},'spec':{'storageClassName':'late','accessModes':['ReadWriteOnce'],'capacity':{'storage':'1Gi'},'hostPath':{'path':'/x'},'claimRef':{'namespace':'ns','name':'data'}}}");
            rig.api.merge(ResourceType.CLAIMS, "ns", "data", Json.parse("{\"spec\":{\"volumeName\":\"made\"}}"));
            rig.api.status(
                    ResourceType.CLAIMS,
                    rig.cluster.get(ResourceType.CLAIMS, "ns", "data"),
                    Json.object().put("phase", "Bound"));
            assertThat(rig.nodeOf("p")).isEqualTo("n");
        }
    }
}
