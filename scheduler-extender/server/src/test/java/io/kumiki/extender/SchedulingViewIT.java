package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.Entry;
import io.kumiki.planner.Event;
import io.kumiki.planner.Mirror;
import io.kumiki.planner.PlannerOptions;
import io.kumiki.planner.Scene;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
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

    /// What is dear is taken over; what is there is always of now.
    @Test
    void aPictureCanKnowWhatAnEarlierOneFoundOut() {
        var mirror = new Mirror(PlannerOptions.DEFAULT);
        Instant now = Instant.EPOCH;
        mirror.on(node("a"), now);
        mirror.on(gang("first"), now);
        Scene before = mirror.scene(now);
        assertThat(before.estimates()).containsOnlyKeys("n/first");
        mirror.on(node("b"), now);
        mirror.on(gang("second"), now);
        Scene after = mirror.scene(now).knowing(before);
        assertThat(after.nodes()).hasSize(2);
        assertThat(after.waiting()).extracting(Entry::name).containsExactly("first", "second");
        assertThat(after.estimates()).containsOnlyKeys("n/first");
        assertThat(after.waiting().getLast().start().at()).isNull();
        assertThat(after.waiting().getLast().why()).isNotNull();
        assertThat(mirror.scene(now).estimates()).containsOnlyKeys("n/first", "n/second");
    }

    private static Event gang(String name) {
        var classes = List.of(new Gang.Members("w", 9, 9, 0, Map.of("nvidia.com/gpu", "8"), null, null, null));
        var spec = new Gang.Spec(0, false, classes, null, null, null, 0, null, null, null);
        return new Event.GangSeen(new GangFact("n", name, "uid-" + name, "1", 0, "", spec, null));
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
            var took = new long[20];
            for (int i = 0; i < took.length; i++) {
                long from = System.nanoTime();
                view.tell(node("n" + i));
                awaitNodes(view, i + 2);
                took[i] = System.nanoTime() - from;
            }
            Arrays.sort(took);
            // A busy machine may stall a few.
            assertThat(took[17]).as("nanoseconds of nine in ten").isLessThan(250_000_000);
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
