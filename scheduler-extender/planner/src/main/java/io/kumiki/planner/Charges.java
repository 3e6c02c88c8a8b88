package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.words.Clause;
import io.kumiki.quota.Admission;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaTree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A tenant's part of the tree of quotas.
final class Charges {
    private final State state;
    private @Nullable QuotaTree tree;

    /// Usage as of now; {@link #charge} adds what is placed afterwards.
    Charges(State state) {
        this.state = state;
        QuotaTree used = state.quotas;
        if (used != null) {
            for (var entry : usage(_ -> true).entrySet()) {
                used = used.using(entry.getKey(), new Amounts(entry.getValue()));
            }
            for (String key : state.earmarks.keys()) {
                Plan plan = state.plans.get(key);
                String tenant = plan == null ? null : state.tenantOf.get(plan.fact.namespace());
                used = plan == null || tenant == null ? used : used.using(tenant, kept(plan.fact));
            }
        }
        this.tree = used;
    }

    /// What work that was moved used before and does not use now, while it leaves and comes back: nobody else gets it
    /// meanwhile.
    private Amounts kept(GangFact gang) {
        Plan plan = state.plans.get(gang.key());
        Earmarks.Earmark earmark = state.earmarks.get(gang.key());
        boolean away = plan != null && (plan.phase == Gang.Phase.Waiting || plan.phase == Gang.Phase.Releasing);
        if (plan == null || earmark == null || !earmark.moved() || !away) {
            return Amounts.NONE;
        }
        Map<String, Long> still = sum(earmark.rows());
        Map<String, Long> used = new TreeMap<>();
        for (PodFact pod : state.membersOf(plan)) {
            if (State.takes(pod)) {
                add(used, pod.requests(), pod.node());
            }
        }
        reserved(plan, used);
        used.forEach((resource, amount) -> still.computeIfPresent(resource, (_, of) -> Math.max(0, of - amount)));
        return new Amounts(still);
    }

    private Amounts more(GangFact gang, List<Plan.Row> rows) {
        return new Amounts(sum(rows)).minus(kept(gang));
    }

    /// By tenant, without slots whose write is not done.
    Map<String, Map<String, Long>> committed() {
        return usage(Plan::isDurable);
    }

    private Map<String, Map<String, Long>> usage(Predicate<Plan> counted) {
        Map<String, Map<String, Long>> byTenant = new TreeMap<>();
        for (PodFact pod : state.pods.values()) {
            String tenant = state.tenantOf.get(pod.namespace());
            if (tenant != null && State.takes(pod)) {
                add(byTenant.computeIfAbsent(tenant, _ -> new TreeMap<>()), pod.requests(), pod.node());
            }
        }
        for (Holds.Hold hold : state.holds.all()) {
            String tenant = state.tenantOf.get(hold.namespace());
            if (tenant != null) {
                add(byTenant.computeIfAbsent(tenant, _ -> new TreeMap<>()), hold.amounts(), hold.node());
            }
        }
        for (Plan plan : state.plans.values()) {
            String tenant = state.tenantOf.get(plan.fact.namespace());
            if (tenant == null || !counted.test(plan)) {
                continue;
            }
            Map<String, Long> own = new TreeMap<>();
            reserved(plan, own);
            if (!own.isEmpty()) {
                Map<String, Long> of = byTenant.computeIfAbsent(tenant, _ -> new TreeMap<>());
                own.forEach((resource, amount) -> of.merge(resource, amount, Long::sum));
            }
        }
        return byTenant;
    }

    /// What its slots take and no pod accounts for.
    private void reserved(Plan plan, Map<String, Long> sum) {
        if (plan.rows.isEmpty()) {
            plan.leaving.forEach(slot -> add(sum, slot.amounts(), slot.node()));
        }
        if (!plan.phase.holds()) {
            return;
        }
        Occupancy there = Occupancy.of(plan, state);
        for (int r = 0; r < plan.rows.size(); r++) {
            Plan.Row row = plan.rows.get(r);
            for (int i = 0; i < row.nodes.size(); i++) {
                if (there.reserves(r, i)) {
                    add(sum, row.amounts, row.nodes.get(i));
                }
            }
        }
    }

