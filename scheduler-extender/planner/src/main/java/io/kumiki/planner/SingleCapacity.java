package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.CapacityFact;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.Why;
import java.util.HashMap;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Asks an autoscaler for nodes for pods without a gang, which it cannot see: behind our gate the scheduler does not
/// try them, and of those that we lead it does not know our resource. One request for all that are alike; it is taken
/// back when none of them waits. After a no for so many half as many are asked for: nodes come all or none.
final class SingleCapacity {
    private static final long LOOK = 5_000;
    /// Others may still come: until nobody more has come, but no longer than this.
    private static final long GATHER = 30_000;
    /// One for fewer than wait is replaced no sooner, and one that is not seen by then was not made.
    private static final long SETTLED = 60_000;

    private static final int MOST = 100;
    private static final int HALVED = 6;

    /// Pods of one shape.
    private static final class Alike {
        final String namespace;
        final Gang.Members shape;
        final long since;
        int before;
        int pods;
        int refused;
        /// When it was asked for, or seen.
        long askedAt = -SETTLED;

        Alike(String namespace, Gang.Members shape, long since) {
            this.namespace = namespace;
            this.shape = shape;
            this.since = since;
        }

        int wanted() {
            return Math.min(MOST, Math.max(1, pods >> Math.min(HALVED, refused)));
        }
    }

    private final State state;
    private final Singles singles;
    private final SortedMap<String, Alike> waiting = new TreeMap<>();
    private long lookedAt = -LOOK;

    SingleCapacity(State state, Singles singles) {
        this.state = state;
        this.singles = singles;
    }

    void tick() {
        if (state.now - lookedAt < LOOK) {
            return;
        }
        lookedAt = state.now;
        count();
        waiting.forEach((key, alike) -> {
            boolean gathered = alike.pods <= alike.before || state.now - alike.since >= GATHER;
            if (of(key) == null && gathered && state.now - alike.askedAt >= SETTLED) {
                alike.askedAt = state.now;
                String group = key.substring(key.indexOf('/') + 1);
                int pods = alike.wanted();
                state.decide(new Decision.AskCapacity(
                        alike.namespace,
                        CapacityFact.name(group, pods),
                        "",
                        "",
                        pods,
                        List.of(alike.shape.sized(pods, pods))));
            }
            alike.before = alike.pods;
        });
    }

    private void count() {
        waiting.values().forEach(alike -> alike.pods = 0);
        var placing = new SinglePlacing(state);
        Charges charges = placing.charges();
        var helped = new HashMap<SinglePlacing.Seeker, Boolean>();
        for (SingleFact single : singles.unplaced()) {
            String namespace = single.pod().namespace();
            var seeker = new SinglePlacing.Seeker(namespace, single.shape(), Integer.MAX_VALUE, null);
            boolean helps = charges.refusal(namespace, seeker.amounts(), "") == null
                    && helped.computeIfAbsent(seeker, each -> helps(placing.find(each, charges, null)));
            if (helps) {
                // So that no more are asked for than its tenant may use.
                charges.charge(namespace, seeker.amounts(), "");
                waiting.computeIfAbsent(
                                key(namespace, single.shape()), _ -> new Alike(namespace, single.shape(), state.now))
                        .pods++;
            }
        }
        waiting.values().removeIf(alike -> alike.pods == 0);
    }

    /// More nodes of a kind that is here would do, or there is none that it may use.
    private static boolean helps(SinglePlacing.Found found) {
        return found instanceof SinglePlacing.Found.Nowhere(Why why, var clauses)
                && (why == Why.NoRoom
                        || (why == Why.Impossible
                                && clauses.stream()
                                        .allMatch(clause -> !(clause instanceof Clause.Filtered filtered)
                                                || filtered.equals(
                                                        new Clause.Filtered(filtered.excluded(), 0, 0, 0, 0, 0, 0)))));
    }

    private static String key(String namespace, Gang.Members shape) {
        return namespace + "/pods-" + String.format("%08x", shape.hashCode());
    }

    private static String key(CapacityFact fact) {
        String name = fact.name();
        return fact.namespace() + "/" + name.substring(0, Math.max(0, name.lastIndexOf('-')));
    }

    private @Nullable CapacityFact of(String key) {
        return state.capacity.values().stream()
                .filter(fact -> isOfPods(fact) && key(fact).equals(key))
                .findFirst()
                .orElse(null);
    }

    static boolean isOfPods(CapacityFact fact) {
        return fact.gang().isEmpty();
    }

    /// Nobody waits for it any more, or many more than it asks for.
    boolean isOver(CapacityFact fact) {
        Alike alike = waiting.get(key(fact));
        return alike == null || (alike.wanted() > fact.attempt() && state.now - alike.askedAt >= SETTLED);
    }

    /// It was of no use.
    void refused(CapacityFact fact) {
        Alike alike = waiting.get(key(fact));
        if (alike != null) {
            alike.refused++;
            alike.askedAt = -SETTLED;
        }
    }
}
