package io.kumiki.app;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kumiki.extender.AdmissionDesk;
import io.kumiki.extender.Extender;
import io.kumiki.extender.admission.PodAdmission;
import io.kumiki.kube.simulation.SimulatedNodes;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.localcluster.node.LocalApi;
import io.kumiki.localcluster.node.LocalVolumes;
import io.kumiki.localcluster.node.NodeAgent;
import io.kumiki.localcluster.node.NodeSettings;
import io.kumiki.localcluster.node.engine.DockerEngine;
import io.kumiki.localcluster.node.image.CacheLimits;
import io.kumiki.localcluster.node.image.ImageTable;
import io.kumiki.localcluster.node.image.PythonEnvironment;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.localcluster.scheduler.ExtenderSettings;
import io.kumiki.localcluster.scheduler.SchedulerLoop;
import io.kumiki.localcluster.simulation.SimulatedNodeAgents;
import io.kumiki.model.Json;
import io.kumiki.planner.PlannerOptions;
import io.kumiki.runs.RunLoop;
import io.kumiki.runs.RunSettings;
import io.kumiki.runtime.life.Health;
import io.kumiki.runtime.life.Lifecycle;
import io.kumiki.runtime.settings.Settings;
import io.kumiki.runtime.telemetry.Telemetry;
import io.kumiki.store.Store;
import io.kumiki.store.objects.DiskObjects;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.store.s3.S3Credentials;
import io.kumiki.store.s3.S3Server;
import io.kumiki.web.dashboard.DashboardSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The laptop's process, put together by hand: what is made, in which order it starts, and so in which reverse
/// order it stops.
///
/// Listeners come before whatever fills caches, so that a client that arrives early waits instead of being refused.
final class Wiring implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Wiring.class);
    private static final String HOST = "127.0.0.1";
    private static final String NODE = "local";
    /// A step's grace period, and what its containers need to be noticed as ended.
    private static final Duration PART_PATIENCE = Duration.ofSeconds(75);

    private final Lifecycle life = new Lifecycle(PART_PATIENCE);
    private final Health health = new Health();
    /// There before the API server opens, so that no pod slips in unmarked.
    private final AdmissionDesk desk = new AdmissionDesk();
    private final Map<String, String> endpoints = java.util.Collections.synchronizedMap(new LinkedHashMap<>());
    private final Clock clock = Clock.systemUTC();
    private final DataFolder folder;
    private final UpOptions options;
    private final Ports ports;
    private @Nullable Surfaces surfaces;

    private Wiring(DataFolder folder, UpOptions options) {
        this.folder = folder;
        this.options = options;
        this.ports = new Ports(options.autoPorts(), folder.lastEndpoints());
    }

    static Wiring start(DataFolder folder, UpOptions options) throws IOException {
        var wiring = new Wiring(folder, options);
        try {
            wiring.start();
        } catch (IOException | RuntimeException e) {
            wiring.close();
            throw e;
        }
        return wiring;
    }

    private void start() throws IOException {
        var simulated = simulatedNodes();
        Telemetry telemetry = life.start("telemetry", () -> Telemetry.start("kumiki", null));
        Vertx vertx = life.start(
                "vert.x",
                () -> telemetry.vertx(vertxOptions()),
                v -> v.close().toCompletionStage().toCompletableFuture().join());
        Store store = life.start("store", () -> Store.open(folder.file("kumiki.db")));
        ObjectStorage objects = life.start("objects", () -> DiskObjects.open(folder.file("objects")));
        if (!objects.hasBucket("mlpipeline")) {
            objects.createBucket("mlpipeline");
        }
        S3Credentials keys = s3(vertx, objects);
        LocalCluster cluster = cluster(vertx);
        KubernetesClient kubernetes = life.start("kubernetes client", () -> client(cluster));
        LaptopManifests.apply(kubernetes, Map.of("accesskey", keys.accessKey(), "secretkey", keys.secretKey()));
        // Whoever hears that all is ready may make objects of our kinds at once.
        var defined = CompletableFuture.supplyAsync(
                () -> define(kubernetes),
                task -> Thread.ofVirtual().name("definitions").start(task));

        var isolation = Isolation.choose(System.getenv());
        var engine = life.start("container engine", () -> DockerEngine.ofThisMachine(vertx, System.getenv()));
        var images = ImageTable.ofThisMachine(List.of(AgentContainer.IMAGE), List.of(), engine);
        var localImages = new LocalImages(images, isolation, folder.file("steps"));
        var settings = new DashboardSettings(
                Surfaces.NAMESPACE,
                Kumiki.VERSION,
                null,
                "laptop",
                isolation.isolated() ? "isolated" : "plain",
                clock.instant(),
                DashboardSettings.CAPABILITIES,
                () -> Map.copyOf(endpoints));
        var scheduling = new OwnScheduling();
        var ground = new Surfaces.Ground(store, objects, kubernetes, localImages, scheduling, health, telemetry, clock);
        String token = folder.secret("token", 32);
        Surfaces surfaces =
                life.start("surfaces", () -> new Surfaces(vertx, ground, settings, token, options.allowedHosts()));
        this.surfaces = surfaces;
        int wanted = ports.choose("dashboard", options.port(), 8888);
        int port = life.start("dashboard", () -> surfaces.listen(wanted), l -> l.stop(Duration.ofSeconds(2)))
                .port();
        surfaces.mountOn(cluster);
        endpoints.put("dashboard", "http://" + HOST + ":" + port);

        var extender = life.start(
                "scheduler extender", () -> Extender.listen(vertx, kubernetes, planning(), clock, desk, () -> {}));
        scheduling.use(extender);
        String s3 = java.util.Objects.requireNonNull(endpoints.get("s3"));
        node(cluster, images, isolation, simulated, new AgentContainer(s3, keys, objects), port, extender);
        RunSettings runs =
                RunSettings.at(URI.create(s3)).withStepsRoot(isolation.isolated() ? null : folder.file("steps"));
        RunLoop loop =
                life.start("run loop", () -> new RunLoop(store, kubernetes, objects, runs, clock, telemetry.api()));
        loop.start();
        writeEndpoints();
        boolean planned = defined.join();
        Thread.ofVirtual().name("warm").start(() -> {
            surfaces.warm();
            // After everything else: gangs wait behind their gates meanwhile, and nobody else needs the planner.
            if (planned) {
                extender.start();
            }
        });
    }

    private Extender.Settings planning() {
        return new Extender.Settings(
                0,
                "kube-system",
                UUID.randomUUID().toString(),
                true,
                PlannerOptions.DEFAULT.ordered(options.order()),
                folder.file("decisions"));
    }

    private static boolean define(KubernetesClient kubernetes) {
        try {
            LaptopManifests.applyDefinitions(kubernetes);
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.error("gangs are not planned: Kumiki's own kinds could not be defined", e);
            return false;
        }
    }

    private static VertxOptions vertxOptions() {
        return new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(8).setInternalBlockingPoolSize(4);
    }

    private SimulatedNodes simulatedNodes() {
        return switch (SimulatedNodes.read(String.join(";", options.nodes()))) {
            case SimulatedNodes.Read.Valid valid -> valid.nodes();
            case SimulatedNodes.Read.Invalid invalid ->
                throw new Arguments.Wrong(String.join(
                        "; ",
                        invalid.violations().stream().map(Object::toString).toList()));
        };
    }

    private S3Credentials s3(Vertx vertx, ObjectStorage objects) throws IOException {
        var keys = new S3Credentials(folder.secret("s3.access", 15), folder.secret("s3.secret", 30));
        int wanted = ports.choose("s3", null, 9000);
        S3Server server = life.start(
                "s3", () -> await(S3Server.start(vertx, objects, keys, HOST, wanted)), s -> await(s.close()));
        endpoints.put("s3", "http://" + HOST + ":" + server.actualPort());
        folder.write(
                "s3.env",
                "AWS_ACCESS_KEY_ID=" + keys.accessKey() + "\nAWS_SECRET_ACCESS_KEY=" + keys.secretKey() + "\n");
        return keys;
    }

    private LocalCluster cluster(Vertx vertx) throws IOException {
        int wanted = ports.choose("kubernetes", options.apiPort(), 6443);
        LocalCluster cluster = life.start(
                "kubernetes",
                () -> LocalCluster.start(
                        vertx,
                        LocalClusterSettings.in(folder.path()).port(wanted),
                        new PodAdmission(desk, PodAdmission.Rules.ALONE).policy()));
        endpoints.put("kubernetes", cluster.url());
        return cluster;
    }

    private static KubernetesClient client(LocalCluster cluster) throws IOException {
        Config config = Config.fromKubeconfig(Files.readString(cluster.kubeconfig()));
        config.setRequestTimeout(30_000);
        // The run loop repeats by itself, without holding up its run meanwhile.
        config.setRequestRetryBackoffLimit(0);
        // Two long logs on one HTTP/2 connection share its window, and one of them was seen to stop for good.
        config.setHttp2Disable(true);
        config.setUserAgent("kumiki/" + Kumiki.VERSION);
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    /// Everything that makes pods run on this machine, and the simulated machines beside it.
    private void node(
            LocalCluster cluster,
            ImageTable images,
            Isolation isolation,
            SimulatedNodes simulated,
            AgentContainer steps,
            int port,
            Extender extender)
            throws IOException {
        var volumes = life.start(
                "volumes",
                () -> new LocalVolumes(api(cluster, "kumiki-volumes"), folder.file("volumes"), NODE, images.engine()));
        volumes.start("kubeflow", options.mounts());
        var settings = new NodeSettings(
                NODE,
                folder.file("node"),
                folder.file("steps"),
                isolation,
                URI.create(cluster.url()),
                cluster.authorityPem().getBytes(StandardCharsets.UTF_8),
                URI.create("http://" + HOST + ":" + port),
                serviceNames(),
                NodeSettings.TEN_GIB,
                NodeSettings.ONE_GIB);
        var agent = new NodeAgent(
                api(cluster, "kumiki-node"),
                settings,
                images,
                Map.of(AgentContainer.IMAGE, steps),
                PythonEnvironment.ofThisUser(System.getenv())
                        .keeping(Settings.none()
                                .environment(System.getenv())
                                .section("packages", CacheLimits.class)
                                .get()));
        agent.offerToPods(URI.create(java.util.Objects.requireNonNull(endpoints.get("s3")))
                .getPort());
        cluster.podLogs(agent.podLogs());
        cluster.podSessions(agent.podSessions());
        var onStop = options.keepSteps() ? NodeAgent.OnStop.KEEP_PODS : NodeAgent.OnStop.END_PODS;
        life.start(
                "node agent",
                () -> {
                    agent.start();
                    return agent;
                },
                a -> a.stop(onStop));
        var simulation = life.start(
                "simulated nodes", () -> new SimulatedNodeAgents(api(cluster, "kumiki-simulation"), simulated));
        simulation.start();
        var extenders = ExtenderSettings.read(Extender.schedulerEntries(extender.port()));
        var scheduler = life.start(
                "scheduler",
                () -> new SchedulerLoop(
                        api(cluster, "kumiki-scheduler"), options.scheduler().and(extenders), clock));
        scheduler.start();
    }

    private LocalApi api(LocalCluster cluster, String manager) {
        return new LocalApi(cluster.cluster(), manager, clock);
    }

    /// In-cluster names that isolated steps resolve to this machine.
    static Map<String, String> serviceNames() {
        Map<String, String> names = new LinkedHashMap<>();
        for (String namespace : List.of("kubeflow", "default")) {
            for (String suffix : List.of("", ".svc", ".svc.cluster.local")) {
                names.put("ml-pipeline." + namespace + suffix, HOST);
            }
        }
        return names;
    }

    private void writeEndpoints() {
        var json = Json.object();
        endpoints.forEach(json::put);
        folder.write("endpoints.json", json);
    }

    /// The dashboard's address with a ticket that opens it once.
    String invitation() {
        return java.util.Objects.requireNonNull(surfaces).invitation(endpoints.getOrDefault("dashboard", "") + "/");
    }

    static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    @Override
    public void close() {
        life.close();
    }
}