    private void add(Map<String, Long> sum, Map<String, Long> amounts, String node) {
        NodeFact there = state.nodes.get(node);
        String model = there == null ? "" : there.labels().getOrDefault(Shape.TYPE, "");
        amounts.forEach((resource, amount) -> {
            count(sum, resource, amount);
            if (Shape.GPUS.contains(resource) && !model.isEmpty()) {
                count(sum, resource + "." + model, amount);
            }
        });
    }

    private void count(Map<String, Long> sum, String resource, long amount) {
        if (state.quotaResources.contains(resource)) {
            sum.merge(resource, amount, Long::sum);
        }
    }

    /// Null where the gang's tenant may use that much, or has none.
    Admission.@Nullable Refused refusal(GangFact gang, List<Plan.Row> rows) {
        String tenant = state.tenantOf.get(gang.namespace());
        return tree != null
                        && tenant != null
                        && tree.admit(tenant, more(gang, rows)) instanceof Admission.Refused refused
                ? refused
                : null;
    }

    /// The same for a single pod on that node.
    Admission.@Nullable Refused refusal(String namespace, Map<String, Long> amounts, String node) {
        String tenant = state.tenantOf.get(namespace);
        return tree != null
                        && tenant != null
                        && tree.admit(tenant, new Amounts(amounts(amounts, node))) instanceof Admission.Refused refused
                ? refused
                : null;
    }

    void charge(String namespace, Map<String, Long> amounts, String node) {
        String tenant = state.tenantOf.get(namespace);
        if (tree != null && tenant != null) {
            tree = tree.using(tenant, new Amounts(amounts(amounts, node)));
        }
    }

    private Map<String, Long> amounts(Map<String, Long> amounts, String node) {
        Map<String, Long> sum = new TreeMap<>();
        add(sum, amounts, node);
        return sum;
    }

    /// The least that the gang will use, wherever it is placed.
    Admission.@Nullable Refused refusalOfMinimum(GangFact gang) {
        return refusal(gang, minimum(gang));
    }

    static List<Plan.Row> minimum(GangFact gang) {
        return gang.spec().classes().stream()
                .map(c -> NamespaceRoom.row(c, c.min()))
                .toList();
    }

    /// Null where there are no tenants.
    @Nullable
    QuotaTree tree() {
        return tree;
    }

    Amounts amounts(List<Plan.Row> rows) {
        return new Amounts(sum(rows));
    }

    /// Whose gangs hold most of what is missing; empty where none does.
    ///
    /// @param reader the namespace whose people are told
    List<Clause> heldBy(Admission.Refused refused, String reader) {
        Map<Plan, Long> held = new LinkedHashMap<>();
        for (Plan plan : state.plans.values()) {
            String tenant = state.tenantOf.get(plan.fact.namespace());
            if (tree != null && tenant != null && plan.phase.holds() && tree.isBelow(tenant, refused.at())) {
                long amount = sum(plan.rows).getOrDefault(refused.resource(), 0L);
                if (amount > 0) {
                    held.put(plan, amount);
                }
            }
        }
        List<Clause> clauses = new ArrayList<>();
        held.entrySet().stream()
                .sorted(Map.Entry.<Plan, Long>comparingByValue().reversed())
                .limit(3)
                .forEach(e ->
                        clauses.add(new Clause.HeldBy(state.asNamed(e.getKey().party(), reader), e.getValue())));
        if (held.size() > 3) {
            clauses.add(new Clause.HeldByMore(held.size() - 3));
        }
        return clauses;
    }

    void charge(GangFact gang, List<Plan.Row> rows) {
        String tenant = state.tenantOf.get(gang.namespace());
        if (tree != null && tenant != null) {
            tree = tree.using(tenant, more(gang, rows));
        }
    }

    private Map<String, Long> sum(List<Plan.Row> rows) {
        Map<String, Long> sum = new TreeMap<>();
        rows.forEach(row -> row.nodes.forEach(node -> add(sum, row.amounts, node)));
        return sum;
    }
}
