package io.kumiki.localcluster.node.health;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.health.Handlers.Outcome;
import io.kumiki.localcluster.node.health.Handlers.Target;
import io.kumiki.localcluster.node.pod.Handler;
import io.kumiki.localcluster.node.pod.Probe;
import io.kumiki.localcluster.node.pod.Probe.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The threads that ask one start of a container: its postStart hook once, then its probes again and again, until
/// [#close]. A probe's first question comes at once after its delay, which counts from the container's start.
public final class ContainerHealth implements AutoCloseable {
    private static final Duration UNLIMITED = Duration.ofDays(365);

    /// Told, on any thread.
    public interface Listener {
        /// The postStart hook has ended.
        void begun(Outcome outcome);

        /// A probe was answered; `verdict` is what the answers so far amount to.
        void asked(Probe probe, Outcome outcome, Verdict verdict);
    }

    private final JsonNode container;
    private final Target target;
    private final Instant startedAt;
    private final Listener listener;
    private final List<Thread> threads = new ArrayList<>();

    public ContainerHealth(JsonNode container, Target target, Instant startedAt, Listener listener) {
        this.container = container;
        this.target = target;
        this.startedAt = startedAt;
        this.listener = listener;
    }

    public void postStart() {
        Handler hook = Handler.of(container.path("lifecycle").path("postStart"), container);
        thread("postStart", () -> listener.begun(Handlers.run(hook, target, UNLIMITED)));
    }

    /// Begins with the startup probe, or, once `started`, with the others.
    public void probe(boolean started) {
        for (Probe probe : Probe.of(container)) {
            if (started != (probe.kind() == Probe.Kind.STARTUP)) {
                thread(probe.kind().field(), () -> ask(probe));
            }
        }
    }

    private void ask(Probe probe) throws InterruptedException {
        long next = System.nanoTime()
                + Duration.between(Instant.now(), startedAt.plus(probe.initialDelay()))
                        .toNanos();
        Probe.Streak streak = Probe.Streak.NONE;
        while (true) {
            long pause = next - System.nanoTime();
            if (pause > 0) {
                Thread.sleep(Duration.ofNanos(pause));
            }
            next = Math.max(next, System.nanoTime() - probe.period().toNanos())
                    + probe.period().toNanos();
            Outcome outcome = Handlers.run(probe.handler(), target, probe.timeout());
            streak = streak.next(outcome.passed());
            Verdict verdict = probe.judge(streak);
            listener.asked(probe, outcome, verdict);
            boolean over = switch (probe.kind()) {
                case STARTUP -> verdict != Verdict.UNDECIDED;
                case LIVENESS -> verdict == Verdict.FAILED;
                case READINESS -> false;
            };
            if (over) {
                return;
            }
        }
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    private void thread(String name, Work work) {
        threads.add(Thread.ofVirtual()
                .name(name + " " + container.path("name").asText())
                .start(() -> {
                    try {
                        work.run();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }));
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }
}
