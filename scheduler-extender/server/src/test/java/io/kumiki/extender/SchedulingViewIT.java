package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.planner.Event;
import io.kumiki.planner.NodeFact;
import io.kumiki.planner.PlannerOptions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Whoever looks is told at once, however much happens.
class SchedulingViewIT {
    private final Semaphore told = new Semaphore(0);
    private int calls;

    private static Event node(String name) {
        return new Event.NodeSeen(
                new NodeFact(name, true, Map.of(), List.of(), Map.of("cpu", 64_000L, "nvidia.com/gpu", 8L)));
    }

    /// Asks only when it was told, as a reader of the stream does.
    private void awaitNodes(SchedulingView view, int wanted) throws InterruptedException {
        int seen = -1;
        while (seen != wanted) {
            assertThat(told.tryAcquire(5, TimeUnit.SECONDS))
                    .as("told of %d nodes, %d were seen".formatted(wanted, seen))
                    .isTrue();
            calls++;
            seen = view.scene().orElseThrow().nodes().size();
        }
    }

    @Test
    void aChangeIsToldOnceItCanBeSeenAndManyAreFew() throws Exception {
        try (var view = new SchedulingView(PlannerOptions.DEFAULT, InstantSource.system(), null, estimate -> {})) {
            AutoCloseable listening = view.onChange(told::release);
            view.tell(node("a"));
            assertThat(told.tryAcquire(200, TimeUnit.MILLISECONDS))
                    .as("told before everything is read")
                    .isFalse();
            view.complete();
            awaitNodes(view, 1);
            long slowest = 0;
            for (int i = 0; i < 20; i++) {
                long from = System.nanoTime();
                view.tell(node("n" + i));
                awaitNodes(view, i + 2);
                slowest = Math.max(slowest, System.nanoTime() - from);
            }
            assertThat(slowest).as("nanoseconds").isLessThan(250_000_000);
            calls = 0;
            for (int i = 0; i < 5_000; i++) {
                view.tell(node("m" + i));
            }
            awaitNodes(view, 5_021);
            assertThat(calls).as("calls for 5,000 changes").isLessThan(500);
            listening.close();
            told.drainPermits();
            view.tell(node("z"));
            assertThat(told.tryAcquire(200, TimeUnit.MILLISECONDS)).isFalse();
        }
    }
}
