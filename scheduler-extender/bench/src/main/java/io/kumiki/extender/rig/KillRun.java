package io.kumiki.extender.rig;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.Extender;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WatchEvent;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.simulation.SimulatedNodes;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.localcluster.node.LocalApi;
import io.kumiki.localcluster.real.RealKubernetes;
import io.kumiki.localcluster.scheduler.ExtenderSettings;
import io.kumiki.localcluster.scheduler.SchedulerLoop;
import io.kumiki.localcluster.scheduler.SchedulerSettings;
import io.kumiki.localcluster.simulation.SimulatedNodeAgents;
import io.kumiki.model.Json;
import io.kumiki.model.crd.Definition;
import io.kumiki.model.scheduling.Gang;
import io.kumiki.model.scheduling.PlaceLevels;
import io.kumiki.model.scheduling.TenantQuota;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/// Two extenders in JVMs of their own on one embedded API server and its scheduler, whose extender is the first of
/// them. Whichever leads is killed (SIGKILL) while it binds a gang, again and again, and started anew as the standby.
public final class KillRun implements AutoCloseable {
    private static final ResourceType GANGS = new ResourceType("kumiki.io", "v1alpha1", "gangs");
    private static final ResourceType LEASES = new ResourceType("coordination.k8s.io", "v1", "leases");
    private static final String SPACE = "kills";
    private static final int NODES = 16;
    private static final int GPUS = 8;
    private static final long PATIENCE = 120_000;

    /// @param gap from the kill until the next leader wrote a gang's status, milliseconds
    /// @param boundAtKill members that were bound at that moment
    public record Kill(double gap, int boundAtKill, int size, boolean first) {}

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final LocalCluster cluster;
    private final Path folder;
    private final int[] ports = {RealKubernetes.freePort(), RealKubernetes.freePort()};
    private final int[] peers = {RealKubernetes.freePort(), RealKubernetes.freePort()};
    private final int[] doors = {RealKubernetes.freePort(), RealKubernetes.freePort()};
    private final ExtenderProcess[] extenders = new ExtenderProcess[2];
    private final GangBook book = new GangBook(GPUS);
    private final SplittableRandom random;
    private final List<Kill> kills = new ArrayList<>();

    private KillRun(Path folder, long seed) throws Exception {
        this.folder = folder;
        this.random = new SplittableRandom(seed);
        Vertx vertx = Vertx.vertx();
        open.push(() -> vertx.close().toCompletionStage().toCompletableFuture().join());
        cluster = LocalCluster.start(vertx, LocalClusterSettings.in(folder).inMemory());
        open.push(cluster);
    }

    /// @param seed of the sizes of gangs and the moments of kills
    public static KillRun start(Path folder, long seed) throws Exception {
        var run = new KillRun(folder, seed);
        try {
            run.begin();
        } catch (Exception | Error e) {
            run.close();
            throw e;
        }
        return run;
    }

    private void begin() throws Exception {
        for (var kind : List.of(Gang.class, TenantQuota.class, PlaceLevels.class)) {
            create(ResourceType.DEFINITIONS, "", Definition.of(kind));
        }
        ObjectNode namespace = Json.object();
        namespace.putObject("metadata").put("name", SPACE);
        create(ResourceType.NAMESPACES, "", namespace);
        var nodes = ((SimulatedNodes.Read.Valid) SimulatedNodes.read(NODES + " x gpu=" + GPUS + " type=H100 rack=4"))
                .nodes();
        var agents = new SimulatedNodeAgents(api("simulation"), nodes);
        open.push(agents);
        agents.start();
        open.push(cluster.cluster().watch(ResourceType.PODS, SPACE, Selection.ALL, 0, this::pod));
        open.push(cluster.cluster().watch(GANGS, SPACE, Selection.ALL, 0, e -> book.gang(e.object())));
        for (int e = 0; e < 2; e++) {
            extenders[e] = extender(e);
        }
        await("an extender leads", () -> leader() >= 0, PATIENCE);
        var scheduler = new SchedulerLoop(
                api("scheduler"),
                SchedulerSettings.withExtenders(ExtenderSettings.read(Extender.schedulerEntries(ports[0]))),
                Clock.systemUTC());
        open.push(scheduler);
        scheduler.start();
    }

    private ExtenderProcess extender(int e) throws IOException {
        return ExtenderProcess.start(
                cluster.kubeconfig(),
                ports[e],
                folder.resolve("extender-" + e),
                List.of("--peers", "127.0.0.1:" + peers[e], "--webhook-port", Integer.toString(doors[e])));
    }

    private void pod(WatchEvent event) {
        book.pod(event.object(), event.type() == WatchEvent.Type.DELETED);
    }

    private LocalApi api(String manager) {
        return new LocalApi(cluster.cluster(), manager, Clock.systemUTC());
    }

