package io.kumiki.planner;

import io.kumiki.placement.BackfillPlanner;
import io.kumiki.placement.Preemption;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.RunFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.English;
import io.kumiki.planner.words.Party;
import io.kumiki.planner.words.Why;
import io.kumiki.quota.QuotaTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Who may have to leave for somebody else, at what cost, and how they are told: gangs as a whole,
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

    /// All from whom it may take something, on the room's nodes.
    ///
    /// @param borrowers only those who use what is guaranteed to its tenant
    List<Preemption.Victim> of(Claims claims, Room room, boolean borrowers) {
        List<Preemption.Victim> victims = new ArrayList<>();
        int[][] taken = new int[room.nodes.size()][];
        kept = 0;
        for (Plan plan : state.plans.values()) {
            boolean mayGo = switch (plan.phase) {
                case Reserved, Starting, Running, Repairing -> true;
                case Waiting, Releasing, Done -> false;
            };
            QuotaTree.Claim claim =
                    mayGo ? claims.on(plan.fact.namespace(), plan.fact.spec().priority()) : QuotaTree.Claim.None;
            if (isOpen(claim, borrowers)) {
                if (state.budgets.protect(leaving(plan))) {
                    kept++;
                    continue;
                }
                var victim = new Preemption.Victim(
                        plan.fact.key(), Evictions.cost(plan, state), holdings.of(plan, room, taken));
                claims.add(victim, plan.fact.namespace(), claims.charges().uses(plan), claim);
                if (claim == QuotaTree.Claim.ByPriority) {
                    victims.add(victim);
                }
            }
        }
        for (RunFact run : state.runs.values()) {
            PodFact pod = state.pods.get(run.uid());
            if (pod == null || pod.terminating() || state.leaving.containsKey(run.uid())) {
                continue;
            }
            QuotaTree.Claim claim = claims.on(pod.namespace(), run.priority());
            var held = isOpen(claim, borrowers) ? holdings.of(pod, room, taken) : List.<BackfillPlanner.Held>of();
            if (!held.isEmpty()) {
                var victim = new Preemption.Victim(run.uid(), cost(pod, run, state), held);
                claims.add(victim, pod.namespace(), claims.charges().amounts(pod.requests(), pod.node()), claim);
                if (claim == QuotaTree.Claim.ByPriority) {
                    victims.add(victim);
                }
            }
        }
        victims.addAll(claims.givingBack());
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

    private static boolean isOpen(QuotaTree.Claim claim, boolean borrowers) {
        return claim == QuotaTree.Claim.Guaranteed || (claim == QuotaTree.Claim.ByPriority && !borrowers);
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
    List<Clause> leave(
            Preemption.Eviction eviction, Claims claims, String key, Party winner, int priority, String reader) {
        List<Clause> clauses = new ArrayList<>();
        for (Preemption.Victim victim : eviction.victims()) {
            PodFact pod = state.pods.get(victim.id());
            Plan plan = pod == null ? Objects.requireNonNull(state.plans.get(victim.id())) : null;
            Party who = pod == null ? Objects.requireNonNull(plan).party() : pod.party();
            if (clauses.size() < NAMED) {
                clauses.add(new Clause.WaitsFor(state.asNamed(who, reader)));
            }
            Party named = state.asNamed(winner, Objects.requireNonNull(who.namespace()));
            Clause why =
                    claims.isBorrower(victim) ? new Clause.TakenBack(named) : new Clause.Outranked(named, priority);
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
