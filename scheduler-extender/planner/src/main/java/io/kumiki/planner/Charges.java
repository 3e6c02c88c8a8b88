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
    /// When those have left who are leaving, and those have started for whom they leave: nobody else gets it meanwhile.
    private @Nullable QuotaTree later;

    private @Nullable List<String> borrowers;

    /// Usage as of now; {@link #charge} adds what is placed afterwards.
    Charges(State state) {
        this.state = state;
        QuotaTree used = state.quotas;
        if (used != null) {
            for (var entry : usage(_ -> true).entrySet()) {
                used = used.using(entry.getKey(), new Amounts(entry.getValue()));
            }
            for (String key : state.earmarks.moved().keySet()) {
                String tenant = tenant(key);
                used = tenant == null ? used : used.using(tenant, moved(key));
            }
        }
        this.tree = used;
        this.later = used == null ? null : later(used);
    }

    /// Of a gang or a single pod that something is kept for.
    private @Nullable String tenant(String key) {
        return state.tenantOf.get(Earmarks.namespace(key));
    }

    private QuotaTree later(QuotaTree used) {
        QuotaTree then = used;
        for (var entry : pods(this::leaves).entrySet()) {
            then = then.releasing(entry.getKey(), new Amounts(entry.getValue()));
        }
        for (String key : state.earmarks.keys()) {
            String tenant = tenant(key);
            then = tenant == null ? then : then.using(tenant, won(key));
        }
        return then;
    }

    /// Not to come back to a place that is kept for it.
    private boolean leaves(PodFact pod) {
        Plan plan = state.planOf(pod);
        boolean ending = state.ends(pod)
                || state.leaving.containsKey(pod.uid())
                || (plan != null && plan.phase == Gang.Phase.Releasing);
        boolean moves = state.earmarks.has(MovedPlaces.key(pod.uid())) || (plan != null && isMoved(plan.fact));
        return ending && !moves;
    }

    /// What work that was moved used before and does not use now, while it leaves and comes back.
    private Amounts moved(String key) {
        Plan plan = state.plans.get(key);
        Earmarks.Earmark earmark = state.earmarks.get(key);
        boolean away = plan != null && (plan.phase == Gang.Phase.Waiting || plan.phase == Gang.Phase.Releasing);
        if (plan == null || earmark == null || !earmark.moved() || !away) {
            return Amounts.NONE;
        }
        Map<String, Long> still = sum(earmark.rows());
        uses(plan)
                .of()
                .forEach((resource, amount) -> still.computeIfPresent(resource, (_, of) -> Math.max(0, of - amount)));
        return new Amounts(still);
    }

    /// What others leave to it.
    private Amounts won(String key) {
        Plan plan = state.plans.get(key);
        Earmarks.Earmark earmark = state.earmarks.get(key);
        boolean waits = plan == null || plan.phase == Gang.Phase.Waiting;
        return earmark == null || earmark.moved() || !waits ? Amounts.NONE : new Amounts(sum(earmark.rows()));
    }

    private boolean isMoved(GangFact gang) {
        Earmarks.Earmark earmark = state.earmarks.get(gang.key());
        return earmark != null && earmark.moved();
    }

    private Amounts more(GangFact gang, List<Plan.Row> rows) {
        return new Amounts(sum(rows)).minus(isMoved(gang) ? moved(gang.key()) : Amounts.NONE);
    }

    /// What is kept for it does not count against itself.
    void open(String key) {
        String tenant = tenant(key);
        if (later != null && tenant != null) {
            later = later.releasing(tenant, won(key));
            borrowers = null;
        }
    }

    /// It does not start yet.
    void close(String key) {
        String tenant = tenant(key);
        if (later != null && tenant != null) {
            later = later.using(tenant, won(key));
            borrowers = null;
        }
    }

    /// Whether it waits for quota that others give back as they leave, wherever they are.
    boolean comes(String key) {
        String tenant = tenant(key);
        if (tree == null
                || later == null
                || tenant == null
                || tree.admit(tenant, won(key)) instanceof Admission.Admitted) {
            return false;
        }
        open(key);
        boolean comes = later.admit(tenant, won(key)) instanceof Admission.Admitted;
        close(key);
        return comes;
    }

    private Admission.@Nullable Refused refusal(String tenant, Amounts more) {
        return tree != null && tree.admit(tenant, more) instanceof Admission.Refused now
                ? now
                : later != null && later.admit(tenant, more) instanceof Admission.Refused then ? then : null;
    }

    private void use(String tenant, Amounts more) {
        tree = tree == null ? null : tree.using(tenant, more);
        later = later == null ? null : later.using(tenant, more);
        borrowers = null;
    }

    /// Its pods and its slots.
    Amounts uses(Plan plan) {
        Map<String, Long> used = new TreeMap<>();
        for (PodFact pod : state.membersOf(plan)) {
            if (State.takes(pod)) {
                add(used, pod.requests(), pod.node());
            }
        }
        reserved(plan, used);
        return new Amounts(used);
    }

    /// By tenant, without slots whose write is not done.
    Map<String, Map<String, Long>> committed() {
        return usage(Plan::isDurable);
    }

    private Map<String, Map<String, Long>> usage(Predicate<Plan> counted) {
        Map<String, Map<String, Long>> byTenant = pods(_ -> true);
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

    /// What pods take, by tenant.
    private Map<String, Map<String, Long>> pods(Predicate<PodFact> which) {
        Map<String, Map<String, Long>> byTenant = new TreeMap<>();
        for (PodFact pod : state.pods.values()) {
            String tenant = state.tenantOf.get(pod.namespace());
            if (tenant != null && State.takes(pod) && which.test(pod)) {
                add(byTenant.computeIfAbsent(tenant, _ -> new TreeMap<>()), pod.requests(), pod.node());
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
        return tenant == null ? null : refusal(tenant, more(gang, rows));
    }

    /// The same for a single pod on that node.
    Admission.@Nullable Refused refusal(String namespace, Map<String, Long> amounts, String node) {
        String tenant = state.tenantOf.get(namespace);
        return tenant == null ? null : refusal(tenant, amounts(amounts, node));
    }

    void charge(String namespace, Map<String, Long> amounts, String node) {
        String tenant = state.tenantOf.get(namespace);
        if (tenant != null) {
            use(tenant, amounts(amounts, node));
        }
    }

    Amounts amounts(Map<String, Long> amounts, String node) {
        Map<String, Long> sum = new TreeMap<>();
        add(sum, amounts, node);
        return new Amounts(sum);
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

    /// Who has something to give back when those have left who are leaving.
    List<String> borrowers() {
        List<String> known = borrowers;
        if (known == null) {
            known = later == null ? List.of() : later.borrowers();
            borrowers = known;
        }
        return known;
    }

    /// When those have left who are leaving; null where there are no tenants.
    @Nullable
    QuotaTree later() {
        return later;
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
        if (tenant != null) {
            use(tenant, more(gang, rows));
        }
    }

    private Map<String, Long> sum(List<Plan.Row> rows) {
        Map<String, Long> sum = new TreeMap<>();
        rows.forEach(row -> row.nodes.forEach(node -> add(sum, row.amounts, node)));
        return sum;
    }
}
