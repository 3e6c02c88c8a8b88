package io.kumiki.planner;

import io.kumiki.placement.Forecast;
import io.kumiki.quota.Admission;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaTree;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Tenants' quotas while a queue runs ahead: who waits takes its minimum, who ends gives back what it held.
final class QuotaPurse implements Forecast.Purse {
    private record Part(String tenant, Amounts amounts) {}

    private final Map<String, Part> parts;
    private @Nullable QuotaTree tree;

    QuotaPurse(Scene scene, List<Plan> waiting, List<Plan> holding) {
        var charges = new Charges(scene.state);
        parts = new HashMap<>();
        tree = charges.tree();
        if (tree != null) {
            waiting.forEach(plan -> part(scene, plan, () -> charges.amounts(Charges.minimum(plan.fact))));
            holding.forEach(plan -> part(scene, plan, () -> charges.amounts(plan.rows)));
        }
    }

    private QuotaPurse(QuotaPurse of) {
        parts = of.parts;
        tree = of.tree;
    }

    /// The same, to be taken from and given to without changing this one.
    QuotaPurse copy() {
        return new QuotaPurse(this);
    }

    private void part(Scene scene, Plan plan, Supplier<Amounts> amounts) {
        String tenant = scene.tenant(plan.fact.namespace());
        if (tenant != null) {
            parts.put(plan.fact.key(), new Part(tenant, amounts.get()));
        }
    }

    @Override
    public boolean admits(String id) {
        Part part = parts.get(id);
        QuotaTree now = tree;
        return part == null || now == null || now.admit(part.tenant(), part.amounts()) instanceof Admission.Admitted;
    }

    @Override
    public void take(String id) {
        Part part = parts.get(id);
        QuotaTree now = tree;
        if (part != null && now != null) {
            tree = now.using(part.tenant(), part.amounts());
        }
    }

    @Override
    public void give(String id) {
        Part part = parts.get(id);
        QuotaTree now = tree;
        if (part != null && now != null) {
            tree = now.releasing(part.tenant(), part.amounts());
        }
    }
}