    private void create(ResourceType type, String namespace, ObjectNode object) {
        cluster.cluster().create(type, namespace, object, WriteOptions.by("kills"));
    }

    private JsonNode lease() {
        JsonNode lease = cluster.cluster().get(LEASES, "kube-system", "kumiki-extender");
        return lease == null ? Json.object() : lease;
    }

    /// Which of the two holds the lease; -1 for none of them.
    private int leader() {
        String at = lease().path("metadata")
                .path("annotations")
                .path("kumiki.io/address")
                .asText("");
        for (int e = 0; e < 2; e++) {
            ExtenderProcess extender = extenders[e];
            if (at.equals("127.0.0.1:" + peers[e])
                    && extender != null
                    && extender.handle().isAlive()) {
                return e;
            }
        }
        return -1;
    }

    /// One gang, killed while its members are bound, until it runs; then it is removed. Every second one is killed
    /// while its members are made, which get their slots by the answer of admission.
    public Kill kill(int number) throws Exception {
        String gang = "g" + number;
        boolean seated = number % 2 == 1;
        int size = 2 + random.nextInt(NODES * GPUS - 2);
        int when = random.nextInt(size);
        await("an extender leads", () -> leader() >= 0, PATIENCE);
        int leader = leader();
        long epoch = lease().path("spec").path("leaseTransitions").asLong();
        book.expect(gang, size);
        int first = seated ? Math.max(1, when) : size;
        // Admission fails as long as the extender that was killed before is not back.
        await("members of " + gang + " are made", () -> make(gang, first, size, seated), PATIENCE);
        if (!seated) {
            await(
                    gang + " has slots and " + when + " members are bound",
                    () -> book.slots(gang) && book.bound(gang) >= when,
                    PATIENCE);
        }
        extenders[leader].kill();
        long killed = System.nanoTime();
        int bound = book.bound(gang);
        extenders[leader] = extender(leader);
        // Whoever was evicted is made anew, as its owner promised.
        BooleanSupplier made = () -> !seated || make(gang, size, size, true);
        await("the next leader writes", () -> made.getAsBoolean() && book.epoch() > epoch, PATIENCE);
        double gap = (book.epochAt() - killed) / 1e6;
        await(
                "all of " + gang + " run",
                () -> made.getAsBoolean() && book.bound(gang) == size && book.running(gang),
                PATIENCE);
        remove(gang, size);
        var kill = new Kill(gap, bound, size, leader == 0);
        kills.add(kill);
        return kill;
    }

    /// Those of the first so many that are not there; false where the webhook is dead.
    ///
    /// @param seated admission marks them; else they are marked already, and wait behind their gate
    private boolean make(String gang, int members, int size, boolean seated) {
        for (int i = 0; i < members; i++) {
            if (cluster.cluster().get(ResourceType.PODS, SPACE, gang + "-" + i) != null) {
                continue;
            }
            ObjectNode member = Pods.member(gang, i, size, 1, seated, Map.of("kumiki.io/simulated-duration", "1h"));
            ObjectNode pod = seated ? member : Pods.marked(member);
            pod.withObject("/spec")
                    .putArray("tolerations")
                    .addObject()
                    .put("key", "kumiki.io/simulated")
                    .put("operator", "Exists");
            try {
                create(ResourceType.PODS, SPACE, pod);
            } catch (ApiFault e) {
                if (e.code() != 500) {
                    throw e;
                }
                return false;
            }
        }
        return true;
    }

    private void remove(String gang, int size) throws Exception {
        for (int i = 0; i < size; i++) {
            delete(ResourceType.PODS, gang + "-" + i);
        }
        delete(GANGS, gang);
        await(gang + " is gone", () -> book.there(gang) == 0, PATIENCE);
    }

    private void delete(ResourceType type, String name) {
        try {
            cluster.cluster().delete(type, SPACE, name, Deletion.NOW);
        } catch (ApiFault e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }

    public List<Kill> kills() {
        return List.copyOf(kills);
    }

    public GangBook book() {
        return book;
    }

    private void await(String what, BooleanSupplier holds, long patience) throws Exception {
        long end = System.nanoTime() + Duration.ofMillis(patience).toNanos();
        while (!holds.getAsBoolean()) {
            for (ExtenderProcess extender : extenders) {
                if (extender != null && !extender.handle().isAlive()) {
                    throw new IOException("an extender ended by itself before " + what + "; its words: " + folder);
                }
            }
            if (System.nanoTime() > end) {
                throw new IOException(what + ": not within " + patience / 1000 + " s; " + book.standing()
                        + "; the extenders' words: " + folder);
            }
            book.await();
        }
    }

    @Override
    public void close() {
        for (ExtenderProcess extender : extenders) {
            if (extender != null) {
                extender.handle().destroyForcibly();
            }
        }
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                throw new IllegalStateException("the run could not be ended", e);
            }
        }
    }
}
