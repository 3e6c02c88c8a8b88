package io.kumiki.planner;

import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.Shape;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// What ResourceQuotas leave for work that is made anew while what it was still ends. The API server counts a pod
/// until it is gone: without room for both, somebody else of the namespace could take what the first one leaves, and
/// the work would have lost its place instead of a restart.
final class NamespaceSpare {
    private final State state;
    /// By namespace and resource as the quota names it.
    private final Map<String, Map<String, Long>> left = new HashMap<>();

    NamespaceSpare(State state) {
        this.state = state;
    }

    boolean fits(GangFact work) {
        return left(work.namespace()).entrySet().stream()
                .allMatch(each -> wanted(work, each.getKey()) <= each.getValue());
    }

    /// False, and nothing is taken, where there is not enough.
    boolean take(GangFact work) {
        if (!fits(work)) {
            return false;
        }
        left(work.namespace()).replaceAll((resource, amount) -> amount - wanted(work, resource));
        return true;
    }

    private Map<String, Long> left(String namespace) {
        return left.computeIfAbsent(namespace, this::count);
    }

    private Map<String, Long> count(String namespace) {
        Map<String, Long> least = new TreeMap<>();
        for (Event.NamespaceLimit limit :
                state.limits.getOrDefault(namespace, new TreeMap<>()).values()) {
            limit.hard().forEach((resource, hard) -> {
                long amount = hard
                        - limit.used().getOrDefault(resource, 0L)
                        - Charges.placedNotMade(state, namespace, "", resource);
                least.merge(resource, amount, Math::min);
            });
        }
        return least;
    }

    private static long wanted(GangFact work, String resource) {
        return work.spec().classes().stream()
                .mapToLong(of -> of.min() * Charges.counted(resource, Shape.amounts(of.requests())))
                .sum();
    }
}
