package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import org.jspecify.annotations.Nullable;

/// What events change for pods without a gang: what is free for them has to be counted anew, and which demands come.
final class SingleNews {
    private final State state;
    private final SinglePlacing placing;

    SingleNews(State state, SinglePlacing placing) {
        this.state = state;
        this.placing = placing;
    }

    /// What an event may change of what is free; told before and after it.
    void notice(Event event) {
        switch (event) {
            case Event.EntryAsked ignored -> {}
            case Event.SingleSeen ignored -> {}
            case Event.SingleRuns ignored -> {}
            case Event.MemberAsked ignored -> {}
            case Event.SeatAsked ignored -> {}
            case Event.GangOrigin ignored -> {}
            case Event.Estimated ignored -> {}
            case Event.Learned ignored -> {}
            case Event.FilterAsked ignored -> {}
            case Event.BindLeft ignored -> {}
            case Event.PodSeen(PodFact pod) -> moved(pod.uid(), pod);
            case Event.PodGone(String uid) -> moved(uid, null);
            case Event.NodeSeen ignored -> placing.changed();
            case Event.NodeGone ignored -> placing.changed();
            case Event.DaemonSeen ignored -> placing.changed();
            case Event.DaemonGone ignored -> placing.changed();
            case Event.BudgetSeen ignored -> {}
            case Event.BudgetGone ignored -> {}
            case Event.EvictionRefused ignored -> {}
            case Event.CapacityServed ignored -> {}
            case Event.CapacitySeen ignored -> {}
            case Event.CapacityGone ignored -> {}
            case Event.ClaimSeen ignored -> {}
            case Event.ClaimGone ignored -> {}
            case Event.GangSeen(GangFact gang) -> {
                learn(gang);
                placing.changed();
            }
            case Event.GangGone ignored -> placing.changed();
            case Event.Levels ignored -> placing.changed();
            case Event.Tenants ignored -> placing.changed();
            case Event.NamespaceLimit ignored -> placing.changed();
            case Event.Elected ignored -> placing.changed();
            case Event.Deposed ignored -> placing.changed();
            case Event.BindAsked ignored -> placing.changed();
            case Event.Bound ignored -> placing.changed();
            case Event.Written ignored -> placing.changed();
            case Event.Tick ignored -> placing.changed();
        }
    }

    private void moved(String uid, @Nullable PodFact after) {
        PodFact before = state.pods.get(uid);
        if ((before != null && before.member() != null) || (after != null && after.member() != null)) {
            placing.changed();
            return;
        }
        if (after != null && after.bound() && (before == null || !before.bound())) {
            bound(after, before == null);
        }
        if (before != null && before.bound()) {
            placing.changed(before.node());
        }
        if (after != null && after.bound()) {
            placing.changed(after.node());
        }
    }

    /// @param isNew nothing was known of it before
    private void bound(PodFact pod, boolean isNew) {
        if (Shape.asksForDevices(pod.requests())) {
            if (isNew && !state.leading) {
                // What is there when we begin tells what is usual here; the others asked us.
                placing.learn(pod.requests());
            }
            return;
        }
        // Takes the CPU without which devices lie idle. Those of DaemonSets are counted before anybody comes.
        NodeFact node = state.nodes.get(pod.node());
        if (node != null
                && Shape.asksForDevices(node.allocatable())
                && state.daemons.on(node).covers(pod) == null) {
            placing.learn(pod.requests());
        }
    }

    private void learn(GangFact gang) {
        if (state.plans.containsKey(gang.key())) {
            return;
        }
        for (Gang.Members members : gang.spec().classes()) {
            placing.learn(members, Math.max(1, members.min()));
        }
    }
}
