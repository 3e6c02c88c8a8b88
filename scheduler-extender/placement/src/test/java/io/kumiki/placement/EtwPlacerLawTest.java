package io.kumiki.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EtwPlacerLawTest {
    private static final String[] MODELS = {"A", "B"};

    private static List<NodeSpec> cluster(SplittableRandom random) {
        List<NodeSpec> nodes = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            int gpus = new int[] {0, 1, 2, 4, 8}[random.nextInt(5)];
            nodes.add(new NodeSpec(
                    "n" + i,
                    8000 * (1 + random.nextInt(8)),
                    65536,
                    gpus,
                    gpus == 0 ? "" : MODELS[random.nextInt(2)],
                    40));
        }
        return nodes;
    }

    private static Demand pod(SplittableRandom random) {
        int kind = random.nextInt(10);
        int gpus = kind < 2 ? 0 : kind < 8 ? 1 : 1 << random.nextInt(4);
        int milli = gpus == 0 ? 0 : gpus == 1 && random.nextBoolean() ? 100 * (1 + random.nextInt(9)) : 1000;
        List<String> models = gpus > 0 && random.nextInt(4) == 0 ? List.of(MODELS[random.nextInt(2)]) : List.of();
        return new Demand(500 * (1 + random.nextInt(16)), 1024 * (1 + random.nextInt(8)), gpus, milli, models);
    }

    private static List<Demand> pods(SplittableRandom random) {
        List<Demand> pods = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            pods.add(pod(random));
        }
        return pods;
    }

    /// The view itself refuses to be over-committed, so running through is the proof; freed room must come back
    /// exactly.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void neverOverCommitsAndGivesBackWhatItTook(long seed) {
        var random = new SplittableRandom(seed);
        var view = new ClusterView(cluster(random));
        var pods = pods(random);
        var placer = new EtwPlacer(view, PodMix.of(pods), EtwOptions.BATCH);
        long before = view.freeMilli();
        List<Runnable> undo = new ArrayList<>();
        for (Demand pod : pods) {
            if (placer.place(pod) instanceof Placement.Placed placed) {
                assertThat(view.fits(pod, placed.node())).isTrue();
                placer.commit(pod, placed);
                undo.add(() -> view.release(pod, placed.node(), placed.devices()));
            }
        }
        assertThat(undo).isNotEmpty();
        undo.forEach(Runnable::run);
        assertThat(view.freeMilli()).isEqualTo(before);
        for (int n = 0; n < view.size(); n++) {
            assertThat(view.cpuFree(n)).isEqualTo(view.node(n).cpuMilli());
            assertThat(view.wholeDevices(n)).isEqualTo(view.node(n).gpus());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void sameInputSamePlacements(long seed) {
        assertThat(trace(seed)).isEqualTo(trace(seed));
    }

    private static List<String> trace(long seed) {
        var random = new SplittableRandom(seed);
        var view = new ClusterView(cluster(random));
        var pods = pods(random);
        var placer = new EtwPlacer(view, PodMix.of(pods), EtwOptions.BATCH);
        List<String> trace = new ArrayList<>();
        for (Demand pod : pods) {
            Placement answer = placer.place(pod);
            if (answer instanceof Placement.Placed placed) {
                placer.commit(pod, placed);
                trace.add(placed.node() + java.util.Arrays.toString(placed.devices()));
            } else {
                trace.add(answer.toString());
            }
        }
        return trace;
    }

    /// A refusal is a certificate: how many nodes each filter removed is found again by looking at each node
    /// without the placer's code. A waiting pod fits some empty node and none now; an impossible one fits none.
    /// Whoever is placed lies where it may.
    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24, 25, 26, 27, 28, 29, 30})
    void refusalsCanBeChecked(long seed) {
        var random = new SplittableRandom(seed);
        var nodes = cluster(random);
        var view = new ClusterView(nodes);
        var pods = pods(random);
        var placer = new EtwPlacer(view, PodMix.of(pods), EtwOptions.BATCH);
        int waiting = 0;
        for (Demand pod : pods) {
            var closed = new BitSet();
            for (int n = 0; n < nodes.size(); n++) {
                closed.set(n, random.nextInt(6) == 0);
            }
            IntPredicate mayUse = n -> !closed.get(n);
            switch (placer.place(pod, mayUse)) {
                case Placement.Placed placed -> {
                    assertThat(mayUse.test(placed.node())).isTrue();
                    assertThat(PlainFilters.reason(view, pod, placed.node(), true))
                            .isNull();
                    placer.commit(pod, placed);
                }
                case Placement.Waiting(Placement.Removed removed) -> {
                    waiting++;
                    assertThat(removed).isEqualTo(PlainFilters.removed(view, pod, mayUse));
                    assertThat(removed.total()).isEqualTo(nodes.size());
                    assertThat(fitsEmpty(nodes, pod, mayUse)).isTrue();
                }
                case Placement.Impossible(Placement.Removed removed) -> {
                    assertThat(removed).isEqualTo(PlainFilters.removed(view, pod, mayUse));
                    assertThat(removed.total()).isEqualTo(nodes.size());
                    assertThat(fitsEmpty(nodes, pod, mayUse)).isFalse();
                }
            }
        }
        assertThat(waiting).isPositive();
    }

    private static boolean fitsEmpty(List<NodeSpec> nodes, Demand pod, IntPredicate mayUse) {
        var empty = new ClusterView(nodes);
        return IntStream.range(0, nodes.size())
                .anyMatch(n -> mayUse.test(n) && PlainFilters.reason(empty, pod, n, true) == null);
    }

    /// What is remembered, and prices that are not asked for, change nothing: the answer is the least cost of
    /// all nodes that have room, each computed from nothing, the first of equals.
    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33, 34, 35, 36})
    void theLeastCostWins(long seed) {
        var random = new SplittableRandom(seed);
        var view = new ClusterView(cluster(random));
        var pods = pods(random);
        var mix = PodMix.of(pods);
        var options = new EtwOptions(8, 3, 3000, 4, seed % 2, 1.3, 1.3, 300, 0, 7, 1);
        var placer = new EtwPlacer(view, mix, options);
        var rollout = new Rollout(view, mix, options);
        int placements = 0;
        for (Demand pod : pods) {
            if (placer.place(pod) instanceof Placement.Placed placed) {
                var prices = new ScarcityPrices(view, mix, options);
                int best = -1;
                double least = Double.POSITIVE_INFINITY;
                for (int n = 0; n < view.size(); n++) {
                    double cost = view.fits(pod, n) ? cost(view, rollout, prices, pod, n) : Double.POSITIVE_INFINITY;
                    if (cost < least) {
                        least = cost;
                        best = n;
                    }
                }
                assertThat(placed.node()).isEqualTo(best);
                placer.commit(pod, placed);
                placements++;
            }
        }
        assertThat(placements).isGreaterThan(20);
    }

    private static double cost(ClusterView view, Rollout rollout, ScarcityPrices prices, Demand pod, int n) {
        double before = rollout.waste(n, view.cpuFree(n), view.remnants(n));
        double least = Double.POSITIVE_INFINITY;
        int broken = pod.gpus();
        boolean fraction = pod.gpus() == 1 && pod.gpuMilli() < ClusterView.WHOLE;
        for (int d = 0; d < (fraction ? view.remnants(n).length : 1); d++) {
            int[] after = view.remnants(n).clone();
            if (fraction && after[d] < pod.gpuMilli()) {
                continue;
            }
            boolean whole = fraction && after[d] == ClusterView.WHOLE;
            if (fraction) {
                after[d] -= pod.gpuMilli();
            } else {
                for (int device : view.wholeDevices(n, pod.gpus())) {
                    after[device] = 0;
                }
            }
            double base = rollout.waste(n, view.cpuFree(n) - pod.cpuMilli(), after) - before;
            if (base < least) {
                least = base;
                broken = fraction ? whole ? 1 : 0 : pod.gpus();
            }
        }
        return least + prices.of(pod, n, broken);
    }
}
