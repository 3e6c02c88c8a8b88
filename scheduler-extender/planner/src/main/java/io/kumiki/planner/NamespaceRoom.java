package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.words.Clause;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a namespace's ResourceQuotas leave beside what gangs were promised and have not made. Resources have the names
/// that Kubernetes counts pods by; of objects that are no pods nothing is known here.
final class NamespaceRoom {
    /// Counted under their own names, beside those of requests.
    private static final Set<String> SHORT = Set.of("cpu", "memory", "ephemeral-storage");

    /// What is more than this is too much, and 64 classes of it can be added.
    private static final long ABSURD = Long.MAX_VALUE / 128;

    private final State state;

    NamespaceRoom(State state) {
        this.state = state;
    }

    static Collection<Event.NamespaceLimit> limits(State state, String namespace) {
        return state.limits.getOrDefault(namespace, new TreeMap<>()).values();
    }

    /// What there is no room for, for one more pod; null where it may be made.
    ///
    /// @param but what is kept for this one does not count against it
    @Nullable
    Clause refusal(String namespace, Gang.Members pod, String but) {
        return refusal(namespace, List.of(row(pod, 1)), but);
    }

    /// The same for pods of a gang that are still to be made.
    ///
    /// @param toCome members that do not exist yet, per row of the spec
    @Nullable
    Clause refusal(GangFact gang, int[] toCome) {
        List<Plan.Row> rows = new ArrayList<>();
        for (int c = 0; c < toCome.length; c++) {
            rows.add(row(gang.spec().classes().get(c), toCome[c]));
        }
        return refusal(gang.namespace(), rows, gang.uid());
    }

    static Plan.Row row(Gang.Members members, int pods) {
        var row = new Plan.Row(members);
        for (int i = 0; i < pods; i++) {
            row.nodes.add("");
        }
        return row;
    }

    private @Nullable Clause refusal(String namespace, List<Plan.Row> rows, String but) {
        for (Event.NamespaceLimit limit : limits(state, namespace)) {
            for (var hard : limit.hard().entrySet()) {
                long wanted = wanted(limit, hard.getKey(), rows);
                long left = left(state, limit, hard.getKey(), but);
                // What does not grow always fits.
                if (wanted > 0 && wanted > left) {
                    return new Clause.NamespaceShort(
                            limit.name(), hard.getKey(), Math.max(0, left), hard.getValue(), wanted);
                }
            }
        }
        return null;
    }

    static long wanted(Event.NamespaceLimit limit, String resource, List<Plan.Row> rows) {
        long sum = 0;
        for (Plan.Row row : rows) {
            long pods = row.nodes.size();
            long each = pods == 0 ? 0 : counted(limit, resource, row);
            sum += each == 0 ? 0 : Math.min(each, ABSURD / pods) * pods;
        }
        return sum;
    }

    static long left(State state, Event.NamespaceLimit limit, String resource, String but) {
        return limit.hard().getOrDefault(resource, 0L)
                - limit.used().getOrDefault(resource, 0L)
                - placedNotMade(state, limit, but, resource);
    }

    /// Members that gangs of the namespace were promised and that do not exist yet, and what was moved and is to be
    /// made anew.
    ///
    /// @param but uid of a gang, or key of a kept place, that does not count
    private static long placedNotMade(State state, Event.NamespaceLimit limit, String but, String resource) {
        String namespace = limit.namespace();
        long sum = wanted(limit, resource, state.places.kept(namespace, but));
        for (Plan plan : state.plans.values()) {
            if (plan.phase.holds()
                    && !plan.fact.uid().equals(but)
                    && plan.fact.namespace().equals(namespace)
                    && (!plan.fact.spec().gated() || (plan.fact.spec().early() && !plan.whole))) {
                Occupancy there = Occupancy.of(plan, state);
                for (int r = 0; r < plan.rows.size(); r++) {
                    for (int i = 0; i < plan.rows.get(r).nodes.size(); i++) {
                        sum += there.at(r, i) == null ? counted(limit, resource, plan.rows.get(r)) : 0;
                    }
                }
            }
        }
        for (var earmark : state.earmarks.moved().entrySet()) {
            Plan plan = state.plans.get(earmark.getKey());
            if (plan != null
                    && plan.fact.namespace().equals(namespace)
                    && !plan.fact.uid().equals(but)) {
                sum += wanted(limit, resource, earmark.getValue().rows());
            }
        }
        return sum;
    }

    /// What one pod of the row takes of that quota.
    private static long counted(Event.NamespaceLimit limit, String resource, Plan.Row row) {
        if (!limit.counts(row.members)) {
            return 0;
        }
        if (resource.equals("pods") || resource.equals("count/pods")) {
            return 1;
        }
        if (resource.startsWith("limits.")) {
            return amount(row.limits, resource.substring("limits.".length()));
        }
        if (resource.startsWith("requests.")) {
            return amount(row.amounts, resource.substring("requests.".length()));
        }
        return SHORT.contains(resource) || resource.startsWith("hugepages-") ? amount(row.amounts, resource) : 0;
    }

    private static long amount(Map<String, Long> amounts, String resource) {
        return amounts.getOrDefault(resource, 0L);
    }
}
