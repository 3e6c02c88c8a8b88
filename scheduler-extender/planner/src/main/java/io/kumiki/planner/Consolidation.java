package io.kumiki.planner;

import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.English;
import io.kumiki.planner.words.Party;
import io.kumiki.planner.words.Why;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The first of the queue finds no room, though there is enough in pieces: work that its owners let be moved goes to
/// places that are free for it now, at the least lost work, and what it leaves is kept for the winner. One winner at a
/// time, and nobody twice within a while.
final class Consolidation {
    /// Places are kept so long: pods take their time to end, and to be made anew.
    static final long PLACE = 180_000;
    /// Nobody is moved again before, milliseconds.
    static final long REST = 600_000;
    /// A search costs time; what it depends on changes with every second.
    private static final long AGAIN = 10_000;

    private final State state;
    private final Progress progress;
    private final Victims victims;
    private final Movables movables;
    private final Outlook outlook;
    private final Departures departures;
    private long retryAt;
    private boolean retry;

    Consolidation(State state, Progress progress) {
        this.state = state;
        this.progress = progress;
        this.victims = new Victims(state, progress);
        this.movables = new Movables(state);
        this.outlook = new Outlook(state);
        this.departures = new Departures(state);
    }

    /// True where work was told to move for the gang.
    boolean move(Plan plan, Room room) {
        List<Clause> moving = move(plan.fact, plan.party(), room);
        if (moving.isEmpty()) {
            return false;
        }
        plan.say(Why.Moving, moving);
        return true;
    }

    /// Who was told to move for the pod, in words; empty where nobody was.
    List<Clause> move(SingleFact single) {
        return move(Alone.fact(single), single.pod().party(), Room.now(state, ""));
    }

    private List<Clause> move(GangFact winner, Party who, Room room) {
        if (isMoving()) {
            return List.of();
        }
        if (state.now < Math.max(retryAt, state.restUntil)) {
            retryAt = Math.max(retryAt, state.restUntil);
            retry = true;
            return List.of();
        }
        int priority = winner.spec().priority();
        List<Movables.Work> works = movables.of(priority, room);
        retry = !works.isEmpty();
        retryAt = retry ? state.now + AGAIN : 0;
        Relocation.Found found = works.isEmpty() ? null : new Relocation(room, winner).find(works);
        if (found == null
                || startsSooner(winner, room, found)
                || !departures.enough(winner).isEmpty()) {
            return List.of();
        }
        retry = false;
        retryAt = 0;
        long until = state.now + PLACE;
        state.earmarks.put(winner.key(), found.rows(), until, false);
        found.moves().forEach(move -> keep(move, until));
        List<Clause> clauses = new ArrayList<>();
        for (Relocation.Move move : found.moves()) {
            Party of = tell(move.work(), winner, who);
            if (clauses.size() < Victims.NAMED) {
                clauses.add(new Clause.WaitsToMove(state.asNamed(of, winner.namespace())));
            }
        }
        if (found.moves().size() > Victims.NAMED) {
            clauses.add(new Clause.MoreMove(found.moves().size() - Victims.NAMED));
        }
        clauses.add(new Clause.WorkLost(Math.round(found.cost())));
        return clauses;
    }

    /// Places of those before are still kept.
    private boolean isMoving() {
        return !state.places.isEmpty() || state.earmarks.all().stream().anyMatch(Earmarks.Earmark::moved);
    }

    /// Whether it would start by itself before those who move had begun anew.
    private boolean startsSooner(GangFact winner, Room room, Relocation.Found found) {
        Outlook.Kept start = outlook.keep(new Plan(winner), room);
        long restart = found.moves().stream()
                .mapToLong(move -> move.work().restart())
                .max()
                .orElse(0);
        return start != null && start.promise().at() - state.second <= restart;
    }

    private void keep(Relocation.Move move, long until) {
        PodFact pod = move.work().pod();
        if (pod == null) {
            state.earmarks.put(move.work().key(), move.rows(), until, true);
        } else {
            state.places.keep(pod, move.work().controller(), move.rows().getFirst(), until);
        }
    }

    private Party tell(Movables.Work work, GangFact winner, Party who) {
        PodFact pod = work.pod();
        var why = new Clause.MovesFor(state.asNamed(who, work.fact().namespace()));
        if (pod != null) {
            victims.ask(pod, winner.key(), English.of(why));
            return pod.party();
        }
        state.movedAt.put(work.key(), state.now);
        Plan plan = Objects.requireNonNull(state.plans.get(work.key()));
        progress.end(plan, Why.Moved, why);
        return plan.party();
    }

    void tick() {
        state.movedAt.values().removeIf(at -> state.now - at >= REST);
        state.places.tick();
        if (retry && retryAt <= state.now) {
            retry = false;
            state.roomChanged = true;
        }
    }
}
