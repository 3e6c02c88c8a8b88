package io.kumiki.placement.bench.openb;

import io.kumiki.placement.bench.Traces;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// GPU allocation on the published openb workloads, mean of ten seeds, beside the published FGD.
public final class OpenbBench implements Benchmark {
    private static final int[] LOADS = {95, 100, 130};

    @Override
    public String name() {
        return "openb";
    }

    @Override
    public String measures() {
        return "mean GPU allocation on the 17 openb workloads at 95/100/130 % load, published FGD beside it (N seeds, 10)";
    }

    @Override
    public int defaultSize() {
        return 10;
    }

    @Override
    public List<Figure> run(Size size) throws IOException {
        var data = new OpenbTrace(Traces.folder("openb-fgd"));
        var nodes = data.nodes();
        List<Figure> figures = new ArrayList<>();
        for (String workload : OpenbTrace.WORKLOADS) {
            var pods = data.pods(workload);
            var orders = List.copyOf(data.arrivals(workload).values());
            int seeds = Math.min(size.n(), orders.size());
            double[] alloc = new double[LOADS.length];
            double slowest = 0;
            for (int seed = 0; seed < seeds; seed++) {
                var outcome = OpenbReplay.run(nodes, pods, orders.get(seed), Policy.OURS, seed);
                for (int i = 0; i < LOADS.length; i++) {
                    alloc[i] += outcome.curve().at(LOADS[i]) / seeds;
                }
                slowest = Math.max(slowest, outcome.p99Nanos());
            }
            for (int i = 0; i < LOADS.length; i++) {
                figures.add(new Figure(name(), workload, "alloc@" + LOADS[i], alloc[i], "%"));
            }
            for (int load : LOADS) {
                figures.add(new Figure(
                        name(), workload, "published-fgd@" + load, data.published(workload, "FGD", load), "%"));
            }
            figures.add(new Figure(name(), workload, "one pod placed, p99", slowest / 1e6, "ms"));
        }
        return figures;
    }
}
