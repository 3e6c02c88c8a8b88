package io.kumiki.planner;

import io.kumiki.placement.Preemption;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.RunFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.English;
import io.kumiki.planner.words.Party;
import io.kumiki.planner.words.Why;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Who may have to leave for somebody of higher priority, at what cost, and how they are told: gangs as a whole,
/// pods without a gang one by one.
final class Victims {
    /// A status stays short.
    static final int NAMED = 3;

    static final long RESTART = 60;

    private final State state;
    private final Progress progress;
    private final Holdings holdings;
    private int kept;

    Victims(State state, Progress progress) {
        this.state = state;
        this.progress = progress;
        this.holdings = new Holdings(state);
    }

    /// A single pod that was told to leave.
    ///
    /// @param winner for whom
    record Leaving(String winner, String why, long asked) {}

    /// All whose priority is lower, on the room's nodes.
    List<Preemption.Victim> below(int priority, Room room) {
        List<Preemption.Victim> victims = new ArrayList<>();
        int[][] taken = new int[room.nodes.size()][];
        kept = 0;
        for (Plan plan : state.plans.values()) {
            boolean mayGo = switch (plan.phase) {
                case Reserved, Starting, Running, Repairing -> true;
                case Waiting, Releasing, Done -> false;
            };
            if (mayGo && isLower(plan.fact.spec().priority(), priority)) {
                if (state.budgets.protect(leaving(plan))) {
                    kept++;
                    continue;
                }
                victims.add(new Preemption.Victim(
                        plan.fact.key(), Evictions.cost(plan, state), holdings.of(plan, room, taken)));
            }
        }
        for (RunFact run : state.runs.values()) {
            PodFact pod = state.pods.get(run.uid());
            if (pod != null
                    && !pod.terminating()
                    && !state.leaving.containsKey(run.uid())
                    && isLower(run.priority(), priority)) {
                var held = holdings.of(pod, room, taken);
                if (!held.isEmpty()) {
                    victims.add(new Preemption.Victim(run.uid(), cost(pod, run, state), held));
                }
            }
        }
        return victims;
    }

    /// Gangs among the last of them that disruption budgets do not let go.
    int kept() {
        return kept;
    }

    /// Its pods that are there or may be any moment.
    private List<PodFact> leaving(Plan plan) {
        List<PodFact> leaving = new ArrayList<>();
        for (PodFact pod : state.membersOf(plan)) {
            if (plan.nodeOf(pod) != null
                    && !pod.gated()
                    && !pod.terminating()
                    && !pod.stage().ended()) {
                leaving.add(pod);
            }
        }
        return leaving;
    }

    private static boolean isLower(int priority, int than) {
        return priority < than;
    }

    /// GPU-seconds that are lost when it goes now.
    static double cost(PodFact pod, RunFact run, State state) {
        Long saved = run.saved();
        long since = state.second - Math.max(run.started(), saved == null ? 0 : saved);
        Long restart = run.restartSeconds();
        return Preemption.cost(
                Shape.demand(pod.requests()).totalGpuMilli(), since, restart == null ? RESTART : restart);
    }

    /// Tells them. What they leave was kept for the winner before.
    ///
    /// @param reader the namespace whose people are told who leaves
    List<Clause> leave(Preemption.Eviction eviction, String key, Party winner, int priority, String reader) {
        List<Clause> clauses = new ArrayList<>();
        for (Preemption.Victim victim : eviction.victims()) {
            PodFact pod = state.pods.get(victim.id());
            Plan plan = pod == null ? Objects.requireNonNull(state.plans.get(victim.id())) : null;
            Party who = pod == null ? Objects.requireNonNull(plan).party() : pod.party();
            if (clauses.size() < NAMED) {
                clauses.add(new Clause.WaitsFor(state.asNamed(who, reader)));
            }
            var why = new Clause.Outranked(state.asNamed(winner, Objects.requireNonNull(who.namespace())), priority);
            if (plan != null) {
                progress.end(plan, Why.Preempted, why);
            } else {
                ask(Objects.requireNonNull(pod), key, English.of(why));
            }
        }
        if (eviction.victims().size() > NAMED) {
            clauses.add(new Clause.WaitsForMore(eviction.victims().size() - NAMED));
        }
        clauses.add(new Clause.WorkLost(Math.round(eviction.cost())));
        return clauses;
    }

    void ask(PodFact pod, String winner, String why) {
        state.leaving.put(pod.uid(), new Leaving(winner, why, state.now));
        state.decide(new Decision.EvictPod(pod, why));
    }

    /// Those that did not hear are told again, as long as somebody waits for their place.
    void tick() {
        for (var entry : List.copyOf(state.leaving.entrySet())) {
            PodFact pod = state.pods.get(entry.getKey());
            Leaving leaving = entry.getValue();
            if (pod == null || !State.takes(pod) || !state.earmarks.has(leaving.winner())) {
                state.leaving.remove(entry.getKey());
            } else if (!pod.terminating() && state.now - leaving.asked() >= state.options.repeat()) {
                ask(pod, leaving.winner(), leaving.why());
            }
        }
    }
}
