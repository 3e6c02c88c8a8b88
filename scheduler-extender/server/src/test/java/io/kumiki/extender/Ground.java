package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kumiki.extender.admission.PodAdmission;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.admission.AdmissionPolicy;
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
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// An embedded cluster with simulated GPU nodes and its scheduler, which know the extender only by its verbs and, at
/// the
/// door, by its webhook or in the same process.
final class Ground implements AutoCloseable {
    static final ResourceType GANGS = new ResourceType("kumiki.io", "v1alpha1", "gangs");
    static final ResourceType QUOTAS = new ResourceType("kumiki.io", "v1alpha1", "tenantquotas");
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Vertx vertx = Vertx.vertx();
    private final AdmissionDesk desk;
    final LocalCluster cluster;
    final KubernetesClient client;
    Extender extender;
    Webhook webhook;
    private SchedulerLoop scheduler;

    static Ground byWebhook(Path folder, String nodes, PodAdmission.Rules rules) throws Exception {
        var desk = new AdmissionDesk();
        var ground = new Ground(folder, nodes, desk);
        ground.webhook = ground.opened(Webhook.start(
                ground.vertx,
                ground.client,
                ground.extender.reviews(new PodAdmission(desk, rules)),
                new Webhook.Settings(0, "kube-system", "127.0.0.1", ""),
                Clock.systemUTC()));
        return ground;
    }

    static Ground inProcess(Path folder, String nodes) throws Exception {
        var desk = new AdmissionDesk();
        return new Ground(folder, nodes, desk, new PodAdmission(desk, PodAdmission.Rules.ALONE).policy());
    }

