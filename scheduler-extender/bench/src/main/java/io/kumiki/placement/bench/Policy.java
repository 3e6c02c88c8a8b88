package io.kumiki.placement.bench;

import io.kumiki.placement.ClusterView;
import io.kumiki.placement.Demand;
import io.kumiki.placement.EtwOptions;
import io.kumiki.placement.EtwPlacer;
import io.kumiki.placement.Placement;
import io.kumiki.placement.PodMix;
import java.util.List;

/// Places one pod into the view if it can; ours, and the published ones that it is measured against.
interface Policy {
    /// Whether it was placed.
    boolean place(Demand pod);

    /// A policy on an empty cluster.
    interface Factory {
        Policy on(ClusterView view, List<Demand> pods, long seed);
    }

    Factory OURS = (view, pods, seed) -> {
        var placer = new EtwPlacer(view, PodMix.of(pods), EtwOptions.BATCH);
        return pod -> {
            if (placer.place(pod) instanceof Placement.Placed placed) {
                placer.commit(pod, placed);
                return true;
            }
            return false;
        };
    };

    Factory FGD = (view, pods, seed) -> new ScoredPolicy(view, seed, new FragmentationGradient(view, pods));

    Factory BEST_FIT = (view, pods, seed) -> new ScoredPolicy(view, seed, new BestFit(view));

    Factory RANDOM = (view, pods, seed) -> new ScoredPolicy(view, seed, new RandomChoice(seed));
}
