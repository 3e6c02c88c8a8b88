package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.Why;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// The life of a gang that holds slots: pods come, bind, are lost, end.
final class Progress {
    static final String RESERVATION = "kumiki.io/reservation";
    static final String SLOT = "kumiki.io/gang-slot";
    static final String DEVICES = "kumiki.io/devices";
    static final String EPOCH = "kumiki.io/epoch";

    private final State state;
    private final TreeMap<String, Plan> marked = new TreeMap<>();
    private final Wishes wishes;
    private final Moves moves;
    private final Barrier barrier;
    private final Seating seating;
    private final Yielding yielding;

    Progress(State state) {
        this.state = state;
        this.wishes = new Wishes(state);
        this.yielding = new Yielding(state);
        this.moves = new Moves(state, this, wishes);
        this.barrier = new Barrier(state, this);
        this.seating = new Seating(state, this, wishes);
    }

    Moves moves() {
        return moves;
    }

    Yielding yielding() {
        return yielding;
    }

    Barrier barrier() {
        return barrier;
    }

    Seating seating() {
        return seating;
    }

    /// Something of it changed: it is looked at before the next decisions are taken.
    void mark(Plan plan) {
        marked.put(plan.fact.key(), plan);
    }

    /// In the order of names. What one step marks is looked at in the same round.
    /// Tells whether there was anything to look at.
    boolean advanceMarked() {
        boolean any = !marked.isEmpty();
        while (!marked.isEmpty()) {
            Plan plan = marked.pollFirstEntry().getValue();
            if (state.plans.get(plan.fact.key()) == plan) {
                advance(plan);
            }
        }
        return any;
    }

    /// Level-triggered: looks at how things are and does the next step.
    private void advance(Plan plan) {
        plan.look();
        switch (plan.phase) {
            case Waiting -> {
                wishes.removeForeign(plan);
                again(plan);
            }
            case Done -> again(plan);
            case Reserved, Starting, Running, Repairing -> live(plan);
            case Releasing -> release(plan);
        }
    }

    /// A new attempt was asked for by whoever owns the spec.
    private void again(Plan plan) {
        if (plan.fact.spec().attempt() > plan.attempt) {
            plan.attempt = plan.fact.spec().attempt();
            plan.ended = false;
            plan.startedSecond = 0;
            plan.phase = Gang.Phase.Waiting;
            plan.say(Why.NoRoom, new Clause.NotLookedAt());
            plan.version++;
            state.roomChanged = true;
        }
    }

    private void live(Plan plan) {
        if (!plan.fenced || !wishes.touched(plan)) {
            return;
        }
        wishes.removeForeign(plan);
        wishes.endNominations(plan);
        if (plan.fact.spec().attempt() > plan.attempt) {
            end(plan, Why.Restarted, new Clause.NewAttempt(plan.fact.spec().attempt()));
            return;
        }
        if (!moves.fromLostNodes(plan) || !moves.fromVetoes(plan)) {
            return;
        }
        Occupancy there = Occupancy.of(plan, state);
        if (isExpired(plan)) {
            plan.clear();
            plan.phase = Gang.Phase.Waiting;
            plan.restUntil = state.now + state.options.repeat();
            plan.say(Why.ReservationExpired, new Clause.NoPodMade(patience(plan) / 1000));
            state.roomChanged = true;
            return;
        }
        if (seating.endedForMissing(plan, there) || finished(plan, there) || lostTooLong(plan, there)) {
            return;
        }
        phase(plan, there);
        if (plan.isDurable()) {
            seating.ungate(plan, there);
            barrier.open(plan);
        }
    }

    private long patience(Plan plan) {
        return state.options.expiry() + 10L * plan.slots();
    }

    private boolean isExpired(Plan plan) {
        return plan.startedSecond == 0
                && state.now - plan.reservedAt >= patience(plan)
                && state.membersOf(plan).stream().allMatch(pod -> pod.stage().ended());
    }

    private boolean finished(Plan plan, Occupancy there) {
        int succeeded = there.succeeded();
        int running = there.running();
        int least = plan.rows.stream().mapToInt(row -> row.members.min()).sum();
        if (running > 0 || succeeded == 0 || succeeded < least) {
            return false;
        }
        plan.phase = Gang.Phase.Done;
        plan.clear();
        plan.say(Why.Finished, new Clause.MembersSucceeded(succeeded));
        state.roomChanged = true;
        return true;
    }

