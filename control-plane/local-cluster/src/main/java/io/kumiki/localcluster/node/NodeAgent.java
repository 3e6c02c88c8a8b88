package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.PodLogs;
import io.kumiki.kube.PodSessions;
import io.kumiki.localcluster.network.MachineDoors;
import io.kumiki.localcluster.network.Services;
import io.kumiki.localcluster.node.NodeCluster.PodChange;
import io.kumiki.localcluster.node.image.ImageTable;
import io.kumiki.localcluster.node.image.PythonEnvironment;
import io.kumiki.localcluster.node.net.PodBridge;
import io.kumiki.localcluster.node.pod.PodRules;
import io.kumiki.localcluster.node.pod.PodStatus;
import io.kumiki.localcluster.node.process.ControlGroups;
import io.kumiki.localcluster.node.process.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The node agent: keeps this machine registered as a node and gives each pod bound to it a [PodWorker].
///
/// Pods survive it. [#stop] either ends them with their grace period, marked as disrupted so that they are run
/// again, or leaves them to
/// the next agent on the same folder; after a crash they are adopted the same way.
public final class NodeAgent {
    private static final Logger LOG = LoggerFactory.getLogger(NodeAgent.class);
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    /// Half of the shortest life that a token may be given.
    private static final Duration TOKENS = Duration.ofMinutes(5);

    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    /// Pod annotation: what stands in for an image on this machine (another Python, the host's shell).
    public static final String IMAGE_NOTE = "kumiki.io/image-note";

    /// Node annotation: by what memory and CPU limits are enforced here, or why they are not.
    public static final String LIMITS = "kumiki.io/limits";

    /// Node annotation: which pods have a network namespace, or why none has.
    public static final String NETWORK = "kumiki.io/network";

    /// Node annotation: which container engine runs the images that no row of the table plays, or why none does.
    public static final String ENGINE = "kumiki.io/engine";

    /// The same sentences in the node's folder, for whoever asks without the API server.
    public static final String NOTES = "notes.json";

    /// What becomes of running pods when Kumiki stops.
    public enum OnStop {
        END_PODS,
        KEEP_PODS
    }

