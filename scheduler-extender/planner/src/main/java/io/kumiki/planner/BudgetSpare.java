package io.kumiki.planner;

import io.kumiki.planner.fact.BudgetFact;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What disruption budgets leave, as work after work is told to leave.
final class BudgetSpare {
    private final Collection<BudgetFact> budgets;
    private final Map<BudgetFact, Integer> left = new HashMap<>();

    BudgetSpare(Collection<BudgetFact> budgets) {
        this.budgets = budgets;
        budgets.forEach(budget -> left.put(budget, budget.allowed()));
    }

    /// False, and nothing taken, where these may not all leave as well.
    ///
    /// @param pods labels of each
    boolean take(String namespace, List<Map<String, String>> pods) {
        Map<BudgetFact, Integer> after = new HashMap<>();
        for (Map<String, String> labels : budgets.isEmpty() ? List.<Map<String, String>>of() : pods) {
            int covering = 0;
            for (BudgetFact budget : budgets) {
                if (budget.covers(namespace, labels)) {
                    covering++;
                    after.merge(budget, left.getOrDefault(budget, 0) - 1, (had, _) -> had - 1);
                }
            }
            // The Eviction API refuses a pod with two budgets.
            if (covering > 1) {
                return false;
            }
        }
        if (after.values().stream().anyMatch(allowed -> allowed < 0)) {
            return false;
        }
        left.putAll(after);
        return true;
    }
}
