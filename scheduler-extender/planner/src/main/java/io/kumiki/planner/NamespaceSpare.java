package io.kumiki.planner;

import io.kumiki.planner.fact.GangFact;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What ResourceQuotas leave for work that is made anew while what it was still ends. The API server counts a pod
/// until it is gone: without room for both, somebody else of the namespace could take what the first one leaves, and
/// the work would have lost its place instead of a restart.
final class NamespaceSpare {
    private final State state;
    /// By quota, and by resource as it names it.
    private final Map<Event.NamespaceLimit, Map<String, Long>> left = new HashMap<>();

    NamespaceSpare(State state) {
        this.state = state;
    }

    boolean fits(GangFact work) {
        List<Plan.Row> rows = Charges.minimum(work);
        return NamespaceRoom.limits(state, work.namespace()).stream()
                .allMatch(limit -> left(limit).entrySet().stream()
                        .allMatch(each -> NamespaceRoom.wanted(limit, each.getKey(), rows) <= each.getValue()));
    }

    /// False, and nothing is taken, where there is not enough.
    boolean take(GangFact work) {
        if (!fits(work)) {
            return false;
        }
        List<Plan.Row> rows = Charges.minimum(work);
        for (Event.NamespaceLimit limit : NamespaceRoom.limits(state, work.namespace())) {
            left(limit).replaceAll((resource, amount) -> amount - NamespaceRoom.wanted(limit, resource, rows));
        }
        return true;
    }

    private Map<String, Long> left(Event.NamespaceLimit limit) {
        return left.computeIfAbsent(limit, _ -> {
            Map<String, Long> each = new TreeMap<>();
            limit.hard().keySet().forEach(name -> each.put(name, NamespaceRoom.left(state, limit, name, "")));
            return each;
        });
    }
}
