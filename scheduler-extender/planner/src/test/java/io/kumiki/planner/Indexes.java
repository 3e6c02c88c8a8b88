package io.kumiki.planner;

import io.kumiki.planner.fact.PodFact;
import java.util.Objects;

/// What the planner keeps counted is what counting anew gives.
final class Indexes {
    private Indexes() {}

    /// @param settled nothing was heard since conclusions were drawn
    static void check(Planner planner, boolean settled) {
        State state = planner.state();
        for (Plan plan : state.plans.values()) {
            Occupancy kept = Occupancy.known(plan);
            String counted = Occupancy.counted(plan, state).toString();
            if (kept != null && !kept.toString().equals(counted)) {
                throw new AssertionError("I: " + plan.fact.key() + " kept: " + kept + "; counted: " + counted);
            }
        }
        if (!settled) {
            return;
        }
        int steered = 0;
        for (PodFact pod : state.pods.values()) {
            String node = state.leading ? Steering.nodeOf(pod, state.planOf(pod)) : null;
            steered += node == null ? 0 : 1;
            if (!Objects.equals(node, planner.steering().nodeOf(pod.uid()))) {
                throw new AssertionError("I: " + pod + " is led to "
                        + planner.steering().nodeOf(pod.uid()) + ", its slot is on " + node);
            }
        }
        if (steered != planner.steering().size()) {
            throw new AssertionError("I: pods are led that are gone");
        }
    }
}
