package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.Why;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Who gets which slot: gated members when their gang has slots, and where its owner lets them be pinned those that are
/// about to be made, too. Without a gate a pod costs the API server one write less, and the scheduler looks at it while
/// the others are still made.
final class Seating {
    /// A claim whose pod is not seen by then was never made, or refused by somebody after us.
    private static final long UNSEEN = 15_000;

    private static final String CLAIM = "claim ";

    private final State state;
    private final Progress progress;
    private final Wishes wishes;

    Seating(State state, Progress progress, Wishes wishes) {
        this.state = state;
        this.progress = progress;
        this.wishes = wishes;
    }

    /// Null where the pod has to wait behind its gate.
    Decision.@Nullable Seat seat(Event.SeatAsked ask) {
        Plan plan = state.plans.get(ask.gang());
        if (plan == null
                || !state.leading
                || !gives(plan)
                || !plan.fact.controller().equals(ask.controller())) {
            return null;
        }
        Occupancy there = Occupancy.of(plan, state);
        int wave = there.wave();
        for (int r = 0; r < plan.rows.size(); r++) {
            Plan.Row row = plan.rows.get(r);
            if (row.members.name().equals(ask.className()) && row.members.wave() <= wave) {
                int slot = slot(plan, there, r, CLAIM + ask.claim());
                return slot < 0 ? null : new Decision.Seat(row.nodes.get(slot), progress.annotations(plan, row, slot));
            }
        }
        return null;
    }

    /// Not where nobody of it is left: it is about to go, and what comes now is another one's.
    private boolean gives(Plan plan) {
        return state.membersOf(plan).stream()
                        .anyMatch(pod -> !pod.terminating() && !pod.stage().ended())
                && Boolean.TRUE.equals(plan.fact.spec().pinned())
                && plan.phase.holds()
                && plan.phase != Gang.Phase.Releasing
                && plan.attempt == plan.fact.spec().attempt()
                && plan.fenced
                && plan.untouched.isEmpty()
                && plan.isDurable();
    }

    /// From the last one on: those behind their gate are given theirs from the first on.
    private int slot(Plan plan, Occupancy there, int r, String claim) {
        settle(plan, there);
        int before = plan.seats.of(claim, r);
        if (before >= 0) {
            return before;
        }
        BitSet free = plan.seats.free(r, there);
        String className = plan.rows.get(r).members.name();
        long gated = there.anyGated()
                ? state.membersOf(plan).stream()
                        .filter(pod -> waits(pod, className) && !plan.seats.has(pod.uid()))
                        .count()
                : 0;
        if (free.cardinality() <= gated) {
            return -1;
        }
        int slot = free.length() - 1;
        plan.seats.give(claim, r, slot, state.now + UNSEEN);
        return slot;
    }

    private void settle(Plan plan, Occupancy there) {
        plan.seats.settle(there, key -> !key.startsWith(CLAIM) && !state.pods.containsKey(key), state.now);
    }

    private static boolean waits(PodFact pod, String className) {
        return pod.gated()
                && !pod.terminating()
                && Objects.requireNonNull(pod.member()).className().equals(className);
    }

    /// Gated members of the waves that may start get their slots.
    void ungate(Plan plan, Occupancy there) {
        if (!there.anyGated()) {
            return;
        }
        settle(plan, there);
        int wave = there.wave();
        for (int r = 0; r < plan.rows.size(); r++) {
            Plan.Row row = plan.rows.get(r);
            if (row.members.wave() > wave) {
                continue;
            }
            BitSet free = plan.seats.free(r, there);
            for (PodFact pod : state.membersOf(plan)) {
                int slot = waits(pod, row.members.name()) ? slotOf(plan, pod, r, free) : -1;
                if (slot >= 0 && mayAsk(plan, pod)) {
                    plan.seats.give(pod.uid(), r, slot, state.now + 2 * state.options.repeat());
                    boolean steered = Objects.requireNonNull(pod.member()).steered();
                    state.decide(new Decision.Ungate(
                            pod, steered ? null : row.nodes.get(slot), progress.annotations(plan, row, slot)));
                }
            }
        }
    }

    /// At once, too, where the pod has changed since: the write before fails or has failed.
    private boolean mayAsk(Plan plan, PodFact pod) {
        boolean spoiled = !pod.version().equals(plan.ungated.put(pod.uid(), pod.version()));
        return spoiled ? wishes.ask(plan, pod.uid(), 0) : wishes.ask(plan, pod.uid());
    }

    /// The one it was given before, or another; -1 where none is free.
    private static int slotOf(Plan plan, PodFact pod, int r, BitSet free) {
        int given = plan.seats.of(pod.uid(), r);
        if (given >= 0) {
            return given;
        }
        int own = Objects.requireNonNull(pod.member()).index();
        int slot = own >= 0 && free.get(own) ? own : free.nextSetBit(0);
        if (slot >= 0) {
            free.clear(slot);
        }
        return slot;
    }

    /// Slots were held before all members existed, and some do not come: nothing is held for them any longer.
    boolean endedForMissing(Plan plan, Occupancy there) {
        if (plan.whole || plan.startedSecond > 0 || !plan.fact.spec().early()) {
            return false;
        }
        int wanted = 0;
        int missing = 0;
        for (int r = 0; r < plan.rows.size(); r++) {
            Gang.Members members = plan.rows.get(r).members;
            long gated = state.membersOf(plan).stream()
                    .filter(pod -> waits(pod, members.name()))
                    .count();
            wanted += members.min();
            missing += (int) Math.max(0, members.min() - there.present(r) - gated);
        }
        if (missing == 0) {
            plan.whole = true;
            plan.missingSince = -1;
            return false;
        }
        if (plan.missingSince < 0 || missing < plan.missing) {
            plan.missingSince = state.now;
        }
        plan.missing = missing;
        if (state.now - plan.missingSince < Readiness.COMING) {
            return false;
        }
        progress.end(plan, Why.MembersMissing, new Clause.PodsExist(wanted - missing, wanted));
        return true;
    }
}
