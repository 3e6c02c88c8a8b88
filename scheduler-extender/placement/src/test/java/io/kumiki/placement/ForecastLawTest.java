package io.kumiki.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The queue runs ahead as if each of those that wait were looked at in order, every time.
class ForecastLawTest {
    private static final Topology FLAT = Topology.of(List.of(), List.of(Map.of(), Map.of(), Map.of(), Map.of()));

    private static ClusterView cluster() {
        List<NodeSpec> nodes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            nodes.add(new NodeSpec("n" + i, 64_000, 64_000, 4, "A", 50));
        }
        return new ClusterView(nodes);
    }

    private static List<Forecast.Shape> shapes() {
        return shapes(new int[][] {{1, 1}, {1, 2}, {1, 4}, {2, 4}, {3, 4}, {5, 4}});
    }

    /// @param each members, and GPUs of one
    private static List<Forecast.Shape> shapes(int[][] each) {
        List<Forecast.Shape> shapes = new ArrayList<>();
        for (int[] s : each) {
            var role = new GangSpec.Role("w", new Demand(1, 1, s[1], 1000, List.of()), s[0], s[0]);
            var all = new BitSet();
            all.set(0, 4);
            shapes.add(new Forecast.Shape(
                    List.of(new GangSpec("g" + s[0] + "-" + s[1], List.of(role), null, null)), List.of(all)));
        }
        return shapes;
    }

    private static List<Forecast.Waiting> draw(SplittableRandom random, List<Forecast.Shape> shapes, int count) {
        List<Forecast.Waiting> waiting = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long seconds = 1 + random.nextInt(100);
            waiting.add(new Forecast.Waiting(
                    "w" + i,
                    shapes.get(random.nextInt(shapes.size())),
                    seconds,
                    random.nextInt(3) == 0 ? Long.MAX_VALUE / 4 : seconds + random.nextInt(20)));
        }
        return waiting;
    }

    @Test
    void whoIsPassedOverCouldNotHaveStarted() {
        int starts = 0;
        for (long seed = 0; seed < 400; seed++) {
            var random = new SplittableRandom(seed);
            List<Forecast.Waiting> queue = draw(random, shapes(), 5 + random.nextInt(60));
            Set<String> refused = new HashSet<>();
            queue.stream().filter(_ -> random.nextInt(12) == 0).forEach(w -> refused.add(w.id()));
            starts += same(cluster(), FLAT, queue, List.of(), refused, seed);
        }
        assertThat(starts).isGreaterThan(5000);
    }

    /// Shapes of several roles and models in a topology, some of the nodes taken.
    @Test
    void nobodyIsTriedInVainAndNobodyForgotten() {
        int starts = 0;
        for (long seed = 0; seed < 1500; seed++) {
            var random = new SplittableRandom(seed);
            var drawn = new Drawn(random, false);
            List<BackfillPlanner.Running> running = new ArrayList<>();
            for (int i = random.nextInt(12); i > 0; i--) {
                Demand demand = drawn.demand();
                int n = random.nextInt(drawn.view.size());
                if (drawn.view.fits(demand, n)) {
                    int[] devices = new Trial(drawn.view).take(demand, n).devices();
                    drawn.view.place(demand, n, devices);
                    running.add(new BackfillPlanner.Running(
                            "r" + i, List.of(new BackfillPlanner.Held(demand, n, devices)), random.nextInt(200)));
                }
            }
            List<Forecast.Shape> shapes = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(4); i++) {
                GangSpec gang = drawn.gang("g" + i);
                shapes.add(new Forecast.Shape(
                        random.nextInt(3) > 0 ? List.of(gang) : List.of(gang.on(List.of("B")), gang.on(List.of("A"))),
                        gang.roles().stream().map(_ -> drawn.some(9)).toList()));
            }
            List<Forecast.Waiting> queue = draw(random, shapes, 3 + random.nextInt(16));
            starts += same(drawn.view, drawn.topology, queue, running, Set.of(), seed);
        }
        assertThat(starts).isGreaterThan(5000);
    }

    private static int same(
            ClusterView view,
            Topology topology,
            List<Forecast.Waiting> queue,
            List<BackfillPlanner.Running> running,
            Set<String> refused,
            long seed) {
        Map<String, String> slow = new Slow(view, topology, queue, running, refused).run();
        Map<String, String> fast = new HashMap<>();
        new Forecast(view, topology, queue, running, purse(refused))
                .run(0, Long.MAX_VALUE / 8, Integer.MAX_VALUE)
                .forEach((id, start) -> fast.put(id, start.at() + " " + GangSearchLawTest.written(start.placed())));
        assertThat(fast).as("seed %s", seed).isEqualTo(slow);
        return fast.size();
    }

    @Test
    void noFurtherThanTheOneThatIsAskedFor() {
        List<Forecast.Waiting> queue = draw(new SplittableRandom(5), shapes(), 40);
        Map<String, Forecast.Start> all =
                new Forecast(cluster(), FLAT, queue, List.of(), Forecast.Purse.OPEN).run(0, 1_000_000, 1000);
        String some = all.keySet().stream().skip(all.size() / 2).findFirst().orElseThrow();
        Map<String, Forecast.Start> fewer =
                new Forecast(cluster(), FLAT, queue, List.of(), Forecast.Purse.OPEN).run(0, 1_000_000, 1000, some);
        assertThat(fewer.get(some).at()).isEqualTo(all.get(some).at());
        assertThat(fewer).hasSizeLessThan(all.size());
    }

    /// Whoever takes the place of the oldest of several members does not stand in its own any more.
    @Test
    void nobodyStartsTwice() {
        List<Forecast.Shape> shapes = shapes(new int[][] {{1, 1}, {2, 1}, {3, 1}, {2, 2}, {2, 4}});
        int led = 0;
        for (long seed = 0; seed < 400; seed++) {
            var random = new SplittableRandom(seed);
            List<Forecast.Waiting> queue = ranked(draw(random, shapes, 5 + random.nextInt(40)), random);
            led += (int) queue.stream().filter(each -> each.rank().leads()).count();
            List<String> taken = new ArrayList<>();
            var purse = new Forecast.Purse() {
                @Override
                public boolean admits(String id) {
                    return true;
                }

                @Override
                public void take(String id) {
                    taken.add(id);
                }

                @Override
                public void give(String id) {}
            };
            new Forecast(cluster(), FLAT, queue, List.of(), purse).run(0, Long.MAX_VALUE / 8, Integer.MAX_VALUE);
            assertThat(taken).as("seed %s", seed).doesNotHaveDuplicates();
        }
        assertThat(led).isGreaterThan(200);
    }

    private static List<Forecast.Waiting> ranked(List<Forecast.Waiting> queue, SplittableRandom random) {
        Map<String, Rank> ranks = QueueOrder.shortest.ranks(
                queue.stream()
                        .map(each -> new QueueOrder.Waiting(
                                each.id(),
                                false,
                                random.nextInt(4) / 3,
                                random.nextInt(50),
                                each.seconds(),
                                each.shape().variants().getFirst().minimum() > 1))
                        .toList(),
                100);
        return queue.stream()
                .map(each -> new Forecast.Waiting(
                        each.id(), each.shape(), each.seconds(), each.promised(), ranks.get(each.id())))
                .sorted(Comparator.comparing(Forecast.Waiting::rank))
                .toList();
    }

    private static Forecast.Purse purse(Set<String> refused) {
        return new Forecast.Purse() {
            @Override
            public boolean admits(String id) {
                return !refused.contains(id);
            }

            @Override
            public void take(String id) {}

            @Override
            public void give(String id) {}
        };
    }

    /// Everybody is asked about in every pass, with nothing remembered but the reservation.
    private static final class Slow {
        private final ClusterView view;
        private final Topology topology;
        private final Set<String> refused;
        private final List<Forecast.Waiting> queue;
        private final List<BackfillPlanner.Running> running;
        private final Map<String, String> starts = new HashMap<>();
        private Forecast.Kept kept;

        Slow(
                ClusterView view,
                Topology topology,
                List<Forecast.Waiting> queue,
                List<BackfillPlanner.Running> running,
                Set<String> refused) {
            this.view = view.copy();
            this.topology = topology;
            this.queue = new ArrayList<>(queue);
            this.running = new ArrayList<>(running);
            this.refused = refused;
        }

        Map<String, String> run() {
            pass(0);
            while (!running.isEmpty()) {
                running.sort(Comparator.comparingLong(BackfillPlanner.Running::expectedEnd)
                        .thenComparing(BackfillPlanner.Running::id));
                long now = running.getFirst().expectedEnd();
                for (var end : List.copyOf(running)) {
                    if (end.expectedEnd() <= now) {
                        running.remove(end);
                        end.held().forEach(h -> view.release(h.demand(), h.node(), h.devices()));
                    }
                }
                pass(now);
            }
            return starts;
        }

        private GangPlacement.Placed place(ClusterView on, Forecast.Waiting next, BitSet avoided) {
            Forecast.Shape shape = next.shape();
            for (GangSpec gang : shape.variants()) {
                GangPlacer.Allowed allowed = (role, n) -> !avoided.get(n)
                        && shape.able().get(gang.roles().indexOf(role)).get(n);
                GangPlacement.Placed placed = new PlainPlacer(on, topology, allowed).place(gang);
                if (placed != null) {
                    return placed;
                }
            }
            return null;
        }

        private void pass(long now) {
            Forecast.Kept before = kept;
            kept = null;
            for (Forecast.Waiting next : List.copyOf(queue)) {
                boolean outside = kept != null && now + next.promised() > kept.start();
                if (refused.contains(next.id())) {
                    continue;
                }
                GangPlacement.Placed placed = place(view, next, outside ? kept.nodes() : new BitSet());
                if (placed != null) {
                    start(next, placed, now);
                } else if (kept == null) {
                    kept = before != null && before.id().equals(next.id()) && now < before.start()
                            ? before
                            : keep(next, now);
                }
            }
        }

        private void start(Forecast.Waiting next, GangPlacement.Placed placed, long now) {
            queue.remove(next);
            starts.put(next.id(), now + " " + GangSearchLawTest.written(placed));
            List<BackfillPlanner.Held> held = new ArrayList<>();
            List<GangSpec.Role> roles = next.shape().variants().getFirst().roles();
            for (int r = 0; r < roles.size(); r++) {
                for (GangPlacement.Slot slot : placed.slots().get(r)) {
                    Demand demand = roles.get(r).demand();
                    view.place(demand, slot.node(), slot.devices());
                    held.add(new BackfillPlanner.Held(demand, slot.node(), slot.devices()));
                }
            }
            running.add(new BackfillPlanner.Running(next.id(), held, now + next.seconds()));
        }

        private Forecast.Kept keep(Forecast.Waiting head, long now) {
            ClusterView later = view.copy();
            running.sort(Comparator.comparingLong(BackfillPlanner.Running::expectedEnd)
                    .thenComparing(BackfillPlanner.Running::id));
            for (var end : running) {
                end.held().forEach(h -> later.release(h.demand(), h.node(), h.devices()));
                GangPlacement.Placed placed = place(later, head, new BitSet());
                if (placed != null) {
                    var nodes = new BitSet();
                    placed.slots().forEach(row -> row.forEach(slot -> nodes.set(slot.node())));
                    return new Forecast.Kept(head.id(), Math.max(now, end.expectedEnd()), nodes);
                }
            }
            return null;
        }
    }
}
