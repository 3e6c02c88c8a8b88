package io.kumiki.extender.rig;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.localcluster.real.KubernetesPrograms;
import io.kumiki.localcluster.real.RealKubernetes;
import io.kumiki.model.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One real control plane on loopback with its nodes, the stock scheduler and the extender, each started and killed as
/// a test or a benchmark wants, in either [Mode]. From its first start on the extender admits pods by its webhook, as
/// in
/// production: while it is down, GPU pods are refused. Everything ends with it.
public final class Rig implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PROBES = "rig-probes";
    private static final String TAINTS = "[{\"key\":\"kumiki.io/gpu\",\"effect\":\"NoSchedule\"}]";

    private final Path folder;
    private final RealKubernetes kubernetes;
    private final Calls calls;
    private final Map<String, Map<String, Long>> allocatable = new ConcurrentHashMap<>();
    private final Kubelets kubelets;
    private final PodBook book;
    private final int port;
    private final int webhookPort;
    private final Map<Mode, JsonNode> configurations = new EnumMap<>(Mode.class);
    private Mode mode = Mode.CLUSTER_SCHEDULER;
    private @Nullable Process scheduler;
    /// The cluster's own one, beside that of [Mode#OWN_SCHEDULER].
    private @Nullable Process beside;
    private @Nullable ExtenderProcess extender;

    private Rig(KubernetesPrograms programs, Path folder, String memory, boolean controllers) throws IOException {
        this.folder = folder;
        kubernetes = RealKubernetes.start(
                programs,
                folder,
                new RealKubernetes.Settings(
                        memory,
                        List.of(
                                "--disable-admission-plugins=TaintNodesByCondition",
                                "--max-requests-inflight=3000",
                                "--max-mutating-requests-inflight=1500")));
        calls = new Calls(kubernetes.endpoint());
        if (controllers) {
            kubernetes.controllers();
        }
        port = RealKubernetes.freePort();
        webhookPort = RealKubernetes.freePort();
        namespace(PROBES);
        kubelets = new Kubelets(calls);
        book = new PodBook(calls, allocatable, kubelets::see);
    }

    /// Throws [KubernetesPrograms.Missing] where there is no Go to build them.
    ///
    /// @param memory soft limit of each Go heap, empty for none
    /// @param controllers whether Jobs, quotas and garbage are looked after
    public static Rig start(String memory, boolean controllers) throws IOException, InterruptedException {
        var programs = controllers
                ? KubernetesPrograms.built("etcd", "kube-apiserver", "kube-scheduler", "kube-controller-manager")
                : KubernetesPrograms.built("etcd", "kube-apiserver", "kube-scheduler");
        return new Rig(programs, Files.createTempDirectory("kumiki-rig"), memory, controllers);
    }

    public Calls calls() {
        return calls;
    }

    public PodBook book() {
        return book;
    }

    public RealKubernetes kubernetes() {
        return kubernetes;
    }

    /// Whether bound pods are said to run.
    public void run(boolean on) {
        kubelets.run(on);
    }

    /// Whether pods that are told to leave end at once; those that were told before do as soon as this is so again.
    public void end(boolean on) {
        kubelets.end(on);
        if (on) {
            book.of(PodBook.Pod::terminating).forEach(kubelets::see);
        }
    }

    public void nodes(int count, IntFunction<ObjectNode> node) throws IOException {
        calls.create("/api/v1/nodes", count, 16, i -> {
            ObjectNode one = node.apply(i);
            Map<String, Long> has = Pods.allocatable(one);
            allocatable.put(one.at("/metadata/name").asText(), has);
            if (has.getOrDefault(Pods.GPU, 0L) > 0) {
                one.withObject("/spec").set("taints", taints());
            }
            return one;
        });
    }

    private JsonNode taints() {
        return mode == Mode.OWN_SCHEDULER ? Json.parse(TAINTS) : Json.array();
    }

    public Mode mode() {
        return mode;
    }

    /// Ends scheduler and extender, and taints the GPU nodes or takes the taint away.
    public void mode(Mode wanted) throws IOException, InterruptedException {
        if (wanted == mode) {
            return;
        }
        killExtender();
        killScheduler();
        end(beside);
        beside = null;
        mode = wanted;
        ObjectNode patch = Json.object();
        patch.putObject("spec").set("taints", taints());
        for (var node : allocatable.entrySet()) {
            if (node.getValue().getOrDefault(Pods.GPU, 0L) > 0) {
                calls.merge("/api/v1/nodes/" + node.getKey(), patch).expected();
            }
        }
    }

    private static void end(@Nullable Process process) throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    /// With the account that pods want.
    public void namespace(String name) throws IOException {
        ObjectNode namespace = Json.object();
        namespace.putObject("metadata").put("name", name);
        calls.post("/api/v1/namespaces", namespace).expected();
        ObjectNode account = Json.object();
        account.putObject("metadata").put("name", "default");
        Calls.Answer answer = calls.post("/api/v1/namespaces/" + name + "/serviceaccounts", account);
        if (answer.status() != 409) {
            answer.expected();
        }
    }

    /// Removes all pods of a namespace at once and waits until they are gone.
    public void clear(String namespace) throws IOException, InterruptedException {
        calls.delete("/api/v1/namespaces/" + namespace + "/pods?gracePeriodSeconds=0")
                .expected();
        if (!book.await(
                PATIENCE.toMillis(), () -> book.count(pod -> pod.namespace().equals(namespace)) == 0)) {
            throw new IOException("pods of " + namespace + " are not gone");
        }
    }

    /// @param with whether the scheduler asks our extender; without, it is the cluster's own in any mode
    public Process startScheduler(boolean with) throws IOException {
        return with ? startScheduler(entries()) : startStock();
    }

    private Process startStock() throws IOException {
        Process started = kubernetes.scheduler(Mode.CLUSTER_SCHEDULER.scheduler(), Json.array());
        scheduler = started;
        return started;
    }

    /// Of a scheduler of our own, the cluster's one is started too where it does not run.
    ///
    /// @param extenders of its configuration
    public Process startScheduler(JsonNode extenders) throws IOException {
        ObjectNode configuration = configuration().deepCopy();
        configuration.set("extenders", extenders);
        if (mode == Mode.OWN_SCHEDULER && (beside == null || !beside.isAlive())) {
            beside = kubernetes.scheduler(Mode.CLUSTER_SCHEDULER.scheduler(), Json.array());
        }
        Process started = kubernetes.configuredScheduler(mode.scheduler(), configuration);
        scheduler = started;
        return started;
    }

    /// What our extender printed for the scheduler's configuration: `extenders` of it.
    public JsonNode entries() throws IOException {
        return configuration().path("extenders").deepCopy();
    }

    private JsonNode configuration() throws IOException {
        JsonNode printed = configurations.get(mode);
        if (printed == null) {
            printed = ExtenderProcess.schedulerConfiguration(port, mode.flags());
            configurations.put(mode, printed);
        }
        return printed;
    }

    public boolean schedulerRuns() {
        Process running = scheduler;
        return running != null && running.isAlive();
    }

    public void killScheduler() throws InterruptedException {
        Process running = scheduler;
        scheduler = null;
        end(running);
    }

    /// Waits until it plans, and the API server asks it about pods.
    public ExtenderProcess startExtender() throws IOException, InterruptedException {
        List<String> flags = new ArrayList<>(mode.flags());
        flags.addAll(List.of("--webhook-port", Integer.toString(webhookPort)));
        ExtenderProcess started = ExtenderProcess.start(kubernetes, port, flags);
        extender = started;
        try {
            started.awaitReady(PATIENCE);
            awaitAdmission();
        } catch (IOException e) {
            throw new IOException(e.getMessage() + "\n" + kubernetes.tail("extender"), e);
        }
        return started;
    }

    /// Until the API server's own watch has brought the configuration, pods pass unseen.
    private void awaitAdmission() throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        Calls.Answer last;
        do {
            last = calls.post("/api/v1/namespaces/" + PROBES + "/pods?dryRun=All", Pods.plain("probe", 1, "1m"));
            JsonNode pod = last.body();
            if (last.done()
                    && (pod.at("/metadata/annotations").has("kumiki.io/claim")
                            || !pod.at("/spec/schedulingGates").isEmpty())) {
                return;
            }
            Thread.sleep(20);
        } while (System.nanoTime() < end);
        throw new IOException("the API server does not ask the webhook: " + last);
    }

    /// Where the extender listens, whenever it runs.
    public int port() {
        return port;
    }

    public ExtenderProcess extender() {
        return java.util.Objects.requireNonNull(extender, "the extender does not run");
    }

    public boolean extenderRuns() {
        ExtenderProcess running = extender;
        return running != null && running.handle().isAlive();
    }

    public void killExtender() throws InterruptedException {
        ExtenderProcess running = extender;
        extender = null;
        if (running != null) {
            running.kill();
        }
    }

    /// CPU seconds so far of scheduler, API server, etcd and extender; 0 for what does not run.
    public Cpu cpu() {
        Process s = scheduler;
        ExtenderProcess e = extender;
        return new Cpu(
                s == null ? 0 : seconds(s.toHandle()),
                seconds(kubernetes.apiServer()),
                seconds(kubernetes.etcd()),
                e == null ? 0 : seconds(e.handle()));
    }

    static double seconds(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1000.0;
    }

    /// CPU seconds by process.
    public record Cpu(double scheduler, double apiServer, double etcd, double extender) {
        Cpu since(Cpu before) {
            return new Cpu(
                    scheduler - before.scheduler,
                    apiServer - before.apiServer,
                    etcd - before.etcd,
                    extender - before.extender);
        }
    }

    @Override
    public void close() {
        book.close();
        kubelets.close();
        calls.close();
        kubernetes.close();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println(folder + " could not be removed: " + e.getMessage());
        }
    }
}
