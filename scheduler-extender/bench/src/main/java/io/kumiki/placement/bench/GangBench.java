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
/// with probability one half,
/// else it has 0 to 7 free GPUs; racks of 16 nodes, blocks of 16 racks, zones of 8 blocks.
public final class GangBench implements Benchmark {
    private static final List<String> LEVELS = List.of("zone", "block", "rack");
    private static final int[] NODES = {1_000, 5_000, 20_000};
    private static final int[] MEMBERS = {1, 8, 64, 512, 5_000};

    @Override
    public String name() {
        return "gang";
    }

    @Override
    public String measures() {
        return "plan latency of one gang by size (1…5,000) on 1k/5k/20k nodes, and the verdict on one that cannot fit (N repeats, 200)";
    }

    @Override
    public int defaultSize() {
        return 200;
    }

    @Override
    public List<Figure> run(Size size) {
        List<Figure> figures = new ArrayList<>();
        for (int count : NODES) {
            var view = cluster(count);
            var placer = new GangPlacer(view, topology(count));
            for (int members : MEMBERS) {
                figures.addAll(time(placer, members, count + " nodes, gang of " + members, size.n()));
            }
            figures.addAll(time(placer, count * 8 + 1, count + " nodes, cannot fit", size.n()));
        }
        return figures;
    }

    private List<Figure> time(GangPlacer placer, int members, String kase, int repeats) {
        var role = new GangSpec.Role("worker", new Demand(4_000, 16_384, 1, 1000, List.of()), members, members);
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

    private static ClusterView cluster(int count) {
        List<NodeSpec> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nodes.add(new NodeSpec("node-" + i, 96_000, 786_432, 8, "H100", 110));
        }
        var view = new ClusterView(nodes);
        var random = new SplittableRandom(1);
        var pod = new Demand(4_000, 16_384, 1, 1000, List.of());
        for (int n = 0; n < count; n++) {
            int used = random.nextBoolean() ? 0 : 1 + random.nextInt(8);
            for (int d = 0; d < used; d++) {
                view.place(pod, n, new int[] {d});
            }
        }
        return view;
    }

    private static Topology topology(int count) {
        List<Map<String, String>> labels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            labels.add(Map.of("zone", "z" + i / 2048, "block", "b" + i / 256, "rack", "r" + i / 16));
        }
        return Topology.of(LEVELS, labels);
    }
}
