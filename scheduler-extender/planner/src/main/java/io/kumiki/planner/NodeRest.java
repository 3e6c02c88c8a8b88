package io.kumiki.planner;

import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.words.Clause;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What bound pods and pinned single pods leave of each node, reduced by what is about to be bound.
final class NodeRest {
    private final State state;
    private final HashMap<String, Map<String, Long>> taken = new HashMap<>();

    NodeRest(State state) {
        this.state = state;
    }

    /// Null where the pod fits beside all that is bound there.
    @Nullable
    Clause take(NodeFact node, PodFact pod) {
        Map<String, Long> used = used(node);
        add(used, pod.requests());
        return lack(node, pod, used);
    }

    /// The same for one that is pinned there: it is counted already.
    @Nullable
    Clause pinned(NodeFact node, PodFact pod) {
        return lack(node, pod, used(node));
    }

    private Map<String, Long> used(NodeFact node) {
        return taken.computeIfAbsent(node.name(), name -> {
            var sum = new TreeMap<String, Long>();
            state.onNode.getOrDefault(name, new TreeMap<>()).values().forEach(there -> add(sum, there.requests()));
            // The scheduler binds single pods without asking.
            state.holds.on(name).forEach(hold -> add(sum, hold.amounts()));
            for (Plan plan : state.plans.values()) {
                for (String uid : plan.binding.keySet()) {
                    PodFact on = state.pods.get(uid);
                    if (on != null && !on.bound() && name.equals(plan.nodeOf(on))) {
                        add(sum, on.requests());
                    }
                }
            }
            return sum;
        });
    }

    private static @Nullable Clause lack(NodeFact node, PodFact pod, Map<String, Long> used) {
        for (var amount : used.entrySet()) {
            String resource = amount.getKey();
            if (amount.getValue() > node.amount(resource)
                    && pod.requests().getOrDefault(resource, 0L) > 0
                    && !Shape.MARKERS.contains(resource)
                    && !resource.equals(Shape.MILLI)) {
                return new Clause.NodeShort(node.name(), resource, node.amount(resource), amount.getValue());
            }
        }
        return null;
    }

    private static void add(Map<String, Long> sum, Map<String, Long> more) {
        more.forEach((resource, amount) -> sum.merge(resource, amount, Long::sum));
        sum.merge("pods", 1L, Long::sum);
    }
}
