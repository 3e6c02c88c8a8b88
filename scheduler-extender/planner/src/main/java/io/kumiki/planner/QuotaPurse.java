package io.kumiki.planner;

import io.kumiki.placement.Forecast;
import io.kumiki.quota.Admission;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaTree;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Tenants' quotas while a queue runs ahead: who waits takes its minimum, who ends gives back what it held.
final class QuotaPurse implements Forecast.Purse {
    private record Part(String tenant, Amounts amounts) {}

    private final Map<String, Part> parts = new HashMap<>();
    private @Nullable QuotaTree tree;

    QuotaPurse(Scene scene, List<Plan> waiting, List<Plan> holding) {
        var charges = new Charges(scene.state);
        tree = charges.tree();
        for (Plan plan : waiting) {
            part(scene, plan, charges.amounts(Charges.minimum(plan.fact)));
        }
        for (Plan plan : holding) {
            part(scene, plan, charges.amounts(plan.rows));
        }
    }

    private void part(Scene scene, Plan plan, Amounts amounts) {
        String tenant = scene.tenant(plan.fact.namespace());
        if (tenant != null && tree != null) {
            parts.put(plan.fact.key(), new Part(tenant, amounts));
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
