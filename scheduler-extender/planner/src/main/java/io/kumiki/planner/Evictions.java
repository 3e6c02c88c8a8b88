package io.kumiki.planner;

import io.kumiki.placement.Preemption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Preemption: whole gangs of lower priority, at the least lost work; simulated before anybody is told.
final class Evictions {
    /// A status stays short.
    private static final int NAMED = 3;

    private final State state;
    private final Progress progress;
    private final Holdings holdings;

    Evictions(State state, Progress progress) {
        this.state = state;
        this.progress = progress;
        this.holdings = new Holdings(state);
    }

    /// True where gangs were told to leave.
    boolean preempt(Plan plan, Room room) {
        List<Preemption.Victim> candidates = new ArrayList<>();
        int[][] taken = new int[room.nodes.size()][];
        for (Plan other : state.plans.values()) {
            boolean mayGo = switch (other.phase) {
                case Reserved, Starting, Running, Repairing -> true;
                case Waiting, Releasing, Done -> false;
            };
            if (mayGo && other.fact.spec().priority() < plan.fact.spec().priority()) {
                candidates.add(
                        new Preemption.Victim(other.fact.key(), cost(other, state), holdings.of(other, room, taken)));
            }
        }
        if (candidates.isEmpty()) {
            return false;
        }
        Optional<Preemption.Eviction> eviction =
                new Preemption(room.view, later -> room.place(plan.fact, later, new BitSet())).plan(candidates);
        if (eviction.isEmpty()) {
            return false;
        }
        state.promises.put(
                plan.fact.key(),
                new State.Promise(room.rows(plan.fact, eviction.get().placed()), state.now + state.options.promise()));
        List<Clause> clauses = new ArrayList<>();
        List<Preemption.Victim> victims = eviction.get().victims();
        for (Preemption.Victim victim : victims) {
            Plan gone = Objects.requireNonNull(state.plans.get(victim.id()));
            if (clauses.size() < NAMED) {
                clauses.add(new Clause.WaitsFor(Party.of(gone).to(plan.fact.namespace(), state)));
            }
            Party winner = Party.of(plan).to(gone.fact.namespace(), state);
            progress.end(
                    gone,
                    Why.Preempted,
                    new Clause.Outranked(winner, plan.fact.spec().priority()));
        }
        if (victims.size() > NAMED) {
            clauses.add(new Clause.WaitsForMore(victims.size() - NAMED));
        }
        clauses.add(new Clause.WorkLost(Math.round(eviction.get().cost())));
        plan.say(Why.Preempting, clauses);
        return true;
    }

    /// GPU-seconds that are lost when it goes now.
    static double cost(Plan plan, State state) {
        long milli = 0;
        for (Plan.Row row : plan.rows) {
            milli += row.nodes.size() * Shape.demand(row.amounts).totalGpuMilli();
        }
        long saved = Math.max(plan.startedSecond, seconds(plan.fact.spec().lastCheckpoint()));
        Long restart = plan.fact.spec().restartSeconds();
        return Preemption.cost(
                milli, plan.startedSecond == 0 ? 0 : state.second - saved, restart == null ? 60 : restart);
    }

    private static long seconds(@Nullable String time) {
        try {
            return time == null ? 0 : Instant.parse(time).getEpochSecond();
        } catch (java.time.format.DateTimeParseException e) {
            return 0;
        }
    }
}
