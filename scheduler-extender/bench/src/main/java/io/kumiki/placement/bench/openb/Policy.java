package io.kumiki.placement.bench.openb;

import io.kumiki.placement.ClusterView;
import io.kumiki.placement.Demand;
import io.kumiki.placement.EtwOptions;
import io.kumiki.placement.Placement;
import io.kumiki.placement.PodMix;
import io.kumiki.placement.Topology;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Places one pod into the view if it can; ours, and the published ones that it is measured against.
interface Policy {
    /// Null where it found no room.
    Placement.@Nullable Placed place(Demand pod);

    /// A gang came, whether or not it finds room.
    default void gangCame(Demand member, int members) {}

    /// What a policy begins with.
    ///
    /// @param pods the list that arrivals are drawn from
    record Start(ClusterView view, Topology topology, List<Demand> pods, long seed) {}

    interface Factory {
        Policy on(Start start);
    }

    /// The published comparison's setting: the list is known, and more demand than room comes.
    Factory OURS = start -> new EtwPolicy(start, PodMix.of(start.pods()), EtwOptions.BATCH);

    /// The same, but nothing is known before it comes.
    Factory LEARNED = live(EtwOptions.BATCH);

    /// As the extender does it: nothing is known before it comes, and others follow for ever.
    Factory LIVE = live(EtwOptions.STEADY);

    static Factory live(EtwOptions options) {
        return start -> new EtwPolicy(start, null, options);
    }

    Factory FGD = start ->
            new ScoredPolicy(start.view(), start.seed(), new FragmentationGradient(start.view(), start.pods()));

    Factory BEST_FIT = start -> new ScoredPolicy(start.view(), start.seed(), new BestFit(start.view()));

    Factory RANDOM = start -> new ScoredPolicy(start.view(), start.seed(), new RandomChoice(start.seed()));
}
