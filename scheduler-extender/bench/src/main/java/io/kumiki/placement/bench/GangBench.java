package io.kumiki.placement.bench;

import io.kumiki.placement.ClusterView;
import io.kumiki.placement.Demand;
import io.kumiki.placement.GangPlacement;
import io.kumiki.placement.GangPlacer;
import io.kumiki.placement.GangSpec;
import io.kumiki.placement.NodeSpec;
import io.kumiki.placement.Topology;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Time to plan one gang, and to say no with a certificate, by gang size and cluster size. Each node is wholly free
/// with probability one half, else it has 0 to 7 free GPUs; racks of 16 nodes, blocks of 16 racks, zones of 8 blocks,
/// regions of 4 zones. Then by how much is broken: on that share of the nodes 1 to 8 GPUs are taken.
public final class GangBench implements Benchmark {
    private static final List<String> LEVELS = List.of("region", "zone", "block", "rack");
    private static final int[] NODES = {1_000, 5_000, 15_000, 20_000};
    private static final int[] MEMBERS = {1, 8, 64, 512, 1_024, 5_000};
    private static final int BROKEN_NODES = 15_000;
    private static final int BROKEN_MEMBERS = 1_024;
    private static final Demand ONE = new Demand(4_000, 16_384, 1, 1000, List.of());
    private static final Demand WHOLE = new Demand(32_000, 131_072, 8, 1000, List.of());

    @Override
    public String name() {
        return "gang";
    }

    @Override
    public String measures() {
        return "plan latency of one gang by size (1…5,000) on 1k/5k/15k/20k nodes under four levels, by fragmentation (0…90 %), and the verdict on one"
                + " that cannot fit (N repeats, 200)";
    }

    @Override
    public int defaultSize() {
        return 200;
    }

    @Override
    public List<Figure> run(Size size) {
        List<Figure> figures = new ArrayList<>();
        for (int count : NODES) {
            var placer = new GangPlacer(cluster(count, 50), topology(count));
            for (int members : MEMBERS) {
                figures.addAll(time(placer, ONE, members, count + " nodes, gang of " + members, size.n()));
            }
            figures.addAll(time(placer, ONE, count * 8 + 1, count + " nodes, cannot fit", size.n()));
        }
        for (int broken = 0; broken <= 90; broken += 10) {
            var placer = new GangPlacer(cluster(BROKEN_NODES, broken), topology(BROKEN_NODES));
            String kase = BROKEN_NODES + " nodes, " + broken + " % broken, " + BROKEN_MEMBERS;
            figures.addAll(time(placer, ONE, BROKEN_MEMBERS, kase + " GPUs", size.n()));
            figures.addAll(time(placer, WHOLE, BROKEN_MEMBERS, kase + " nodes", size.n()));
        }
        return figures;
    }

    private List<Figure> time(GangPlacer placer, Demand member, int members, String kase, int repeats) {
        var role = new GangSpec.Role("worker", member, members, members);
        var gang = new GangSpec("bench", List.of(role), null, null);
        double[] nanos = new double[repeats];
        boolean placed = false;
        for (int i = -repeats; i < repeats; i++) {
            long began = System.nanoTime();
            placed = placer.place(gang) instanceof GangPlacement.Placed;
            if (i >= 0) {
                nanos[i] = System.nanoTime() - began;
            }
        }
        String word = placed ? "planned" : "refused";
        return List.of(
                new Figure(name(), kase, word + ", p50", Figure.percentile(nanos, 0.5) / 1e6, "ms"),
                new Figure(name(), kase, word + ", p99", Figure.percentile(nanos, 0.99) / 1e6, "ms"));
    }

    /// @param broken percent of the nodes on which 1 to 8 GPUs are taken
    private static ClusterView cluster(int count, int broken) {
        List<NodeSpec> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nodes.add(new NodeSpec("node-" + i, 96_000, 786_432, 8, "H100", 110));
        }
        var view = new ClusterView(nodes);
        var random = new SplittableRandom(1);
        for (int n = 0; n < count; n++) {
            int used = random.nextInt(100) < broken ? 1 + random.nextInt(8) : 0;
            for (int d = 0; d < used; d++) {
                view.place(ONE, n, new int[] {d});
            }
        }
        return view;
    }

    private static Topology topology(int count) {
        List<Map<String, String>> labels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            labels.add(Map.of(
                    "region", "r" + i / 8192, "zone", "z" + i / 2048, "block", "b" + i / 256, "rack", "r" + i / 16));
        }
        return Topology.of(LEVELS, labels);
    }
}
