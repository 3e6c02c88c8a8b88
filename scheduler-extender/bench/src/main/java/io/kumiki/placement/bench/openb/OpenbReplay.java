package io.kumiki.placement.bench.openb;

import io.kumiki.placement.ClusterView;
import io.kumiki.placement.Demand;
import io.kumiki.placement.NodeSpec;
import io.kumiki.placement.Topology;
import io.kumiki.runtime.bench.Figure;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;

/// One seed of the published protocol: pods arrive, none departs, one that does not fit is dropped.
final class OpenbReplay {
    /// @param nanos time of each decision
    /// @param cpuNanos the same, of this thread alone: what others do on the machine does not count
    record Outcome(Curve curve, double[] nanos, double[] cpuNanos) {
        double p99CpuNanos() {
            return Figure.percentile(cpuNanos, 0.99);
        }

        double p50Nanos() {
            return Figure.percentile(nanos, 0.5);
        }

        double p99Nanos() {
            return Figure.percentile(nanos, 0.99);
        }

        double meanNanos() {
            return java.util.Arrays.stream(nanos).average().orElse(0);
        }
    }

    private static final Topology NO_RACKS = Topology.of(List.of(), List.of());

    private OpenbReplay() {}

    static Outcome run(List<NodeSpec> nodes, List<Demand> pods, int[] order, Policy.Factory factory, long seed) {
        var view = new ClusterView(nodes);
        var policy = factory.on(new Policy.Start(view, NO_RACKS, pods, seed));
        var curve = new Curve(view.freeMilli());
        long capacity = view.freeMilli();
        long arrived = 0;
        double[] nanos = new double[order.length];
        double[] cpuNanos = new double[order.length];
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (int i = 0; i < order.length; i++) {
            Demand pod = pods.get(order[i]);
            arrived += pod.totalGpuMilli();
            long cpuBegan = threads.getCurrentThreadCpuTime();
            long began = System.nanoTime();
            policy.place(pod);
            nanos[i] = System.nanoTime() - began;
            cpuNanos[i] = threads.getCurrentThreadCpuTime() - cpuBegan;
            curve.add(arrived, capacity - view.freeMilli());
        }
        return new Outcome(curve, nanos, cpuNanos);
    }
}
