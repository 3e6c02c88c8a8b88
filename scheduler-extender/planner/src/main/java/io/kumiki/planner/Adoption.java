package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.ResourceVersion;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.Said;
import io.kumiki.planner.words.Why;
import java.util.Objects;

/// What Gang objects say: new ones, changed ones, those that are gone, and what an earlier leader decided.
final class Adoption {
    private final State state;
    private final Progress progress;

    Adoption(State state, Progress progress) {
        this.state = state;
        this.progress = progress;
    }

    /// False where the object was written by a leader after us.
    boolean seen(GangFact gang) {
        Plan plan = state.plans.get(gang.key());
        if (plan != null && !plan.fact.uid().equals(gang.uid())) {
            gone(gang.key());
            plan = null;
        }
        if (plan == null) {
            plan = new Plan(gang).listedIn(state.untold);
            state.plans.put(gang.key(), plan);
            adopt(plan);
            state.roomChanged = true;
        } else if (ResourceVersion.isOlder(gang.version(), plan.fact.version())) {
            // The watch is later than the answer to our own write.
            return true;
        } else {
            // That it saved its state gives nobody room.
            state.roomChanged |= !plan.fact.spec().equals(gang.spec().losing(plan.fact.spec()));
            if (!plan.fact.controller().equals(gang.controller())) {
                state.recount(plan);
            }
            plan.fact = gang;
            plan.retryAt = 0;
            Gang.Status status = gang.status();
            if (status != null && status.epoch() > state.epoch && state.leading) {
                return false;
            }
            if (status != null
                    && state.leading
                    && status.epoch() < state.epoch
                    && (!plan.fenced
                            || (plan.phase == Gang.Phase.Waiting
                                    && status.phase().holds()))) {
                // The leader before us was still quick enough: what it wrote last is what holds.
                progress.barrier().refuseAll(plan, "the leader before decided otherwise at its end");
                takeOver(plan);
            } else {
                refresh(plan);
            }
        }
        if (state.leading) {
            progress.mark(plan);
        }
        return true;
    }

    /// The highest epoch that any Gang carries; 0 for none.
    long highest() {
        long highest = 0;
        for (Plan plan : state.plans.values()) {
            Gang.Status status = plan.fact.status();
            highest = status == null ? highest : Math.max(highest, status.epoch());
        }
        return highest;
    }

    /// Minimum and maximum follow the spec; slots beyond a smaller maximum go when nobody is in them.
    private void refresh(Plan plan) {
        Occupancy there = Occupancy.of(plan, state);
        for (int r = 0; r < plan.rows.size(); r++) {
            Plan.Row row = plan.rows.get(r);
            for (Gang.Members members : plan.fact.spec().classes()) {
                if (members.name().equals(row.members.name())) {
                    row.resize(members.min(), members.max());
                }
            }
            int last = row.nodes.size() - 1;
            while (last >= row.members.max() && there.at(r, last) == null) {
                plan.leave(row, last);
                row.nodes.removeLast();
                row.devices.removeLast();
                plan.version++;
                state.roomChanged = true;
                last--;
            }
        }
    }

    void takeOver(Plan plan) {
        plan.rows.clear();
        plan.leaving.clear();
        adopt(plan);
        state.recount(plan);
        // Also where there is no status yet: the first one may be on its way from the leader before us.
        plan.fenced = false;
        plan.look();
        if (plan.fact.status() == null) {
            plan.say(Why.NoRoom, new Clause.NotLookedAt());
        }
        if (plan.phase.holds()) {
            progress.touchUnbound(plan);
        }
    }

    /// Takes over what an object says, from us in an earlier life or from another leader.
    private void adopt(Plan plan) {
        state.earmarks.adopt(plan);
        Gang.Status status = plan.fact.status();
        if (status == null) {
            return;
        }
        plan.phase = status.phase();
        plan.attempt = status.attempt();
        plan.ended = Boolean.TRUE.equals(status.ended());
        plan.said = Said.read(status.because(), status.message()).stream()
                // Said again with each write, as the spec has it then.
                .filter(clause -> !(clause instanceof Clause.NotFollowed))
                .toList();
        plan.where = Objects.requireNonNullElse(status.where(), "");
        for (Why why : Why.values()) {
            plan.why = why.name().equals(status.reason()) ? why : plan.why;
        }
        plan.sent = status;
        plan.reservedAt = state.now;
        plan.releasedAt = state.now;
        plan.progressAt = state.now;
        String since = status.since();
        boolean ran = status.phase() == Gang.Phase.Running || status.phase() == Gang.Phase.Repairing;
        plan.startedSecond = ran && since != null ? StatusText.second(since, state.second) : 0;
        plan.rows.addAll(Plan.Row.read(status.slots(), plan.fact.spec().classes()));
        plan.durable = plan.version;
    }

    void gone(String key) {
        Plan plan = state.plans.remove(key);
        if (plan != null) {
            progress.barrier().refuseAll(plan, "gang " + key + " is gone");
            state.recount(plan);
            state.untold.remove(key);
            state.earmarks.remove(key);
            state.roomChanged = true;
        }
    }
}
