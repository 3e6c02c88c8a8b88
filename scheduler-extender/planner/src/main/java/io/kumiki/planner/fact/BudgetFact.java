package io.kumiki.planner.fact;

import io.kumiki.model.scheduling.Gang;
import java.util.List;
import java.util.Map;

/// What matters of a PodDisruptionBudget.
///
/// @param selector all must hold of a pod's labels; without any it is every pod's of the namespace
/// @param allowed so many of its pods may be evicted now
public record BudgetFact(String namespace, String name, List<Gang.Requirement> selector, int allowed) {
    public BudgetFact {
        selector = List.copyOf(selector);
    }

    public String key() {
        return namespace + "/" + name;
    }

    public BudgetFact allowing(int fewer) {
        return new BudgetFact(namespace, name, selector, fewer);
    }

    public boolean covers(PodFact pod) {
        PodFact.Member member = pod.member();
        return covers(pod.namespace(), member == null ? Map.of() : member.labels());
    }

    public boolean covers(String of, Map<String, String> labels) {
        return of.equals(namespace) && selector.stream().allMatch(one -> Fitness.holds(one, labels.get(one.key())));
    }
}
