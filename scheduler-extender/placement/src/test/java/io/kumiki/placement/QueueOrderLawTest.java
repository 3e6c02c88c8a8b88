package io.kumiki.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.placement.QueueOrder.Waiting;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QueueOrderLawTest {
    private static final long NOW = 10_000_000;

    private static List<Waiting> draw(Random random) {
        List<Waiting> all = new ArrayList<>();
        for (int i = 0; i < 2 + random.nextInt(30); i++) {
            all.add(new Waiting(
                    "w" + i,
                    random.nextInt(3) == 0,
                    random.nextInt(3),
                    NOW - random.nextInt(40) * 86_400L - i,
                    1 + random.nextInt(4) * 10_000L,
                    random.nextInt(3) == 0));
        }
        return all;
    }

    private static List<String> order(QueueOrder order, List<Waiting> all) {
        Map<String, Rank> ranks = order.ranks(all, NOW);
        return ranks.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .toList();
    }

    /// Said in other words than the code has.
    private static boolean mayGoFirst(QueueOrder order, List<Waiting> all, Waiting one, Waiting other) {
        if (one.priority() != other.priority()) {
            return one.priority() > other.priority();
        }
        if (order == QueueOrder.age) {
            return one.created() <= other.created();
        }
        if (isOverdue(one) || isOverdue(other)) {
            return isOverdue(one) && (!isOverdue(other) || one.created() <= other.created());
        }
        boolean oneLeads = leads(all, one);
        boolean otherLeads = leads(all, other);
        return oneLeads || (!otherLeads && one.seconds() <= other.seconds());
    }

    private static boolean isOverdue(Waiting one) {
        return NOW - one.created() >= QueueOrder.PATIENCE + QueueOrder.FACTOR * one.seconds();
    }

    /// Among the oldest of several members.
    private static boolean leads(List<Waiting> all, Waiting one) {
        return one.several()
                && all.stream()
                        .filter(w -> w.several() && w.priority() == one.priority() && !isOverdue(w))
                        .allMatch(w -> one.created() <= w.created());
    }

    @ParameterizedTest
    @EnumSource
    void whoGoesFirst(QueueOrder order) {
        int pairs = 0;
        for (long seed = 0; seed < 2000; seed++) {
            List<Waiting> all = draw(new Random(seed));
            List<String> line = order(order, all);
            assertThat(line).hasSameSizeAs(all);
            Map<String, Rank> ranks = order.ranks(all, NOW);
            long firsts = ranks.values().stream()
                    .filter(rank -> rank.turn() == Rank.Turn.firstOfSeveral)
                    .count();
            assertThat(firsts).isLessThanOrEqualTo(3);
            for (Waiting one : all) {
                for (Waiting other : all) {
                    if (one != other && line.indexOf(one.key()) < line.indexOf(other.key())) {
                        pairs++;
                        assertThat(mayGoFirst(order, all, one, other))
                                .as("seed %s: %s before %s in %s", seed, one, other, line)
                                .isTrue();
                    }
                }
            }
        }
        assertThat(pairs).isGreaterThan(50_000);
    }

    @ParameterizedTest
    @EnumSource
    void inWhateverOrderTheyAreTold(QueueOrder order) {
        for (long seed = 0; seed < 200; seed++) {
            List<Waiting> all = draw(new Random(seed));
            List<String> line = order(order, all);
            Collections.shuffle(all, new Random(seed));
            assertThat(order(order, all)).isEqualTo(line);
        }
    }

    /// An endless stream of short jobs, more than there is room for: whatever waits starts in bounded time.
    @ParameterizedTest
    @EnumSource
    void nobodyStarves(QueueOrder order) {
        var last = new Stream(order, 4, 8, 7000);
        assertThat(last.started("large")).as("needs 4 nodes").isBetween(0L, 40_000L);
        assertThat(last.started("long")).as("runs for 20,000 s").isBetween(0L, QueueOrder.PATIENCE + 100_000);
    }

    @Test
    void theShortOnesGoFirstMeanwhile() {
        assertThat(new Stream(QueueOrder.shortest, 4, 8, 7000).started("long"))
                .isGreaterThan(new Stream(QueueOrder.age, 4, 8, 7000).started("long") * 5);
    }

    /// Jobs of 8 GPUs and 1,000 s that come faster than they can run; in front of them, from the beginning,
    /// one for all nodes and one that runs long.
    private static final class Stream {
        private final Map<String, Long> starts = new java.util.HashMap<>();

        Stream(QueueOrder order, int nodes, int gpus, int jobs) {
            List<NodeSpec> specs = new ArrayList<>();
            List<Map<String, String>> labels = new ArrayList<>();
            for (int i = 0; i < nodes; i++) {
                specs.add(new NodeSpec("n" + i, 1, 1, gpus, "G", 100));
                labels.add(Map.of());
            }
            var view = new ClusterView(specs);
            var planner = new BackfillPlanner(Topology.of(List.of(), labels), order);
            List<BackfillPlanner.Waiting> coming = new ArrayList<>();
            for (int i = 0; i < jobs; i++) {
                coming.add(new BackfillPlanner.Waiting("j" + i, gang(1, gpus), i * 240L, 1000));
            }
            coming.add(8, new BackfillPlanner.Waiting("large", gang(nodes, gpus), 1900, 5000));
            coming.add(8, new BackfillPlanner.Waiting("long", gang(1, gpus), 1800, 20_000));
            run(planner, view, coming);
        }

        private static GangSpec gang(int members, int gpus) {
            return new GangSpec(
                    members + "x" + gpus,
                    List.of(new GangSpec.Role("w", new Demand(0, 0, gpus, 1000, List.of()), members, members)),
                    null,
                    null);
        }

        private void run(BackfillPlanner planner, ClusterView view, List<BackfillPlanner.Waiting> coming) {
            Map<String, BackfillPlanner.Waiting> waiting = new java.util.LinkedHashMap<>();
            var running = new PriorityQueue<BackfillPlanner.Running>(
                    Comparator.comparingLong(BackfillPlanner.Running::expectedEnd));
            BackfillPlanner.Reservation reservation = null;
            for (int next = 0; next < coming.size(); ) {
                long arrival = coming.get(next).submitted();
                long now = running.isEmpty()
                        ? arrival
                        : Math.min(arrival, running.peek().expectedEnd());
                while (!running.isEmpty() && running.peek().expectedEnd() <= now) {
                    running.remove().held().forEach(h -> view.release(h.demand(), h.node(), h.devices()));
                }
                for (; next < coming.size() && coming.get(next).submitted() <= now; next++) {
                    waiting.put(coming.get(next).id(), coming.get(next));
                }
                var plan = planner.plan(view, waiting.values(), () -> running, now, reservation);
                reservation = plan.reservation();
                for (var start : plan.starts()) {
                    waiting.remove(start.waiting().id());
                    starts.put(start.waiting().id(), now);
                    running.add(new BackfillPlanner.Running(
                            start.waiting().id(),
                            BackfillPlanner.held(start),
                            now + start.waiting().expectedSeconds()));
                }
            }
        }

        long started(String id) {
            return starts.getOrDefault(id, -1L);
        }
    }
}
