package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.GangPlacement;
import io.kumiki.placement.Rank;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.Why;
import io.kumiki.planner.words.Words;
import io.kumiki.quota.Admission;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Lets waiting gangs start, in the order of the queue. The first that finds no room and may do so
/// ([Rank#keeps]) keeps the nodes on which it will start; whoever comes after it may use them only if it
/// ends before.
final class Placing {
    static final int MOST_STATUS = 200 * 1024;

    private final State state;
    private final Readiness readiness;
    private final Evictions evictions;
    private final Yielding yielding;
    private final Capacity capacity;
    private final Outlook outlook;
    private final Singles singles;
    private final Consolidation consolidation;

    Placing(State state, Progress progress, Singles singles, Consolidation consolidation) {
        this.state = state;
        this.readiness = new Readiness(state);
        this.evictions = new Evictions(state, progress);
        this.yielding = progress.yielding();
        this.capacity = new Capacity(state, new SingleCapacity(state, singles));
        this.outlook = new Outlook(state);
        this.singles = singles;
        this.consolidation = consolidation;
    }

    Capacity capacity() {
        return capacity;
    }

    void pass() {
        state.roomChanged = false;
        state.earmarks.end();
        Queue queue = Queue.of(
                state,
                state.plans.values().stream()
                        .filter(plan -> plan.phase == Gang.Phase.Waiting && !plan.ended && rested(plan))
                        .toList(),
                singles.waiting());
        SinglePass single = singles.pass(queue);
        Outlook.Kept before = state.kept;
        state.kept = null;
        if (queue.plans().isEmpty() && single.isEmpty()) {
            return;
        }
        var pass = new Pass(queue, single, before);
        queue.plans().forEach(pass::look);
        state.kept = pass.end();
    }

    /// The queue from its head on.
    private final class Pass {
        private final Queue queue;
        private final SinglePass single;
        private final Outlook.@Nullable Kept before;
        private final Charges charges = new Charges(state);
        /// Made only for who may be placed: most passes find gangs whose members are still coming.
        private @Nullable Room room;

        private Outlook.@Nullable Kept kept;
        /// Somebody would have been helped by others' leaving, and could not be.
        private boolean sought;

        /// Who leads the queue would not start even then.
        private boolean headless;

        /// @param before what the pass before kept
        Pass(Queue queue, SinglePass single, Outlook.@Nullable Kept before) {
            this.queue = queue;
            this.single = single;
            this.before = before;
        }

        void look(Plan plan) {
            Rank rank = queue.of(plan);
            kept = single.before(rank, room, charges, kept);
            room = single.stale() ? null : room;
            if (!readiness.mayBePlaced(plan, charges)) {
                return;
            }
            Earmarks.Earmark earmark = state.earmarks.get(plan.fact.key());
            if (earmark == null || earmark.moved()) {
                start(plan, rank, earmark != null);
                return;
            }
            charges.open(plan.fact.key());
            if (!start(plan, rank, true)) {
                charges.close(plan.fact.key());
            }
        }

        private Room room() {
            Room all = room == null ? Room.now(state, "") : room;
            room = all;
            return all;
        }

        /// True where it has slots now.
        ///
        /// @param promised slots are kept for it
        private boolean start(Plan plan, Rank rank, boolean promised) {
            Admission.Refused refused = charges.refusalOfMinimum(plan.fact);
            if (refused != null) {
                refuse(plan, refused, rank, promised);
                return false;
            }
            Room all = room();
            Room own = promised ? Room.now(state, plan.fact.key()) : all;
            BitSet avoided = kept == null ? new BitSet() : own.indices(kept.nodes());
            GangPlacement answer = place(plan, own, avoided);
            if (kept != null && !(answer instanceof GangPlacement.Placed) && endsBefore(plan, kept)) {
                // Its time may be wrong: only where there is no room elsewhere.
                avoided = new BitSet();
                answer = own.place(plan.fact, avoided);
            }
            if (answer instanceof GangPlacement.Placed placed) {
                boolean reserved = reserve(plan, own, placed, charges);
                if (reserved) {
                    singles.changed();
                    room = promised ? null : all;
                }
                return reserved;
            }
            Placing.this.refuse(plan, answer, own, kept, avoided);
            if (answer instanceof GangPlacement.Waiting) {
                seek(plan, own, rank, promised, avoided);
            }
            if (capacity.served()) {
                capacity.look(plan, avoided.isEmpty() ? answer : own.place(plan.fact, new BitSet()));
            }
            return false;
        }

        /// Others may have what it needs: of its own guarantee, or of lower priority. While they leave who give it
        /// back, what was said then still holds.
        private void refuse(Plan plan, Admission.Refused refused, Rank rank, boolean promised) {
            if (promised) {
                return;
            }
            Readiness.say(plan, refused, charges);
            if (Claims.of(plan.fact, state, charges).admits(charges.amounts(Charges.minimum(plan.fact)), List.of())) {
                // Those who leave already leave enough.
                return;
            }
            Room all = room();
            if (kept == null && (keeps(rank, headless) || !sought)) {
                if (evictions.preempt(plan, all, charges)) {
                    left(plan);
                }
            } else {
                reclaim(plan, all, kept == null ? new BitSet() : all.indices(kept.nodes()));
            }
        }

