package io.kumiki.planner;

import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import io.kumiki.quota.QuotaTree;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What others are told of quota: sums of what is committed, each time they have changed. Nobody's answer is waited
/// for, and nothing is decided by it.
final class Publication {
    private final State state;
    private long epoch;
    private long sequence;
    private Decision.@Nullable Publish last;

    Publication(State state) {
        this.state = state;
    }

    /// Once a second: more often nobody looks.
    void tick() {
        QuotaTree tree = state.quotas;
        if (!state.leading || tree == null) {
            return;
        }
        if (epoch != state.epoch) {
            epoch = state.epoch;
            sequence = 0;
            last = null;
        }
        for (var entry : new Charges(state).committed().entrySet()) {
            tree = tree.using(entry.getKey(), new Amounts(entry.getValue()));
        }
        SortedMap<String, Amounts> usage = new TreeMap<>();
        String root = "";
        for (QuotaNode node : state.quotaNodes) {
            usage.put(node.name(), tree.usage(node.name()));
            root = node.parent() == null ? node.name() : root;
        }
        var now = new Decision.Publish(root, epoch, sequence + 1, usage, binding());
        if (last == null || !last.usage().equals(now.usage()) || !last.binding().equals(now.binding())) {
            sequence++;
            last = now;
            state.decide(now);
        }
    }

    /// Gangs that are placed and not fully bound, and single pods that have a place and are not bound; oldest first.
    private List<Decision.Publish.Binding> binding() {
        List<Decision.Publish.Binding> binding = new ArrayList<>();
        state.singles.values().stream()
                .filter(single -> (single.led() || !single.pin().isEmpty()) && state.holds.get(single.uid()) != null)
                .sorted(Comparator.comparingLong(SingleFact::created).thenComparing(SingleFact::uid))
                .forEach(single -> {
                    String tenant = state.tenantOf.get(single.pod().namespace());
                    if (tenant != null) {
                        Map<String, Long> amounts =
                                new TreeMap<>(Shape.amounts(single.shape().requests()));
                        amounts.keySet().retainAll(state.quotaResources);
                        binding.add(new Decision.Publish.Binding(
                                single.pod().namespace(),
                                Alone.named(single.pod().name()),
                                tenant,
                                new Amounts(amounts)));
                    }
                });
        state.plans.values().stream()
                .filter(plan -> plan.phase.holds() && plan.isDurable())
                .filter(plan -> !Occupancy.of(plan, state).complete())
                .sorted(Comparator.comparingLong((Plan plan) -> plan.fact.created())
                        .thenComparing(plan -> plan.fact.key()))
                .forEach(plan -> {
                    String tenant = state.tenantOf.get(plan.fact.namespace());
                    if (tenant != null) {
                        Map<String, Long> sum = new TreeMap<>();
                        plan.rows.forEach(row -> row.amounts.forEach(
                                (resource, amount) -> sum.merge(resource, amount * row.nodes.size(), Long::sum)));
                        sum.keySet().retainAll(state.quotaResources);
                        binding.add(new Decision.Publish.Binding(
                                plan.fact.namespace(), plan.fact.name(), tenant, new Amounts(sum)));
                    }
                });
        return binding;
    }
}
