package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kumiki.extender.admission.PodAdmission;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.simulation.SimulatedNodes;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.localcluster.node.LocalApi;
import io.kumiki.localcluster.scheduler.ExtenderSettings;
import io.kumiki.localcluster.scheduler.SchedulerLoop;
import io.kumiki.localcluster.scheduler.SchedulerSettings;
import io.kumiki.localcluster.simulation.SimulatedNodeAgents;
import io.kumiki.model.Json;
import io.kumiki.model.crd.Definition;
import io.kumiki.model.scheduling.Gang;
import io.kumiki.model.scheduling.PlaceLevels;
import io.kumiki.model.scheduling.TenantQuota;
import io.kumiki.planner.PlannerOptions;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The extender on the embedded cluster: real sockets, its scheduler, simulated nodes.
class GangIT {
    private static final ResourceType GANGS = new ResourceType("kumiki.io", "v1alpha1", "gangs");
    private static final ResourceType QUOTAS = new ResourceType("kumiki.io", "v1alpha1", "tenantquotas");
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    @TempDir
    Path folder;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final AdmissionDesk desk = new AdmissionDesk();
    private Vertx vertx;
    private LocalCluster cluster;
    private KubernetesClient client;
    private Extender extender;
    private SchedulerLoop scheduler;

    @BeforeEach
    void start() throws Exception {
        vertx = opened(
                Vertx.vertx(),
                v -> v.close().toCompletionStage().toCompletableFuture().join());
        cluster = opened(LocalCluster.start(
                vertx, LocalClusterSettings.in(folder).inMemory(), new PodAdmission(desk, Set.of()).policy()));
        for (var kind : List.of(Gang.class, TenantQuota.class, PlaceLevels.class)) {
            create(ResourceType.DEFINITIONS, "", Definition.of(kind));
        }
        ObjectNode namespace = Json.object();
        namespace.putObject("metadata").put("name", "team");
        create(ResourceType.NAMESPACES, "", namespace);
        var nodes = ((SimulatedNodes.Read.Valid) SimulatedNodes.read("16 x gpu=8 type=H100 rack=4")).nodes();
        var agents = opened(new SimulatedNodeAgents(api("simulation"), nodes));
        agents.start();
        client = opened(new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Files.readString(cluster.kubeconfig())))
                .build());
        startExtender(0);
        startScheduler();
    }

    private void startExtender(int port) throws InterruptedException {
        extender = Extender.listen(
                vertx,
                client,
                new Extender.Settings(port, "kube-system", UUID.randomUUID().toString(), true, PlannerOptions.DEFAULT),
                Clock.systemUTC(),
                desk,
                () -> {});
        extender.start();
        assertThat(extender.awaitReady(PATIENCE)).isTrue();
    }

    private void startScheduler() {
        scheduler = new SchedulerLoop(
                api("scheduler"),
                SchedulerSettings.withExtenders(ExtenderSettings.read(Extender.schedulerEntries(extender.port()))),
                Clock.systemUTC());
        scheduler.start();
    }

    @AfterEach
    void stop() throws Exception {
        scheduler.close();
        extender.close();
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.push(part);
        return part;
    }

    private <T> T opened(T part, java.util.function.Consumer<T> close) {
        open.push(() -> close.accept(part));
        return part;
    }

    private LocalApi api(String manager) {
        return new LocalApi(cluster.cluster(), manager, Clock.systemUTC());
    }

    private void create(ResourceType type, String namespace, ObjectNode object) {
        cluster.cluster().create(type, namespace, object, WriteOptions.by("test"));
    }

    /// As many pods as asked for, each with that many GPUs, all of one gang.
    private void gang(String name, int size, int gpus, String... annotations) {
        pods(name, 0, size, size, gpus, annotations);
    }

    private void pods(String name, int from, int to, int size, int gpus, String... annotations) {
        for (int i = from; i < to; i++) {
            ObjectNode pod = Json.object();
            ObjectNode metadata = pod.putObject("metadata").put("name", name + "-" + i);
            metadata.putObject("labels").put("kumiki.io/gang", name);
            ObjectNode noted = metadata.putObject("annotations").put("kumiki.io/gang-size", Integer.toString(size));
            for (int a = 0; a < annotations.length; a += 2) {
                noted.put(annotations[a], annotations[a + 1]);
            }
            ObjectNode spec = pod.putObject("spec").put("restartPolicy", "Never");
            spec.putArray("tolerations")
                    .addObject()
                    .put("key", "kumiki.io/simulated")
                    .put("operator", "Exists");
            ObjectNode resources = spec.putArray("containers")
                    .addObject()
                    .put("name", "c")
                    .put("image", "busybox")
                    .putObject("resources");
            for (String list : List.of("requests", "limits")) {
                resources.putObject(list).put("cpu", "1").put("nvidia.com/gpu", Integer.toString(gpus));
            }
            create(ResourceType.PODS, "team", pod);
        }
    }

    private List<? extends JsonNode> podsOf(String gang) {
        return cluster.cluster()
                .list(ResourceType.PODS, "team", Selection.labels("kumiki.io/gang=" + gang))
                .items();
    }

    private long bound(String gang) {
        return podsOf(gang).stream()
                .filter(p -> !p.path("spec").path("nodeName").asText("").isEmpty())
                .count();
    }

    private JsonNode status(String gang) {
        JsonNode object = cluster.cluster().get(GANGS, "team", gang);
        return object == null ? Json.object() : object.path("status");
    }

    private boolean phase(String gang, String phase) {
        return status(gang).path("phase").asText().equals(phase);
    }

    /// Waits for a change of pods or gangs after which it holds.
    @SuppressWarnings("try") // the watches only have to be open
    private void await(String what, BooleanSupplier holds) throws Exception {
        var reached = new CountDownLatch(1);
        Runnable look = () -> {
            if (holds.getAsBoolean()) {
                reached.countDown();
            }
        };
        try (var ofPods = cluster.cluster().watch(ResourceType.PODS, "", Selection.ALL, 0, e -> look.run());
                var ofGangs = cluster.cluster().watch(GANGS, "", Selection.ALL, 0, e -> look.run())) {
            assertThat(reached.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as(
                            "%s; gangs: %s",
                            what,
                            cluster.cluster().list(GANGS, "team", Selection.ALL).items())
                    .isTrue();
        }
    }

    @Test
    void aGangStartsWholeAndOneThatCannotFitWaitsWithASentenceAndHoldsNothing() throws Exception {
        gang("whole", 16, 8, "kumiki.io/simulated-duration", "10m");
        await("16 members are bound", () -> bound("whole") == 16 && phase("whole", "Running"));
        Map<String, Long> byNode = podsOf("whole").stream()
                .collect(Collectors.groupingBy(
                        p -> p.path("spec").path("nodeName").asText(), Collectors.counting()));
        assertThat(byNode).hasSize(16);
        assertThat(podsOf("whole"))
                .allSatisfy(p -> assertThat(p.path("metadata")
                                .path("annotations")
                                .path("kumiki.io/reservation")
                                .asText())
                        .endsWith(".0"));

        gang("more", 2, 8);
        await("it says why", () -> status("more").path("reason").asText().equals("NoRoom"));
        assertThat(status("more").path("message").asText())
                .contains("has room for 0 of 2 'member'")
                .contains("16 nodes (lack free GPUs)");
        assertThat(status("more").has("slots")).isFalse();
        assertThat(bound("more")).isZero();
        await(
                "its pods say it too",
                () -> podsOf("more").stream()
                        .allMatch(p -> p.path("metadata")
                                .path("annotations")
                                .path("kumiki.io/why")
                                .asText()
                                .startsWith("NoRoom: ")));
    }

    @Test
    void sixtyFourMembersOverSixteenNodesOfOneRackLevelAtATime() throws Exception {
        gang("large", 64, 2, "kumiki.io/simulated-duration", "10m");
        await("64 members are bound", () -> bound("large") == 64 && phase("large", "Running"));
        assertThat(status("large").path("ready").asText()).isEqualTo("64/64");
        gang("racks", 5, 8, "kumiki.io/topology-required", "rack");
        await(
                "a rack has four nodes",
                () -> status("racks").path("reason").asText().equals("Impossible"));
    }

    @Test
    void twoGangsThatNeedMostOfTheClusterComeOneAfterTheOther() throws Exception {
        gang("a", 10, 8, "kumiki.io/simulated-duration", "2s");
        gang("b", 10, 8, "kumiki.io/simulated-duration", "2s");
        await("both have ended", () -> phase("a", "Done") && phase("b", "Done"));
    }

    @Test
    void anExtenderThatDiesInTheMiddleLeavesNoPartialGang() throws Exception {
        pods("g", 0, 12, 12, 8, "kumiki.io/simulated-duration", "10m");
        await("slots are promised", () -> status("g").has("slots"));
        int port = extender.port();
        extender.close();
        long before = bound("g");
        startExtender(port);
        await("all members are bound", () -> bound("g") == 12 && phase("g", "Running"));
        assertThat(before).isIn(0L, 12L);
    }

    @Test
    void quotasAreNamedInTheRefusal() throws Exception {
        ObjectNode root = Json.object();
        root.putObject("metadata").put("name", "all");
        root.putObject("spec").putObject("guaranteed").put("nvidia.com/gpu", "128");
        create(QUOTAS, "", root);
        ObjectNode tenant = Json.object();
        tenant.putObject("metadata").put("name", "small");
        ObjectNode spec = tenant.putObject("spec").put("parent", "all");
        spec.putObject("guaranteed").put("nvidia.com/gpu", "8");
        spec.putObject("limit").put("nvidia.com/gpu", "16");
        spec.putArray("namespaces").add("team");
        create(QUOTAS, "", tenant);
        gang("large", 3, 8);
        await(
                "the quota is named",
                () -> status("large").path("reason").asText().equals("QuotaLimit"));
        assertThat(status("large").path("message").asText())
                .isEqualTo("24 nvidia.com/gpu wanted, 8 too many for the limit of quota small");
        gang("small", 2, 8, "kumiki.io/simulated-duration", "10m");
        await("what the limit allows starts", () -> phase("small", "Running"));
    }

    @Test
    void membersThatAreMissingAreCounted() throws Exception {
        pods("g", 0, 3, 4, 1);
        await("it counts", () -> status("g").path("message").asText().equals("3 of 4 pods exist"));
        pods("g", 3, 4, 4, 1);
        await("it starts", () -> bound("g") == 4);
    }

    @Test
    void aPodWithoutAGangNeverComesHere() throws Exception {
        ObjectNode pod = Json.object();
        pod.putObject("metadata").put("name", "plain");
        ObjectNode spec = pod.putObject("spec");
        spec.putArray("tolerations")
                .addObject()
                .put("key", "kumiki.io/simulated")
                .put("operator", "Exists");
        spec.putArray("containers").addObject().put("name", "c").put("image", "busybox");
        extender.close();
        create(ResourceType.PODS, "team", pod);
        await("it is bound though nobody answers", () -> {
            JsonNode plain = cluster.cluster().get(ResourceType.PODS, "team", "plain");
            return plain != null
                    && !plain.path("spec").path("nodeName").asText("").isEmpty();
        });
    }

    @Test
    void aGangWithoutASizeIsRefused() {
        ObjectNode pod = Json.object();
        pod.putObject("metadata").put("name", "p").putObject("labels").put("kumiki.io/gang", "g");
        pod.putObject("spec")
                .putArray("containers")
                .addObject()
                .put("name", "c")
                .put("image", "busybox");
        assertThat(org.assertj.core.api.Assertions.catchThrowableOfType(
                                ApiFault.class, () -> create(ResourceType.PODS, "team", pod))
                        .getMessage())
                .contains("says how many members its gang has, 1 to 5000; found \"\"");
    }
}
