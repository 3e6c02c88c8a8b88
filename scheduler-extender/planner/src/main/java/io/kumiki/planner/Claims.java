package io.kumiki.planner;

import io.kumiki.placement.Preemption;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.quota.Admission;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaTree;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What somebody who waits may take from others: of its own tenant by its priority; of others, whatever their priority,
/// what they use of its tenant's guarantee.
final class Claims {
    private record Use(String tenant, Amounts amounts) {}

    private final State state;
    private final Charges charges;
    private final int priority;
    private final Amounts wanted;
    private final @Nullable String tenant;
    private final @Nullable QuotaTree tree;
    private final Map<String, Use> uses = new HashMap<>();
    private final List<Preemption.Victim> borrowers = new ArrayList<>();

    /// @param wanted the least that it will use
    Claims(State state, Charges charges, String namespace, int priority, Amounts wanted) {
        this.state = state;
        this.charges = charges;
        this.priority = priority;
        this.wanted = wanted;
        this.tenant = state.tenantOf.get(namespace);
        this.tree = tenant == null ? null : charges.later();
    }

    static Claims of(GangFact gang, State state, Charges charges) {
        return new Claims(
                state, charges, gang.namespace(), gang.spec().priority(), charges.amounts(Charges.minimum(gang)));
    }

    /// Whether somebody uses what is guaranteed to its tenant.
    boolean any() {
        QuotaTree now = tree;
        return now != null
                && charges.borrowers().stream()
                        .anyMatch(other ->
                                now.claim(Objects.requireNonNull(tenant), wanted, other) == QuotaTree.Claim.Guaranteed);
    }

    /// @param namespace of one that holds something, with this priority
    QuotaTree.Claim on(String namespace, int other) {
        String from = state.tenantOf.get(namespace);
        QuotaTree.Claim claim = tree == null || tenant == null || from == null
                ? QuotaTree.Claim.ByPriority
                : tree.claim(tenant, wanted, from);
        boolean outranked = claim == QuotaTree.Claim.ByPriority && !isLower(other, priority);
        return outranked ? QuotaTree.Claim.None : claim;
    }

    private static boolean isLower(int priority, int than) {
        return priority < than;
    }

    /// Notes what it uses: so much is free when it has left.
    void add(Preemption.Victim victim, String namespace, Amounts amounts, QuotaTree.Claim claim) {
        String from = state.tenantOf.get(namespace);
        if (from != null && tree != null) {
            uses.put(victim.id(), new Use(from, amounts));
        }
        if (claim == QuotaTree.Claim.Guaranteed) {
            borrowers.add(victim);
        }
    }

    /// Those who must give back, cheapest first, as long as their tenant still borrows: nobody loses more than what is
    /// above its guarantee, but for the last whole gang.
    List<Preemption.Victim> givingBack() {
        QuotaTree now = tree;
        List<Preemption.Victim> giving = new ArrayList<>();
        borrowers.sort(Comparator.comparingDouble((Preemption.Victim v) -> v.cost() / Math.max(1, milli(v)))
                .thenComparing(Preemption.Victim::id));
        for (Preemption.Victim victim : borrowers) {
            Use use = uses.get(victim.id());
            if (now != null
                    && tenant != null
                    && use != null
                    && now.claim(tenant, wanted, use.tenant()) == QuotaTree.Claim.Guaranteed) {
                giving.add(victim);
                now = now.releasing(use.tenant(), use.amounts());
            }
        }
        return giving;
    }

    private static long milli(Preemption.Victim victim) {
        return victim.held().stream()
                .mapToLong(held -> held.demand().totalGpuMilli())
                .sum();
    }

    /// Whether quota lets it have this much when those have left, and whoever is leaving already.
    boolean admits(Amounts more, List<Preemption.Victim> gone) {
        QuotaTree later = tree;
        if (later == null || tenant == null) {
            return true;
        }
        for (Preemption.Victim victim : gone) {
            Use use = uses.get(victim.id());
            later = use == null ? later : later.releasing(use.tenant(), use.amounts());
        }
        return later.admit(tenant, more) instanceof Admission.Admitted;
    }

    boolean isBorrower(Preemption.Victim victim) {
        return borrowers.stream().anyMatch(each -> each.id().equals(victim.id()));
    }

    Charges charges() {
        return charges;
    }
}
