package io.kumiki.placement.bench.openb;

import io.kumiki.placement.Arrivals;
import io.kumiki.placement.Demand;
import io.kumiki.placement.EtwOptions;
import io.kumiki.placement.EtwPlacer;
import io.kumiki.placement.Placement;
import io.kumiki.placement.PodMix;
import org.jspecify.annotations.Nullable;

/// The extender's own placer: the mix is known, or learned from what came as the extender learns it.
final class EtwPolicy implements Policy {
    private final Start start;
    private final EtwOptions options;
    private final @Nullable Arrivals arrivals;
    private @Nullable EtwPlacer placer;

    /// @param mix null where it is learned
    EtwPolicy(Start start, @Nullable PodMix mix, EtwOptions options) {
        this.start = start;
        this.options = options;
        this.arrivals = mix == null ? new Arrivals() : null;
        this.placer = mix == null ? null : placer(mix);
    }

    private EtwPlacer placer(PodMix mix) {
        return new EtwPlacer(start.view(), mix, options, start.topology());
    }

    @Override
    public void gangCame(Demand member, int members) {
        if (arrivals != null) {
            arrivals.addGang(member, members);
        }
    }

    @Override
    public Placement.@Nullable Placed place(Demand pod) {
        if (arrivals != null) {
            arrivals.add(pod, 1);
        }
        EtwPlacer current = current();
        if (current.place(pod) instanceof Placement.Placed placed) {
            current.commit(pod, placed);
            return placed;
        }
        return null;
    }

    private EtwPlacer current() {
        EtwPlacer current = placer;
        if (arrivals == null) {
            return java.util.Objects.requireNonNull(current);
        }
        if (current == null) {
            current = placer(arrivals.learn());
            placer = current;
        } else if (arrivals.news()) {
            current.learn(arrivals.learn());
        }
        return current;
    }
}