    private Ground(Path folder, String nodes, AdmissionDesk desk, AdmissionPolicy... doors) throws Exception {
        this.desk = desk;
        open.push(() -> vertx.close().toCompletionStage().toCompletableFuture().join());
        cluster =
                opened(LocalCluster.start(vertx, LocalClusterSettings.in(folder).inMemory(), doors));
        for (var kind : List.of(Gang.class, TenantQuota.class, PlaceLevels.class)) {
            create(ResourceType.DEFINITIONS, "", Definition.of(kind));
        }
        ObjectNode namespace = Json.object();
        namespace.putObject("metadata").put("name", "team");
        create(ResourceType.NAMESPACES, "", namespace);
        var simulated = ((SimulatedNodes.Read.Valid) SimulatedNodes.read(nodes)).nodes();
        opened(new SimulatedNodeAgents(api("simulation"), simulated)).start();
        client = opened(new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Files.readString(cluster.kubeconfig())))
                .build());
        startExtender(0, LedgerSettings.alone());
        startScheduler();
    }

    /// After it was closed: another one.
    void startExtender(int port, LedgerSettings ledger) throws InterruptedException {
        var settings =
                new Extender.Settings(port, "kube-system", UUID.randomUUID().toString(), true, PlannerOptions.DEFAULT);
        extender = opened(Extender.listen(vertx, client, settings.telling(ledger), Clock.systemUTC(), desk, () -> {}));
        extender.start();
        assertThat(extender.awaitReady(PATIENCE)).isTrue();
    }

    private void startScheduler() {
        scheduler = opened(new SchedulerLoop(
                api("scheduler"),
                SchedulerSettings.withExtenders(ExtenderSettings.read(Extender.schedulerEntries(extender.port()))),
                Clock.systemUTC()));
        scheduler.start();
    }

    /// Both anew, on another port.
    void restart(LedgerSettings ledger) throws InterruptedException {
        extender.close();
        scheduler.close();
        startExtender(0, ledger);
        startScheduler();
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.push(part);
        return part;
    }

    private LocalApi api(String manager) {
        return new LocalApi(cluster.cluster(), manager, Clock.systemUTC());
    }

    ObjectNode create(ResourceType type, String namespace, ObjectNode object) {
        return cluster.cluster().create(type, namespace, object, WriteOptions.by("test"));
    }

    /// A pod for a simulated node with that many GPUs; not created yet.
    static ObjectNode pod(String name, int gpus) {
        ObjectNode pod = Json.object();
        ObjectNode metadata = pod.putObject("metadata").put("name", name);
        metadata.putObject("annotations").put("kumiki.io/simulated-duration", "10m");
        metadata.putObject("labels");
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
            ObjectNode amounts = resources.putObject(list).put("cpu", "1");
            if (gpus > 0) {
                amounts.put("nvidia.com/gpu", Integer.toString(gpus));
            }
        }
        return pod;
    }

    ObjectNode make(ObjectNode pod) {
        return create(ResourceType.PODS, "team", pod);
    }

    JsonNode podNamed(String name) {
        JsonNode pod = cluster.cluster().get(ResourceType.PODS, "team", name);
        return pod == null ? Json.object() : pod;
    }

    String nodeOf(String pod) {
        return podNamed(pod).path("spec").path("nodeName").asText("");
    }

    String why(String pod) {
        return podNamed(pod)
                .path("metadata")
                .path("annotations")
                .path("kumiki.io/why")
                .asText("");
    }

    JsonNode gang(String name) {
        JsonNode gang = cluster.cluster().get(GANGS, "team", name);
        return gang == null ? Json.object() : gang;
    }

    /// As many pods as asked for, each with that many GPUs, all of one gang.
    void makeGang(String name, int size, int gpus, String... annotations) {
        makeMembers(name, 0, size, size, gpus, annotations);
    }

    /// Some pods of a gang of that size, as they were made.
    List<ObjectNode> makeMembers(String name, int from, int to, int size, int gpus, String... annotations) {
        List<ObjectNode> made = new ArrayList<>();
        for (int i = from; i < to; i++) {
            ObjectNode pod = pod(name + "-" + i, gpus);
            pod.withObject("/metadata/labels").put("kumiki.io/gang", name);
            ObjectNode noted = pod.withObject("/metadata/annotations");
            noted.put("kumiki.io/gang-size", Integer.toString(size));
            for (int a = 0; a < annotations.length; a += 2) {
                noted.put(annotations[a], annotations[a + 1]);
            }
            made.add(make(pod));
        }
        return made;
    }

    List<? extends JsonNode> podsOf(String gang) {
        return cluster.cluster()
                .list(ResourceType.PODS, "team", Selection.labels("kumiki.io/gang=" + gang))
                .items();
    }

    /// Reasons and messages.
    List<String> events(String gang) {
        return cluster.cluster().list(ResourceType.EVENTS, "team", Selection.ALL).items().stream()
                .filter(event ->
                        event.path("involvedObject").path("name").asText().equals(gang))
                .map(event -> event.path("reason").asText() + ": "
                        + event.path("message").asText())
                .toList();
    }

    long bound(String gang) {
        return podsOf(gang).stream()
                .filter(p -> !p.path("spec").path("nodeName").asText("").isEmpty())
                .count();
    }

    JsonNode status(String gang) {
        return gang(gang).path("status");
    }

    boolean phase(String gang, String phase) {
        return status(gang).path("phase").asText().equals(phase);
    }

    /// A tenant with GPUs; below another it has the namespace.
    static ObjectNode quota(String name, String parent, String guaranteed, String limit) {
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

    JsonNode statusOf(String quota) {
        return cluster.cluster().get(QUOTAS, "", quota).path("status");
    }

    /// Its first condition.
    JsonNode accepted(String quota) {
        return statusOf(quota).path("conditions").path(0);
    }

    /// @param field `used` or `borrowed`
    boolean used(String quota, String field, String resource, String amount) {
        return statusOf(quota).path(field).path(resource).asText().equals(amount);
    }

    void delete(String pod) {
        client.pods().inNamespace("team").withName(pod).withGracePeriod(0).delete();
    }

    /// Waits for a change of pods or gangs after which it holds.
    @SuppressWarnings("try") // the watches only have to be open
    void await(String what, BooleanSupplier holds) throws Exception {
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
                            "%s; gangs: %s; pods: %s",
                            what,
                            cluster.cluster().list(GANGS, "team", Selection.ALL).items(),
                            cluster.cluster()
                                    .list(ResourceType.PODS, "team", Selection.ALL)
                                    .items())
                    .isTrue();
        }
    }

    /// Looks whenever something of that kind changes.
    void awaitOf(ResourceType type, String namespace, String what, BooleanSupplier holds) throws Exception {
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

    void awaitQuota(String what, BooleanSupplier holds) throws Exception {
        awaitOf(QUOTAS, "", what, holds);
    }

    @Override
    public void close() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }
}