    private final NodeCluster cluster;
    private final NodeSettings settings;
    private final PodRules rules;
    private final NodeRegistration registration;
    private final PodWorker.Node node;
    private final DiskWatch disk;
    private final PodBridge.Choice network;
    private final @Nullable MachineDoors doors;
    private final PodLogFiles logs;
    private final PodFolders folders;
    private final Map<String, PodWorker> workers = new ConcurrentHashMap<>();
    private final Set<String> goneWhileWorking = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("node-agent-timer").factory());
    private @Nullable AutoCloseable watch;
    /// Null where no API server is spoken to.
    private @Nullable Services services;
    private volatile boolean stopping;

    /// `builtIns`: image prefix → the code that is its container. The table of images must know the same prefixes.
    public NodeAgent(
            LocalApi api,
            NodeSettings settings,
            ImageTable images,
            Map<String, BuiltInImage> builtIns,
            PythonEnvironment pythons)
            throws IOException {
        this(
                new ClusterOfNode(api),
                settings,
                images,
                builtIns,
                pythons,
                api.clock(),
                PodBridge.choose(settings.folder(), settings.isolation(), System.getenv()));
        LOG.info("{}", network.note());
        this.services = new Services(api, node.hosts()::follow);
    }

    /// All pods share this machine's network.
    NodeAgent(
            NodeCluster cluster,
            NodeSettings settings,
            ImageTable images,
            Map<String, BuiltInImage> builtIns,
            PythonEnvironment pythons,
            Clock clock)
            throws IOException {
        this(cluster, settings, images, builtIns, pythons, clock, PodBridge.Choice.none("no services are followed"));
    }

    private NodeAgent(
            NodeCluster cluster,
            NodeSettings settings,
            ImageTable images,
            Map<String, BuiltInImage> builtIns,
            PythonEnvironment pythons,
            Clock clock,
            PodBridge.Choice network)
            throws IOException {
        this.network = network;
        PodBridge bridge = network.bridge();
        this.doors = bridge == null ? null : new MachineDoors(bridge.machine());
        this.cluster = cluster;
        this.settings = settings;
        ThisMachine machine = ThisMachine.measure(settings);
        this.rules = new PodRules(
                images, settings.isolation(), settings.stepsRoot(), ContainerStart.ownUid(), ContainerStart.ownGid());
        ControlGroups groups = ControlGroups.detect();
        Launcher launcher = new Launcher(settings.isolation(), settings.folder().resolve("scripts"), groups);
        EngineStart engine = new EngineStart(settings, images.engine(), cluster, clock);
        ContainerStart starts = new ContainerStart(settings, images, builtIns, pythons, launcher, engine);
        PodPreparation preparation = new PodPreparation(settings, cluster, machine.allocatable());
        this.logs = new PodLogFiles(settings.folder(), clock);
        this.folders = new PodFolders(settings, logs, new ForeignFiles(images.engine()));
        HostsFiles hosts = new HostsFiles(settings);
        this.node = new PodWorker.Node(
                cluster,
                settings,
                starts,
                preparation,
                logs,
                new PodNetwork(bridge, starts::joinsNamespaces),
                hosts,
                clock);
        this.disk = new DiskWatch(settings, this::livingWorkers, pythons.packages(), clock);
        this.registration = new NodeRegistration(
                cluster, settings, machine, disk, groups.note(), network.note(), images.engine()::presence, clock);
    }

    /// Which pods have a network namespace, or why none has: one sentence.
    public String network() {
        return network.note();
    }

    /// A port of this machine's loopback address that pods reach also from a network namespace of their own.
    public void offerToPods(int port) {
        if (doors != null) {
            doors.open(port);
        }
    }

    /// What this node refuses about a pod: for admission, so that a user hears it at once.
    public PodRules rules() {
        return rules;
    }

    public PodLogFiles logFiles() {
        return logs;
    }

    /// The logs of this node's containers for the API server.
    public PodLogs podLogs() {
        return new NodeLogs(logs, workers::get);
    }

    /// Ways into this node's containers for the API server.
    public PodSessions podSessions() {
        return new NodeSessions(workers::get);
    }

    /// Measures pods' disk use now instead of at the next heartbeat.
    void lookAtDisk() throws IOException {
        disk.look();
    }

    public void start() throws IOException {
        Files.createDirectories(settings.folder().resolve("pods"));
        registration.begin();
        offerToPods(settings.kubernetes().getPort());
        offerToPods(settings.pipelines().getPort());
        if (services != null) {
            services.start();
        }
        Set<String> known = ConcurrentHashMap.newKeySet();
        watch = cluster.watchPods(settings.name(), change -> {
            known.add(uid(change.pod()));
            hear(change);
        });
        folders.sweep(known);
        folders.releaseAllBut(workers.keySet());
        // An engine may hang, and everything else goes on meanwhile.
        Thread.ofVirtual().name("engine").start(() -> {
            node.starts().sweep(workers::containsKey);
            registration.beat();
        });
        PodBridge bridge = network.bridge();
        if (bridge != null) {
            bridge.sweep(Set.copyOf(workers.keySet()));
        }
        timer.scheduleAtFixedRate(
                registration::beat, HEARTBEAT.toMillis(), HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
        timer.scheduleAtFixedRate(this::renewTokens, TOKENS.toMinutes(), TOKENS.toMinutes(), TimeUnit.MINUTES);
        timer.scheduleAtFixedRate(() -> logs.tick(livingWorkers()), 1, 1, TimeUnit.SECONDS);
    }

    public void stop(OnStop what) throws InterruptedException {
        stopping = true;
        timer.shutdownNow();
        List<PodWorker> living = livingWorkers();
        CountDownLatch over = new CountDownLatch(1);
        Thread waiter = Thread.ofVirtual().start(() -> {
            awaitEmpty();
            over.countDown();
        });
        for (PodWorker worker : living) {
            if (what == OnStop.KEEP_PODS) {
                worker.abandon();
            } else {
                long grace = worker.pod()
                        .path("spec")
                        .path("terminationGracePeriodSeconds")
                        .asLong(30);
                worker.end(
                        new PodStatus.Ending(
                                "Terminated", "Pod was terminated in response to imminent node shutdown.", true),
                        Duration.ofSeconds(Math.min(grace, STOP_LIMIT.toSeconds())));
            }
        }
        if (!over.await(STOP_LIMIT.toSeconds() + 5, TimeUnit.SECONDS)) {
            LOG.warn(
                    "{} pods did not end within {} s; the next start goes on with them",
                    workers.size(),
                    STOP_LIMIT.toSeconds());
        }
        waiter.interrupt();
        close(watch);
        close(services);
        close(doors);
        close(network.bridge());
    }

    private void awaitEmpty() {
        synchronized (workers) {
            while (!workers.isEmpty()) {
                try {
                    workers.wait();
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }

    private List<PodWorker> livingWorkers() {
        return List.copyOf(workers.values());
    }

    private void hear(PodChange change) {
        JsonNode pod = change.pod();
        String uid = uid(pod);
        PodWorker worker = workers.get(uid);
        boolean terminal = Set.of("Succeeded", "Failed")
                .contains(pod.path("status").path("phase").asText());
        if (change.gone()) {
            if (worker == null) {
                folders.cleanUp(pod);
            } else {
                goneWhileWorking.add(uid);
                worker.gone();
            }
        } else if (worker != null) {
            worker.changed(pod);
        } else if (!terminal) {
            begin(pod);
        } else if (pod.path("metadata").has("deletionTimestamp")) {
            cluster.finishDelete(pod);
        }
    }

    private void begin(JsonNode pod) {
        if (stopping) {
            return;
        }
        PodFolder folder = new PodFolder(settings.folder(), pod.path("metadata"));
        if (!folder.exists()) {
            List<String> refusals = disk.pressure()
                    ? List.of("this machine has less than " + settings.freeDiskFloor() / (1 << 20)
                            + " MiB of free disk; free some and run again")
                    : rules.refusals(pod);
            if (!refusals.isEmpty()) {
                refuse(pod, refusals);
                return;
            }
            List<String> unheeded = new ArrayList<>(rules.unheeded(pod));
            unheeded.addAll(node.preparation().unheeded(pod));
            if (!unheeded.isEmpty()) {
                cluster.event(pod, "Warning", "NotApplied", String.join("; ", unheeded));
            }
        }
        String uid = uid(pod);
        PodWorker worker = new PodWorker(node, pod, () -> over(uid));
        workers.put(uid, worker);
        worker.start();
    }

    private void refuse(JsonNode pod, List<String> refusals) {
        String message = String.join("; ", refusals);
        cluster.event(pod, "Warning", "Refused", message);
        var now = node.clock().instant();
        cluster.writeStatus(
                pod,
                // No container's state: kubectl would show that instead of the refusal.
                new PodStatus(pod, List.of(), "127.0.0.1", "", now, now)
                        .render("Failed", new PodStatus.Ending("Refused", message, false)));
    }

    private void over(String uid) {
        PodWorker worker = workers.remove(uid);
        synchronized (workers) {
            workers.notifyAll();
        }
        if (worker == null) {
            return;
        }
        if (goneWhileWorking.remove(uid)) {
            folders.cleanUp(worker.pod());
        } else if (worker.missedDelete()) {
            cluster.finishDelete(worker.pod());
        }
    }

    void renewTokens() {
        livingWorkers().forEach(PodWorker::renewTokens);
    }

    private static String uid(JsonNode pod) {
        return pod.path("metadata").path("uid").asText();
    }

    private static void close(@Nullable AutoCloseable part) {
        try {
            if (part != null) {
                part.close();
            }
        } catch (Exception e) {
            LOG.warn("{} did not close", part, e);
        }
    }
}
