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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One real control plane on loopback with its nodes, the stock scheduler and the extender, each started and killed as
/// a test or a benchmark wants. Everything ends with it.
public final class Rig implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SCHEDULER = "default-scheduler";

    private final Path folder;
    private final RealKubernetes kubernetes;
    private final Calls calls;
    private final Map<String, Map<String, Long>> allocatable = new ConcurrentHashMap<>();
    private final Kubelets kubelets;
    private final PodBook book;
    private final int port;
    private final JsonNode entries;
    private @Nullable Process scheduler;
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
        entries = ExtenderProcess.schedulerEntries(port);
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

    public void nodes(int count, IntFunction<ObjectNode> node) throws IOException {
        calls.create("/api/v1/nodes", count, 16, i -> {
            ObjectNode one = node.apply(i);
            allocatable.put(one.at("/metadata/name").asText(), Pods.allocatable(one));
            return one;
        });
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

    /// @param with whether the scheduler asks our extender
    public Process startScheduler(boolean with) throws IOException {
        return startScheduler(with ? entries.deepCopy() : Json.array());
    }

    /// @param extenders of its configuration
    public Process startScheduler(JsonNode extenders) throws IOException {
        Process started = kubernetes.scheduler(SCHEDULER, extenders);
        scheduler = started;
        return started;
    }

    /// What our extender printed for the scheduler's configuration.
    public JsonNode entries() {
        return entries.deepCopy();
    }

    public void killScheduler() throws InterruptedException {
        Process running = scheduler;
        scheduler = null;
        if (running != null) {
            running.destroyForcibly().waitFor();
        }
    }

    /// Waits until it plans.
    public ExtenderProcess startExtender() throws IOException, InterruptedException {
        ExtenderProcess started = ExtenderProcess.start(kubernetes, port);
        extender = started;
        try {
            started.awaitReady(PATIENCE);
        } catch (IOException e) {
            throw new IOException(e.getMessage() + "\n" + kubernetes.tail("extender"), e);
        }
        return started;
    }

    /// Where the extender listens, whenever it runs.
    public int port() {
        return port;
    }

    public ExtenderProcess extender() {
        return java.util.Objects.requireNonNull(extender, "the extender does not run");
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
