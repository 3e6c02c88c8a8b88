package io.kumiki.placement.bench.openb;

import io.kumiki.placement.Demand;
import io.kumiki.placement.NodeSpec;
import io.kumiki.runtime.bench.Figure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// The published protocol, seed by seed, and what it says of the unallocated GPUs, of the bound, of other orders
/// of the nodes, and of pods that were not known before they came.
final class Fills {
    static final int[] LOADS = {95, 100, 130};
    private static final int FULL = 130;

    private final String bench;
    private final OpenbTrace data;
    private final List<NodeSpec> nodes;
    private final List<String> workloads;
    private final int seeds;

    Fills(String bench, OpenbTrace data, List<String> workloads, int seeds) throws IOException {
        this.bench = bench;
        this.data = data;
        this.nodes = data.nodes();
        this.workloads = workloads;
        this.seeds = seeds;
    }

    /// @param alloc mean of the seeds, by load
    /// @param slowest p99 of one decision, of the slowest seed, in ns
    private record Mean(double[] alloc, double slowest) {}

    private Mean mean(String workload, Policy.Factory policy, boolean shuffled) throws IOException {
        List<Demand> pods = data.pods(workload);
        var orders = data.arrivals(workload).entrySet().stream().limit(seeds).toList();
        double[] alloc = new double[LOADS.length];
        double slowest = 0;
        for (var order : orders) {
            int seed = order.getKey();
            var outcome = OpenbReplay.run(shuffled ? shuffled(seed) : nodes, pods, order.getValue(), policy, seed);
            for (int i = 0; i < LOADS.length; i++) {
                alloc[i] += outcome.curve().at(LOADS[i]) / orders.size();
            }
            slowest = Math.max(slowest, outcome.p99Nanos());
        }
        return new Mean(alloc, slowest);
    }

    /// Ties go to the first node: in a random order they go to a random one.
    private List<NodeSpec> shuffled(int seed) {
        List<NodeSpec> shuffled = new ArrayList<>(nodes);
        java.util.Collections.shuffle(shuffled, new Random(seed));
        return shuffled;
    }

    private Figure figure(String kase, String metric, double value, String unit) {
        return new Figure(bench, kase, metric, value, unit);
    }

    private double published(String workload, int load) throws IOException {
        return data.published(workload, "FGD", load);
    }

    /// The list is known, as FGD knows it.
    List<Figure> known() throws IOException {
        List<Figure> figures = new ArrayList<>();
        double cut = 0;
        double ofBound = 0;
        for (String workload : workloads) {
            Mean mean = mean(workload, Policy.OURS, false);
            against(figures, workload, mean, workload);
            double alloc = mean.alloc()[LOADS.length - 1];
            double fgd = published(workload, FULL);
            double share = 100 * alloc / Bounds.noEarlyRefusal(workload);
            figures.add(figure(workload, "unallocated@130, less than FGD", 100 * (alloc - fgd) / (100 - fgd), "%"));
            figures.add(figure(workload, "alloc@130 / bound B1", share, "%"));
            figures.add(figure(workload, "one pod placed, p99", mean.slowest() / 1e6, "ms"));
            cut += 100 * (alloc - fgd) / (100 - fgd) / workloads.size();
            ofBound += share / workloads.size();
        }
        figures.add(figure("mean of workloads", "unallocated@130, less than FGD", cut, "%"));
        figures.add(figure("mean of workloads", "alloc@130 / bound B1", ofBound, "%"));
        return figures;
    }

    private void against(List<Figure> figures, String kase, Mean mean, String workload) throws IOException {
        for (int i = 0; i < LOADS.length; i++) {
            figures.add(figure(kase, "alloc@" + LOADS[i], mean.alloc()[i], "%"));
        }
        for (int load : LOADS) {
            figures.add(figure(kase, "published-fgd@" + load, published(workload, load), "%"));
        }
    }

    /// Nothing is known before it comes, but learned as the extender learns it. Beside it the extender's own
    /// setting, which expects pods to leave and others to follow for ever, on this fill where nobody leaves.
    List<Figure> learned() throws IOException {
        List<Figure> figures = new ArrayList<>();
        for (String workload : workloads) {
            against(figures, workload + ", learned", mean(workload, Policy.LEARNED, false), workload);
            against(figures, workload + ", live setting", mean(workload, Policy.LIVE, false), workload);
        }
        return figures;
    }

    /// Nodes in a random order for each seed: the same names no longer come first. FGD beside it.
    List<Figure> ties() throws IOException {
        List<Figure> figures = new ArrayList<>();
        for (String workload : workloads) {
            double inOrder = mean(workload, Policy.OURS, false).alloc()[LOADS.length - 1];
            double shuffled = mean(workload, Policy.OURS, true).alloc()[LOADS.length - 1];
            String kase = workload + ", nodes shuffled";
            figures.add(figure(kase, "alloc@130", shuffled, "%"));
            figures.add(figure(kase, "change", shuffled - inOrder, "points"));
        }
        return figures;
    }
}
