package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kumiki.extender.admission.PodAdmission;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.simulation.SimulatedNodes;
import io.kumiki.ledger.LedgerSettings;
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
                vertx,
                LocalClusterSettings.in(folder).inMemory(),
                new PodAdmission(desk, PodAdmission.Rules.ALONE).policy()));
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
        startExtender(port, LedgerSettings.alone());
    }

    private void startExtender(int port, LedgerSettings ledger) throws InterruptedException {
        extender = Extender.listen(
                vertx,
                client,
                new Extender.Settings(port, "kube-system", UUID.randomUUID().toString(), true, PlannerOptions.DEFAULT)
                        .telling(ledger),
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

    private static ObjectNode quota(String name, String parent, String guaranteed, String limit) {
        ObjectNode quota = Json.object();
        quota.putObject("metadata").put("name", name);
        ObjectNode spec = quota.putObject("spec");
        spec.putObject("guaranteed").put("nvidia.com/gpu", guaranteed);
        if (!parent.isEmpty()) {
            spec.put("parent", parent).putArray("namespaces").add("team");
        }
        if (!limit.isEmpty()) {
            spec.putObject("limit").put("nvidia.com/gpu", limit);
        }
        return quota;
    }

    private JsonNode accepted(String quota) {
        return cluster.cluster()
                .get(QUOTAS, "", quota)
                .path("status")
                .path("conditions")
                .path(0);
    }

    private void awaitQuota(String what, BooleanSupplier holds) throws Exception {
        awaitOf(QUOTAS, "", what, holds);
    }

    /// Looks whenever something of that kind changes.
    private void awaitOf(ResourceType type, String namespace, String what, BooleanSupplier holds) throws Exception {
        var reached = new CountDownLatch(1);
        try (var watch = cluster.cluster().watch(type, namespace, Selection.ALL, 0, e -> {
            if (holds.getAsBoolean()) {
                reached.countDown();
            }
        })) {
            assertThat(watch).isNotNull();
            assertThat(reached.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as(what)
                    .isTrue();
        }
    }

    @Test
    void quotasAreNamedInTheRefusal() throws Exception {
        create(QUOTAS, "", quota("all", "", "128", ""));
        create(QUOTAS, "", quota("small", "all", "8", "16"));
        awaitQuota(
                "the tree holds",
                () -> accepted("small").path("status").asText().equals("True"));
        gang("large", 3, 8);
        await(
                "the quota is named",
                () -> status("large").path("reason").asText().equals("QuotaLimit"));
        assertThat(status("large").path("message").asText())
                .isEqualTo("24 nvidia.com/gpu wanted, 8 too many for the limit of quota small");
        gang("small", 2, 8, "kumiki.io/simulated-duration", "10m");
        await("what the limit allows starts", () -> phase("small", "Running"));
        gang("one", 1, 8);
        await(
                "who holds it is named",
                () -> status("one").path("message").asText().endsWith("; held by team/small: 16"));
    }

    @Test
    void aLimitOfNoneHolds() throws Exception {
        create(QUOTAS, "", quota("all", "", "128", ""));
        create(QUOTAS, "", quota("guests", "all", "0", "0"));
        awaitQuota(
                "it is part of the tree",
                () -> accepted("guests").path("status").asText().equals("True"));
        gang("one", 1, 1);
        await("nothing is allowed", () -> status("one").path("reason").asText().equals("QuotaLimit"));
        assertThat(bound("one")).isZero();
    }

    @Test
    void aMistakeInTheTreeIsToldOnItsObjects() throws Exception {
        create(QUOTAS, "", quota("all", "", "8", ""));
        create(QUOTAS, "", quota("team", "all", "9", ""));
        awaitQuota(
                "both say it",
                () -> accepted("all").path("reason").asText().equals("Mistake")
                        && accepted("team").path("reason").asText().equals("TreeHasMistakes"));
        assertThat(accepted("all").path("message").asText())
                .isEqualTo("the tenants below all are guaranteed 9 nvidia.com/gpu, it has 8");
        // The event is written after the condition.
        var events = new ResourceType("", "v1", "events");
        awaitOf(
                events,
                "default",
                "an event says it too",
                () -> cluster.cluster().list(events, "default", Selection.ALL).items().stream()
                        .anyMatch(e ->
                                e.path("involvedObject").path("name").asText().equals("all")));
        cluster.cluster().delete(QUOTAS, "", "team", Deletion.DEFAULT);
        awaitQuota(
                "the rest is a tree",
                () -> accepted("all").path("status").asText().equals("True"));
    }

    private void resourceQuota(String gpus) {
        ObjectNode quota = Json.object();
        quota.putObject("metadata").put("name", "gpus");
        quota.putObject("spec").putObject("hard").put("requests.nvidia.com/gpu", gpus);
        create(new ResourceType("", "v1", "resourcequotas"), "team", quota);
    }

    /// The API server refuses the rest of the pods (403), so the gang cannot become whole.
    @Test
    void aResourceQuotaThatRefusesHalfOfAGangIsNamedAndNothingIsHeld() throws Exception {
        resourceQuota("16");
        pods("half", 0, 2, 4, 8);
        assertThat(org.assertj.core.api.Assertions.catchThrowableOfType(ApiFault.class, () -> pods("half", 2, 3, 4, 8))
                        .getMessage())
                .contains("exceeded quota");
        await("it is named", () -> status("half").path("reason").asText().equals("NamespaceQuota"));
        assertThat(status("half").path("message").asText()).contains("ResourceQuota gpus allows 0 more");
        assertThat(status("half").has("slots")).isFalse();
        assertThat(bound("half")).isZero();
    }

    @Test
    void twoGangsOnOneQuotaComeOneAfterTheOther() throws Exception {
        create(QUOTAS, "", quota("all", "", "128", ""));
        create(QUOTAS, "", quota("small", "all", "8", "32"));
        awaitQuota(
                "the tree holds",
                () -> accepted("small").path("status").asText().equals("True"));
        gang("first", 3, 8, "kumiki.io/simulated-duration", "2s");
        gang("second", 3, 8, "kumiki.io/simulated-duration", "2s");
        await(
                "one runs, the other waits for it",
                () -> (phase("first", "Running") && waitsFor("second", "first"))
                        || (phase("second", "Running") && waitsFor("first", "second")));
        await("both have ended", () -> phase("first", "Done") && phase("second", "Done"));
    }

    /// Another member of the ledger is stopped as a whole (SIGSTOP): decisions do not wait for it, and when it goes
    /// on it hears what was decided meanwhile.
    @Test
    void aMemberOfTheLedgerThatHangsDelaysNoDecision() throws Exception {
        Process member = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        QuotaMember.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        open.push(member::destroyForcibly);
        var lines = new java.util.concurrent.LinkedBlockingQueue<String>();
        Thread.ofVirtual().start(() -> member.inputReader().lines().forEach(lines::add));
        String at = heard(lines, "at ", "").substring(3);
        extender.close();
        scheduler.close();
        startExtender(0, new LedgerSettings("kumiki", "127.0.0.1", 0, at, ""));
        startScheduler();
        assertThat(extender.ledger())
                .as("no member before there is a TenantQuota")
                .isEmpty();

        create(QUOTAS, "", quota("all", "", "128", ""));
        create(QUOTAS, "", quota("small", "all", "8", "64"));
        awaitQuota(
                "the tree holds",
                () -> accepted("small").path("status").asText().equals("True"));
        gang("first", 2, 8, "kumiki.io/simulated-duration", "10m");
        await("it starts", () -> phase("first", "Running"));
        heard(lines, "entry all ", " 16");

        signal("-STOP", member);
        long slowest = 0;
        for (int i = 0; i < 5; i++) {
            String name = "stopped-" + i;
            long from = System.nanoTime();
            gang(name, 1, 8, "kumiki.io/simulated-duration", "10m");
            await(name + " starts", () -> phase(name, "Running"));
            slowest = Math.max(slowest, System.nanoTime() - from);
        }
        System.out.println("slowest gang while the member was stopped: " + slowest / 1_000_000 + " ms");
        // One call to a stopped member takes 5 s and more (operation time-out): waiting once would show.
        assertThat(Duration.ofNanos(slowest)).isLessThan(Duration.ofSeconds(5));
        signal("-CONT", member);
        heard(lines, "entry all ", " 56");
    }

    private static void signal(String signal, Process process) throws Exception {
        assertThat(new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private static String heard(java.util.concurrent.BlockingQueue<String> lines, String begins, String ends)
            throws InterruptedException {
        while (true) {
            String line = lines.poll(60, TimeUnit.SECONDS);
            assertThat(line).as("a line %s…%s", begins, ends).isNotNull();
            if (line.startsWith(begins) && line.endsWith(ends)) {
                return line;
            }
        }
    }

    private boolean waitsFor(String gang, String other) {
        return status(gang).path("message").asText().contains("held by team/" + other + ": 24");
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
