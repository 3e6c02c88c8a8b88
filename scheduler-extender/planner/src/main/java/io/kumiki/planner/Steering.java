package io.kumiki.planner;

import io.kumiki.planner.fact.PodFact;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Where the pods that the filter verb leads have their slots, so that the verb waits for nobody: the planner writes,
/// any thread reads. It may be as old as what the planner is busy with; a pod that goes by it is looked at again when
/// its binding is asked for.
public final class Steering {
    private final Map<String, String> nodes = new ConcurrentHashMap<>();

    /// The node of the pod's slot, which is promised in Kubernetes; null where only the planner can tell.
    public @Nullable String nodeOf(String uid) {
        return nodes.get(uid);
    }

    /// A member as it is now.
    ///
    /// @param plan its gang's; null where nobody may be led
    void seen(PodFact pod, @Nullable Plan plan) {
        // What was not told yet is told of all members together.
        String node = plan == null || isStale(plan) ? null : nodeOf(pod, plan);
        if (node == null) {
            nodes.remove(pod.uid());
        } else {
            nodes.put(pod.uid(), node);
        }
    }

    void gone(String uid) {
        nodes.remove(uid);
    }

    void clear() {
        nodes.clear();
    }

    /// After anything that may have changed the gang's slots.
    ///
    /// @param members all of them
    void settled(Plan plan, Collection<PodFact> members) {
        plan.steered = stamp(plan);
        members.forEach(pod -> seen(pod, plan));
    }

    /// Whether its slots are others than were told last, or count now, or not any more.
    static boolean isStale(Plan plan) {
        return plan.steered != stamp(plan);
    }

    private static int stamp(Plan plan) {
        return plan.isDurable() ? plan.version : 0;
    }

    static @Nullable String nodeOf(PodFact pod, @Nullable Plan plan) {
        PodFact.Member member = pod.member();
        return plan != null && member != null && member.steered() && plan.isDurable() ? plan.nodeOf(pod) : null;
    }

    /// How many it knows.
    int size() {
        return nodes.size();
    }
}
