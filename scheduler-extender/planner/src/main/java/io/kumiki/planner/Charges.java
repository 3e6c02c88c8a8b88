package io.kumiki.planner;

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

/// Quotas: a tenant's part of the tree, and a namespace's ResourceQuota.
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
            for (String key : state.earmarks.keySet()) {
                Plan plan = state.plans.get(key);
                String tenant = plan == null ? null : state.tenantOf.get(plan.fact.namespace());
                used = plan == null || tenant == null ? used : used.using(tenant, kept(plan.fact));
            }
        }
        this.tree = used;
    }

    /// What work that was moved used before, while it comes back: nobody else gets it meanwhile.
    private Amounts kept(GangFact gang) {
        Plan plan = state.plans.get(gang.key());
        State.Earmark earmark = state.earmarks.get(gang.key());
        return plan != null && earmark != null && Consolidation.isBack(state, plan) && plan.leaving.isEmpty()
                ? new Amounts(sum(earmark.rows()))
                : Amounts.NONE;
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
            if (plan.rows.isEmpty()) {
                plan.leaving.forEach(slot ->
                        add(byTenant.computeIfAbsent(tenant, _ -> new TreeMap<>()), slot.amounts(), slot.node()));
            }
            if (!plan.phase.holds()) {
                continue;
            }
            Occupancy there = Occupancy.of(plan, state);
            for (int r = 0; r < plan.rows.size(); r++) {
                for (int i = 0; i < plan.rows.get(r).nodes.size(); i++) {
                    if (there.reserves(r, i)) {
                        add(
                                byTenant.computeIfAbsent(tenant, _ -> new TreeMap<>()),
                                plan.rows.get(r).amounts,
                                plan.rows.get(r).nodes.get(i));
                    }
                }
            }
        }
        return byTenant;
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
                .map(c -> {
                    var row = new Plan.Row(c);
                    for (int i = 0; i < c.min(); i++) {
                        row.nodes.add("");
                    }
                    return row;
                })
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

    /// Whether a ResourceQuota leaves room for one more pod beside what gangs were promised and have not made.
    boolean namespaceHasRoom(String namespace, Map<String, Long> amounts) {
        for (Event.NamespaceLimit limit :
                state.limits.getOrDefault(namespace, new TreeMap<>()).values()) {
            for (var hard : limit.hard().entrySet()) {
                long left = hard.getValue()
                        - limit.used().getOrDefault(hard.getKey(), 0L)
                        - placedNotMade(namespace, "", hard.getKey());
                if (counted(hard.getKey(), amounts) > left) {
                    return false;
                }
            }
        }
        return true;
    }

    /// What a ResourceQuota leaves no room for; null where all pods that are still to be made may be.
    ///
    /// @param toCome members that do not exist yet, per row of the spec
    @Nullable
    Clause namespaceRefusal(GangFact gang, int[] toCome) {
        for (Event.NamespaceLimit limit :
                state.limits.getOrDefault(gang.namespace(), new TreeMap<>()).values()) {
            for (var hard : limit.hard().entrySet()) {
                long wanted = 0;
                for (int c = 0; c < toCome.length; c++) {
                    wanted += toCome[c]
                            * counted(
                                    hard.getKey(),
                                    Shape.amounts(gang.spec().classes().get(c).requests()));
                }
                long left = hard.getValue()
                        - limit.used().getOrDefault(hard.getKey(), 0L)
                        - placedNotMade(gang.namespace(), gang.uid(), hard.getKey());
                if (wanted > left) {
                    return new Clause.NamespaceShort(
                            limit.name(), hard.getKey(), Math.max(0, left), hard.getValue(), wanted);
                }
            }
        }
        return null;
    }

    /// Members that gangs of the namespace other than this one were promised and that do not exist yet.
    private long placedNotMade(String namespace, String gang, String resource) {
        long sum = 0;
        for (Plan plan : state.plans.values()) {
            if (plan.phase.holds()
                    && !plan.fact.uid().equals(gang)
                    && plan.fact.namespace().equals(namespace)
                    && !plan.fact.spec().gated()) {
                Occupancy there = Occupancy.of(plan, state);
                for (int r = 0; r < plan.rows.size(); r++) {
                    for (int i = 0; i < plan.rows.get(r).nodes.size(); i++) {
                        sum += there.at(r, i) == null ? counted(resource, plan.rows.get(r).amounts) : 0;
                    }
                }
            }
        }
        return sum;
    }

    private static long counted(String quotaResource, Map<String, Long> amounts) {
        if (quotaResource.equals("pods") || quotaResource.equals("count/pods")) {
            return 1;
        }
        String resource =
                quotaResource.startsWith("requests.") ? quotaResource.substring("requests.".length()) : quotaResource;
        return amounts.getOrDefault(resource, 0L);
    }
}