        private boolean reclaim(Plan plan, Room own, BitSet avoided) {
            return evictions.reclaim(plan, own, avoided, charges) && left(plan);
        }

        /// Others make way for it: what they leave is its own from now on.
        private boolean left(Plan plan) {
            charges.close(plan.fact.key());
            singles.changed();
            room = null;
            return true;
        }

        /// Others make way for it, or nodes are kept for it.
        private void seek(Plan plan, Room own, Rank rank, boolean promised, BitSet avoided) {
            boolean keeps = keeps(rank, headless);
            boolean first = kept == null && (keeps || !sought);
            if (!promised
                    && first
                    && (yielding.makeRoom(plan, own, charges)
                            || evictions.preempt(plan, own, charges)
                            || consolidation.move(plan, own))) {
                left(plan);
                return;
            }
            if ((!promised && !first && reclaim(plan, own, avoided)) || kept != null) {
                return;
            }
            sought = true;
            Outlook.Kept found = keeps ? outlook.keep(plan, own) : null;
            kept = found == null ? null : found.since(before);
            headless |= found == null && rank.leads();
        }

        Outlook.@Nullable Kept end() {
            return single.before(null, room, charges, kept);
        }
    }

    /// Whoever was moved goes where its place is kept, if it still can.
    private GangPlacement place(Plan plan, Room own, BitSet avoided) {
        Earmarks.Earmark earmark = state.earmarks.get(plan.fact.key());
        if (earmark != null && earmark.moved()) {
            BitSet others = own.indices(
                    earmark.rows().stream().flatMap(row -> row.nodes.stream()).toList());
            others.flip(0, own.nodes.size());
            if (own.place(plan.fact, others) instanceof GangPlacement.Placed placed) {
                return placed;
            }
        }
        return own.place(plan.fact, avoided);
    }

    private boolean rested(Plan plan) {
        if (plan.restUntil > state.now) {
            return false;
        }
        plan.restUntil = 0;
        return true;
    }

    private static boolean keeps(Rank rank, boolean headless) {
        return rank.keeps(headless);
    }

    private boolean endsBefore(Plan plan, Outlook.Kept kept) {
        return kept.promise().lets(state.second, state.knowledge.bound(plan.fact));
    }

    private boolean reserve(Plan plan, Room room, GangPlacement.Placed placed, Charges charges) {
        List<Plan.Row> rows = room.rows(plan.fact, placed);
        Admission.Refused refused = charges.refusal(plan.fact, rows);
        if (refused != null) {
            // What is wanted above the minimum must not keep the minimum from starting.
            rows.forEach(Plan.Row::trimToMinimum);
            refused = charges.refusal(plan.fact, rows);
        }
        if (refused != null) {
            return Readiness.say(plan, refused, charges);
        }
        if (rows.stream()
                        .flatMap(row -> row.nodes.stream())
                        .mapToLong(name -> name.length() + 3)
                        .sum()
                > MOST_STATUS) {
            plan.say(Why.InvalidSpec, new Clause.StatusTooLarge(MOST_STATUS));
            return false;
        }
        charges.charge(plan.fact, rows);
        room.take(rows);
        state.earmarks.remove(plan.fact.key());
        plan.rows.clear();
        plan.rows.addAll(rows);
        plan.attempt = plan.fact.spec().attempt();
        plan.phase = Gang.Phase.Reserved;
        plan.reservedAt = state.now;
        plan.progressAt = state.now;
        plan.asked.clear();
        plan.whole = false;
        plan.version++;
        String domain = placed.domain();
        long nodes = rows.stream().flatMap(row -> row.nodes.stream()).distinct().count();
        plan.where = domain != null ? placed.level() + " " + domain : nodes + (nodes == 1 ? " node" : " nodes");
        plan.say(Why.Placed, new Clause.SlotsOn(plan.slots(), nodes));
        return true;
    }

    private void refuse(Plan plan, GangPlacement answer, Room room, Outlook.@Nullable Kept kept, BitSet avoided) {
        Outlook.Kept others = avoided.isEmpty() ? null : kept;
        GangPlacement why = answer;
        if (others != null && answer instanceof GangPlacement.Impossible) {
            // What is only kept for another is no proof; and where it fits nowhere anyway, that is what counts.
            GangPlacement alone = room.place(plan.fact, new BitSet());
            if (!(alone instanceof GangPlacement.Placed)) {
                why = alone;
                others = null;
            }
        }
        List<Clause> clauses = new ArrayList<>(
                switch (why) {
                    case GangPlacement.Impossible(var certificate) -> Words.of(certificate);
                    case GangPlacement.Waiting(var certificate) -> Words.of(certificate);
                    case GangPlacement.Placed ignored ->
                        throw new IllegalStateException("a placed gang is not refused");
                });
        if (others != null) {
            clauses.add(new Clause.KeptFor(avoided.cardinality(), state.asNamed(others.who(), plan.fact.namespace())));
        }
        plan.say(
                others != null
                        ? Why.KeptForOlder
                        : why instanceof GangPlacement.Impossible ? Why.Impossible : Why.NoRoom,
                clauses);
    }
}
