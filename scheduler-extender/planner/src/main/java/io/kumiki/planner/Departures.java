package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.GangPlacement;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.Party;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/// Those who are leaving anyway. Nobody else is told to leave where that will be enough.
final class Departures {
    private final State state;

    Departures(State state) {
        this.state = state;
    }

    /// Keeps what they leave for the one that waits, where that is enough for it. Whom it waits for, in words; empty
    /// where it is not enough.
    List<Clause> await(GangFact waiting, Claims claims) {
        List<Plan.Row> rows = enough(waiting);
        if (rows.isEmpty() || !claims.admits(claims.charges().amounts(rows), List.of())) {
            return List.of();
        }
        state.earmarks.put(waiting.key(), rows, state.now + state.options.earmark(), false);
        Set<Party> who = new LinkedHashSet<>();
        for (Plan.Row row : rows) {
            for (String node : new LinkedHashSet<>(row.nodes)) {
                for (PodFact pod : on(node)) {
                    if (leaves(pod)) {
                        Plan plan = state.planOf(pod);
                        who.add(plan == null ? pod.party() : plan.party());
                    }
                }
            }
        }
        List<Clause> clauses = new ArrayList<>();
        who.stream()
                .limit(Victims.NAMED)
                .forEach(party -> clauses.add(new Clause.WaitsFor(state.asNamed(party, waiting.namespace()))));
        if (who.size() > Victims.NAMED) {
            clauses.add(new Clause.WaitsForMore(who.size() - Victims.NAMED));
        }
        return clauses;
    }

    /// Its slots when they have left; empty where that is not enough.
    List<Plan.Row> enough(GangFact waiting) {
        if (state.pods.values().stream().noneMatch(this::leaves)) {
            return List.of();
        }
        Room later = Room.without(state, waiting.key(), this::leaves);
        return later.place(waiting, later.view, new BitSet()) instanceof GangPlacement.Placed placed
                ? later.rows(waiting, placed)
                : List.of();
    }

    private Iterable<PodFact> on(String node) {
        return state.onNode.getOrDefault(node, new TreeMap<>()).values();
    }

    /// Being ended, and its slot is no promise to the next one; or about to be, with its whole gang.
    private boolean leaves(PodFact pod) {
        if (!State.takes(pod)) {
            return false;
        }
        Plan plan = state.planOf(pod);
        if (plan != null && plan.phase == Gang.Phase.Releasing && !pod.terminating()) {
            return state.now - plan.releasedAt < state.options.earmark() && !state.isLost(pod.node());
        }
        boolean kept = plan != null && plan.phase != Gang.Phase.Releasing && plan.nodeOf(pod) != null;
        return !kept && state.ends(pod);
    }
}
