package io.kumiki.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.placement.BackfillPlanner.Reservation;
import io.kumiki.placement.BackfillPlanner.Running;
import io.kumiki.placement.BackfillPlanner.Waiting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BackfillPlannerLawTest {
    static LongStream seeds() {
        return LongStream.range(0, 60);
    }

    private static GangSpec gang(int members, int gpus) {
        return new GangSpec(
                members + "x" + gpus,
                List.of(new GangSpec.Role("w", new Demand(0, 0, gpus, 1000, List.of()), members, members)),
                null,
                null);
    }

    /// With true durations nobody who is let past the reservation may delay it, everybody starts in the end, and
    /// nothing is given twice
    /// (the view refuses that by itself).
    @ParameterizedTest
    @MethodSource("seeds")
    void aReservationIsKeptAndAllStart(long seed) {
        var random = new SplittableRandom(seed);
        List<NodeSpec> nodes = new ArrayList<>();
        List<Map<String, String>> labels = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            nodes.add(new NodeSpec("n" + i, 1, 1, 8, "G", 100));
            labels.add(Map.of("rack", "r" + i / 3));
        }
        var view = new ClusterView(nodes);
        var planner = new BackfillPlanner(
                Topology.of(List.of("rack"), labels), seed % 2 == 0 ? QueueOrder.shortest : QueueOrder.age);
        List<Waiting> coming = new ArrayList<>();
        long at = 0;
        for (int i = 0; i < 120; i++) {
            at += random.nextInt(40);
            var gang = random.nextInt(8) == 0 ? gang(2 + random.nextInt(4), 8) : gang(1, 1 << random.nextInt(4));
            coming.add(new Waiting("j" + i, gang, at, 1 + random.nextInt(400)));
        }
        Map<String, Waiting> waiting = new HashMap<>();
        var running = new PriorityQueue<Running>(Comparator.comparingLong(Running::expectedEnd));
        Map<String, Long> promised = new HashMap<>();
        Reservation reservation = null;
        int started = 0;
        int next = 0;
        while (next < coming.size() || !running.isEmpty()) {
            long now = Math.min(
                    next < coming.size() ? coming.get(next).submitted() : Long.MAX_VALUE,
                    running.isEmpty() ? Long.MAX_VALUE : running.peek().expectedEnd());
            while (!running.isEmpty() && running.peek().expectedEnd() == now) {
                running.remove().held().forEach(h -> view.release(h.demand(), h.node(), h.devices()));
            }
            while (next < coming.size() && coming.get(next).submitted() == now) {
                waiting.put(coming.get(next).id(), coming.get(next++));
            }
            var plan = planner.plan(view, waiting.values(), () -> running, now, reservation);
            reservation = plan.reservation();
            if (reservation != null) {
                promised.putIfAbsent(reservation.id(), reservation.promise().first());
            }
            for (var start : plan.starts()) {
                waiting.remove(start.waiting().id());
                running.add(new Running(
                        start.waiting().id(),
                        BackfillPlanner.held(start),
                        now + start.waiting().expectedSeconds()));
                started++;
                Long promise = promised.get(start.waiting().id());
                if (promise != null) {
                    assertThat(now)
                            .as(
                                    "seed %d: %s was promised",
                                    seed, start.waiting().id())
                            .isLessThanOrEqualTo(promise);
                }
            }
        }
        assertThat(started).isEqualTo(coming.size());
        assertThat(promised).isNotEmpty();
        assertThat(view.freeMilli()).isEqualTo(6 * 8 * 1000L);
    }
}
