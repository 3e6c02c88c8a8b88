package io.kumiki.planner;

import io.kumiki.planner.fact.BudgetFact;
import io.kumiki.planner.fact.PodFact;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// PodDisruptionBudgets: how many pods may be made to leave at once.
final class Budgets {
    private final SortedMap<String, BudgetFact> byKey = new TreeMap<>();

    Collection<BudgetFact> all() {
        return byKey.values();
    }

    /// False where nothing changed.
    boolean seen(BudgetFact budget) {
        return !budget.equals(byKey.put(budget.key(), budget));
    }

    /// One of its pods does not work any more: until its controller has counted again, one less may go.
    void lost(PodFact pod) {
        for (BudgetFact budget : byKey.values()) {
            if (budget.allowed() > 0 && budget.covers(pod)) {
                byKey.replace(budget.key(), budget.allowing(budget.allowed() - 1));
            }
        }
    }

    boolean gone(String key) {
        return byKey.remove(key) != null;
    }

    /// Whether these pods may not all leave together. The Eviction API would let the first ones go and keep the
    /// others: a gang loses all its work with the first.
    boolean protect(Collection<PodFact> pods) {
        if (byKey.isEmpty()) {
            return false;
        }
        Map<String, Integer> leaving = new HashMap<>();
        for (PodFact pod : pods) {
            int covering = 0;
            for (BudgetFact budget : byKey.values()) {
                if (budget.covers(pod)) {
                    covering++;
                    leaving.merge(budget.key(), 1, Integer::sum);
                }
            }
            if (covering > 1) {
                // The Eviction API refuses a pod with two budgets.
                return true;
            }
        }
        return byKey.values().stream().anyMatch(budget -> leaving.getOrDefault(budget.key(), 0) > budget.allowed());
    }

    /// What may leave one after the other.
    BudgetSpare spare() {
        return new BudgetSpare(byKey.values());
    }

    void copyInto(Budgets other) {
        other.byKey.putAll(byKey);
    }
}
