package io.kumiki.placement.bench;

import io.kumiki.placement.ClusterView;
import io.kumiki.placement.Demand;
import io.kumiki.placement.EtwOptions;
import io.kumiki.placement.EtwPlacer;
import io.kumiki.placement.NodeSpec;
import io.kumiki.placement.Placement;
import io.kumiki.placement.PodMix;
import java.util.List;

/// One seed of the published protocol: pods arrive, none departs, one that does not fit is dropped.
final class OpenbReplay {
    /// @param slowest the decision time in nanoseconds below which 99 % of them lie
    record Outcome(Curve curve, double p99Nanos) {}

    private OpenbReplay() {}

    static Outcome run(List<NodeSpec> nodes, List<Demand> pods, int[] order, EtwOptions options) {
        var view = new ClusterView(nodes);
        var placer = new EtwPlacer(view, PodMix.of(pods), options);
        var curve = new Curve(view.freeMilli());
        long capacity = view.freeMilli();
        long arrived = 0;
        double[] nanos = new double[order.length];
        for (int i = 0; i < order.length; i++) {
            Demand pod = pods.get(order[i]);
            arrived += pod.totalGpuMilli();
            long began = System.nanoTime();
            if (placer.place(pod) instanceof Placement.Placed placed) {
                placer.commit(pod, placed);
            }
            nanos[i] = System.nanoTime() - began;
            curve.add(arrived, capacity - view.freeMilli());
        }
        return new Outcome(curve, io.kumiki.runtime.bench.Figure.percentile(nanos, 0.99));
    }
}
