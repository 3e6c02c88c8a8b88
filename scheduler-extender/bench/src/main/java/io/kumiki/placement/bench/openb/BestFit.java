package io.kumiki.placement.bench.openb;

import io.kumiki.placement.ClusterView;
import io.kumiki.placement.Demand;

/// Least CPU and GPU left after placing, half and half, over the largest node's capacity.
final class BestFit implements ScoredPolicy.Score {
    private static final double MOST_CPU = 128_000;
    private static final double MOST_GPU = 8_000;

    private final ClusterView view;

    BestFit(ClusterView view) {
        this.view = view;
    }

    @Override
    public int of(Demand pod, int n) {
        double cpu = (view.cpuFree(n) - pod.cpuMilli()) / MOST_CPU;
        double gpu = (view.idleMilli(n) - pod.totalGpuMilli()) / MOST_GPU;
        return (int) (100 * (1 - 0.5 * cpu - 0.5 * gpu));
    }
}