    private boolean lostTooLong(Plan plan, Occupancy there) {
        int bound = there.working();
        int wave = there.wave();
        boolean begun = plan.startedSecond > 0;
        for (int r = 0; r < plan.rows.size(); r++) {
            begun |= plan.rows.get(r).members.wave() == wave && there.works(r);
        }
        if (there.complete() || !begun) {
            plan.partialSince = -1;
            return false;
        }
        plan.partialSince = plan.partialSince < 0 ? state.now : plan.partialSince;
        if (state.now - plan.partialSince < state.options.partial()) {
            return false;
        }
        int least = plan.rows.stream().mapToInt(row -> row.members.min()).sum();
        end(plan, Why.MemberLost, new Clause.FewLeft(bound, least, state.options.partial() / 1000));
        return true;
    }

    private void phase(Plan plan, Occupancy there) {
        int least = plan.rows.stream().mapToInt(row -> row.members.min()).sum();
        if (there.complete() && plan.binding.isEmpty()) {
            if (plan.startedSecond == 0) {
                plan.startedSecond = state.second;
            }
            if (plan.phase != Gang.Phase.Running) {
                plan.say(Why.Started, new Clause.AllBound(least));
            }
            plan.phase = Gang.Phase.Running;
        } else if (plan.startedSecond > 0) {
            if (plan.phase != Gang.Phase.Repairing) {
                plan.say(Why.MemberLost, new Clause.SlotKept(there.thereInAll(), least));
            }
            plan.phase = Gang.Phase.Repairing;
        } else if (there.any()) {
            plan.phase = Gang.Phase.Starting;
        }
    }

    Map<String, String> annotations(Plan plan, Plan.Row row, int slot) {
        var annotations = new TreeMap<String, String>();
        annotations.put(RESERVATION, plan.reservation());
        annotations.put(SLOT, Integer.toString(slot));
        annotations.put(EPOCH, Long.toString(state.epoch));
        if (!row.devices.get(slot).isEmpty()) {
            annotations.put(DEVICES, row.devices.get(slot));
        }
        return annotations;
    }

    /// Ends the attempt: nobody is bound any more, its pods go, and with them the slots.
    void end(Plan plan, Why why, Clause... clauses) {
        plan.say(why, clauses);
        barrier.refuseAll(plan, plan.message());
        plan.phase = Gang.Phase.Releasing;
        plan.releasedAt = state.now;
        plan.version++;
        plan.asked.clear();
        release(plan);
    }

    /// A disruption budget keeps the pod.
    void refused(String uid, String says) {
        PodFact pod = state.pods.get(uid);
        Plan plan = pod == null ? null : state.planOf(pod);
        Victims.Leaving single = state.leaving.get(uid);
        Plan waiting = single == null ? yielding.waiting(uid) : state.plans.get(single.winner());
        if (state.leading && pod != null && waiting != null) {
            sayKept(waiting, pod, says);
            return;
        }
        if (!state.leading || pod == null || plan == null) {
            return;
        }
        if (!Wishes.makesWay(plan)) {
            plan.kept.add(uid);
            plan.asked.remove(uid);
            mark(plan);
            return;
        }
        sayKept(plan, pod, says);
    }

    private static void sayKept(Plan plan, PodFact pod, String says) {
        List<Clause> clauses = new ArrayList<>(plan.said);
        clauses.removeIf(Clause.BudgetRefuses.class::isInstance);
        clauses.add(new Clause.BudgetRefuses(pod.name(), says));
        if (!clauses.equals(plan.said)) {
            plan.say(plan.why, clauses);
        }
    }

    private void release(Plan plan) {
        if (Wishes.makesWay(plan) && !plan.isDurable()) {
            // Whoever leads next reads why it leaves, and where its place is.
            return;
        }
        boolean left = false;
        for (PodFact pod : state.membersOf(plan)) {
            PodFact.Member member = Objects.requireNonNull(pod.member());
            if (pod.stage().ended() || member.reservation().isEmpty()) {
                continue;
            }
            left = true;
            wishes.delete(plan, pod, plan.message());
        }
        if (!left && plan.binding.isEmpty()) {
            plan.clear();
            plan.ended = true;
            plan.phase = Gang.Phase.Waiting;
            state.roomChanged = true;
        }
    }

    void touchUnbound(Plan plan) {
        wishes.touchUnbound(plan);
    }
}
