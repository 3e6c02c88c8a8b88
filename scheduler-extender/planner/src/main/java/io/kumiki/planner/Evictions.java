package io.kumiki.planner;

import io.kumiki.placement.ClusterView;
import io.kumiki.placement.GangPlacement;
import io.kumiki.placement.Preemption;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.Why;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A gang takes the place of others of lower priority, or of those who use what its tenant is guaranteed: whole gangs
/// and single pods, at the least lost work; simulated before anybody is told.
final class Evictions {
    private final State state;
    private final Victims victims;
    private final Departures departures;

    Evictions(State state, Progress progress) {
        this.state = state;
        this.victims = new Victims(state, progress);
        this.departures = new Departures(state);
    }

    /// Those who use what its tenant is guaranteed give it back, whoever is first in the queue. True where some were
    /// told to leave, or are leaving already.
    ///
    /// @param avoided nodes that are kept for others
    boolean reclaim(Plan plan, Room room, BitSet avoided, Charges charges) {
        Claims claims = Claims.of(plan.fact, state, charges);
        return claims.any() && evict(plan, room, claims, avoided, true);
    }

    /// True where gangs or single pods were told to leave, or are leaving already.
    boolean preempt(Plan plan, Room room, Charges charges) {
        return evict(plan, room, Claims.of(plan.fact, state, charges), new BitSet(), false);
    }

    private static @Nullable GangPlacement later(
            Plan plan, Room room, BitSet avoided, Claims claims, ClusterView later, List<Preemption.Victim> gone) {
        GangPlacement answer = room.place(plan.fact, later, avoided);
        return answer instanceof GangPlacement.Placed placed
                        && claims.admits(claims.charges().amounts(room.rows(plan.fact, placed)), gone)
                ? answer
                : null;
    }

    private boolean evict(Plan plan, Room room, Claims claims, BitSet avoided, boolean borrowers) {
        int priority = plan.fact.spec().priority();
        List<Preemption.Victim> candidates = victims.of(claims, room, borrowers);
        Optional<Preemption.Eviction> eviction = candidates.isEmpty()
                ? Optional.empty()
                : new Preemption(room.view, (later, gone) -> later(plan, room, avoided, claims, later, gone))
                        .plan(candidates);
        if (eviction.isEmpty()) {
            if (victims.kept() > 0 && !borrowers) {
                List<Clause> clauses = new ArrayList<>(plan.said);
                clauses.add(new Clause.BudgetsProtect(victims.kept()));
                plan.say(plan.why, clauses);
            }
            return false;
        }
        List<Clause> before = departures.await(plan.fact, claims);
        if (!before.isEmpty()) {
            plan.say(Why.Preempting, before);
            return true;
        }
        state.earmarks.put(
                plan.fact.key(),
                room.rows(plan.fact, eviction.get().placed()),
                state.now + state.options.earmark(),
                false);
        plan.say(
                Why.Preempting,
                victims.leave(eviction.get(), claims, plan.fact.key(), plan.party(), priority, plan.fact.namespace()));
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
