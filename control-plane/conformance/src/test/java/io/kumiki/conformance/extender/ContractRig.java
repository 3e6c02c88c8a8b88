package io.kumiki.conformance.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.rig.Calls;
import io.kumiki.extender.rig.Mode;
import io.kumiki.extender.rig.PodBook;
import io.kumiki.extender.rig.Pods;
import io.kumiki.extender.rig.Rig;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// 64 nodes of 8 GPUs and two without, the stock scheduler, the extender, and the spoiled wire between them; in either
/// mode. Pods are made as their users make them: the API server asks the webhook.
final class ContractRig implements AutoCloseable {
    static final int NODES = 64;
    static final int GPUS = 8;
    /// For what takes as long as it takes on a busy machine.
    static final long PATIENCE = 45_000;
    /// No ordinary pod may be kept waiting longer by what we do, milliseconds.
    static final long DELAY = 1_000;

    private static final AtomicInteger CASES = new AtomicInteger();

    private final Vertx vertx = Vertx.vertx();
    private final Rig rig;
    private final FaultyWire wire;

    private ContractRig(Rig rig) {
        this.rig = rig;
        this.wire = new FaultyWire(vertx, rig.port());
    }

    static ContractRig start() {
        try {
            Rig rig = Rig.start("900MiB", true);
            var whole = new ContractRig(rig);
            rig.run(true);
            rig.nodes(NODES, i -> Pods.node("n" + i, GPUS, 96, Map.of("topology.kubernetes.io/rack", "r" + i / 8)));
            rig.nodes(2, i -> Pods.node("cpu-" + i, 0, 16, Map.of()));
            rig.startExtender();
            whole.startScheduler();
            return whole;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Begins a case in that mode; changing it takes seconds. What an earlier case killed and, failing, left dead runs
    /// again: one fault is to be one red case.
    void mode(Mode wanted) throws Exception {
        rig.mode(wanted);
        if (!rig.extenderRuns()) {
            rig.startExtender();
        }
        if (!rig.schedulerRuns()) {
            startScheduler();
        }
    }

    /// Through the wire that can be spoiled.
    void startScheduler() throws IOException {
        JsonNode entries = rig.entries();
        entries.forEach(
                entry -> ((ObjectNode) entry).put("urlPrefix", "http://127.0.0.1:" + wire.port() + "/scheduler"));
        rig.startScheduler(entries);
    }

    Rig rig() {
        return rig;
    }

    PodBook book() {
        return rig.book();
    }

    Calls calls() {
        return rig.calls();
    }

    FaultyWire wire() {
        return wire;
    }

    /// A new namespace.
    String space() throws IOException {
        String name = "case-" + CASES.incrementAndGet();
        rig.namespace(name);
        return name;
    }

    /// Ends a case: nothing stays, and nothing was ever broken.
    void end(String space) throws Exception {
        wire.heal();
        assertThat(book().givenTwice()).as("nodes given twice").isEmpty();
        assertThat(book().longestPartialSeconds())
                .as("seconds that a gang was partial")
                .isLessThan(60);
        rig.clear(space);
        await(
                "its gangs are gone",
                () -> get("/apis/kumiki.io/v1alpha1/namespaces/" + space + "/gangs")
                        .path("items")
                        .isEmpty());
    }

    void gang(String space, String name, int size, int gpus, boolean pinned) throws IOException {
        members(space, name, 0, size, size, gpus, pinned);
    }

    void members(String space, String name, int from, int to, int size, int gpus, boolean pinned) throws IOException {
        calls().create(pods(space), to - from, 8, i -> Pods.member(name, from + i, size, gpus, pinned, Map.of()));
    }

    static String pods(String space) {
        return "/api/v1/namespaces/" + space + "/pods";
    }

    int bound(String space, String gang) {
        return (int) book().count(pod ->
                pod.gang().equals(space + "/" + gang) && !pod.node().isEmpty() && !pod.terminating());
    }

    void awaitBound(String space, String gang, int members) {
        await(
                members + " members of " + gang + " are bound, of " + bound(space, gang),
                () -> bound(space, gang) >= members);
    }

    /// The shortest of up to three tries, since a busy machine may take its time once: milliseconds from the creation
    /// of
    /// an ordinary pod to its binding.
    long ordinary(String space) throws Exception {
        long shortest = oneOrdinary(space);
        for (int again = 0; again < 2 && shortest >= DELAY; again++) {
            shortest = Math.min(shortest, oneOrdinary(space));
        }
        return shortest;
    }

    private long oneOrdinary(String space) throws Exception {
        String name = "ordinary-" + System.nanoTime();
        long start = System.nanoTime();
        calls().post(pods(space), Pods.plain(name, 0, "1m")).expected();
        long created = System.nanoTime();
        await(
                "an ordinary pod is bound",
                () -> book().count(pod -> pod.name().equals(name) && !pod.node().isEmpty()) > 0);
        long millis = (book().of(pod -> pod.name().equals(name)).getFirst().boundAt() - created) / 1_000_000;
        assertThat(start).isLessThanOrEqualTo(created);
        calls().delete(pods(space) + "/" + name + "?gracePeriodSeconds=0");
        return millis;
    }

    JsonNode get(String path) {
        try {
            return calls().get(path).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode status(String space, String gang) {
        return get("/apis/kumiki.io/v1alpha1/namespaces/" + space + "/gangs/" + gang)
                .path("status");
    }

    void awaitReason(String space, String gang, String reason) {
        await(
                gang + " says " + reason + ", not " + status(space, gang),
                () -> status(space, gang).path("reason").asText().equals(reason));
    }

    void awaitPhase(String space, String gang, String phase) {
        await(
                gang + " is " + phase,
                () -> status(space, gang).path("phase").asText().equals(phase));
    }

    /// Whether any event of that namespace has this text.
    boolean told(String space, String text) {
        for (JsonNode event :
                get("/apis/events.k8s.io/v1/namespaces/" + space + "/events").path("items")) {
            if (event.path("note").asText().contains(text)) {
                return true;
            }
        }
        return false;
    }

    /// Looks every 30 ms.
    void await(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + PATIENCE * 1_000_000;
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(
                        "waited in vain until " + what + "\n" + last("extender") + last("kube-scheduler"));
            }
            LockSupport.parkNanos(30_000_000);
        }
    }

    private String last(String process) {
        try {
            return "--- " + process + "\n" + rig.kubernetes().tail(process);
        } catch (IOException e) {
            return process + " printed nothing that can be read: " + e.getMessage();
        }
    }

    @Override
    public void close() {
        wire.close();
        rig.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
