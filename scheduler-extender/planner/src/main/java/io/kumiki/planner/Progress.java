package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.GangPlacement;
import io.kumiki.placement.GangSpec;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The life of a gang that holds slots: pods come, bind, are lost, end.
final class Progress {
    static final String RESERVATION = "kumiki.io/reservation";
    static final String SLOT = "kumiki.io/gang-slot";
    static final String DEVICES = "kumiki.io/devices";
    static final String EPOCH = "kumiki.io/epoch";

    private final State state;
    private final Barrier barrier;

    Progress(State state) {
        this.state = state;
        this.barrier = new Barrier(state, this);
    }

    Barrier barrier() {
        return barrier;
    }

    /// Level-triggered: looks at how things are and does the next step.
    void advance(Plan plan) {
        plan.looked = true;
        switch (plan.phase) {
            case Waiting -> {
                removeForeign(plan);
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
            plan.say(Why.NoRoom, "not looked at yet");
            plan.version++;
            state.roomChanged = true;
        }
    }

    private void live(Plan plan) {
        if (!plan.fenced || !touched(plan)) {
            return;
        }
        removeForeign(plan);
        if (plan.fact.spec().attempt() > plan.attempt) {
            end(plan, Why.Restarted, "attempt " + plan.fact.spec().attempt() + " was asked for");
            return;
        }
        if (!moveFromLostNodes(plan) || !moveVetoed(plan)) {
            return;
        }
        Occupancy there = Occupancy.of(plan, state);
        long patience = state.options.expiry() + 10L * plan.slots();
        boolean podless =
                state.membersOf(plan).stream().allMatch(pod -> pod.stage().ended());
        if (podless && plan.startedSecond == 0 && state.now - plan.reservedAt >= patience) {
            plan.clear();
            plan.phase = Gang.Phase.Waiting;
            plan.say(Why.ReservationExpired, "none of its pods was made within " + patience / 1000 + " s");
            state.roomChanged = true;
            return;
        }
        if (finished(plan, there) || lostTooLong(plan, there)) {
            return;
        }
        phase(plan, there);
        if (plan.isDurable()) {
            ungate(plan, there);
            barrier.open(plan);
        }
    }

    /// Pods of this gang that carry another reservation than the current one were made for slots that are gone.
    private void removeForeign(Plan plan) {
        for (PodFact pod : state.membersOf(plan)) {
            PodFact.Member member = java.util.Objects.requireNonNull(pod.member());
            if (!pod.stage().ended() && !member.reservation().isEmpty() && plan.nodeOf(pod) == null) {
                delete(plan, pod, "its reservation " + member.reservation() + " is not the current one");
            }
        }
    }

    /// Pinned pods that the scheduler refused, and those that have to go. False where the attempt had to be ended.
    private boolean moveVetoed(Plan plan) {
        for (PodFact pod : state.membersOf(plan)) {
            boolean idle = !pod.bound() && !pod.gated() && !pod.terminating() && plan.nodeOf(pod) != null;
            PodFact.Member member = java.util.Objects.requireNonNull(pod.member());
            if (idle && plan.doomed.contains(pod.uid())) {
                delete(plan, pod, "its slot is on another node now");
            } else if (idle && pod.vetoed() && !member.steered()) {
                barrier.vetoed(plan, pod, "the scheduler finds no room for it on " + plan.nodeOf(pod));
                if (plan.phase == Gang.Phase.Releasing) {
                    return false;
                }
            }
        }
        return true;
    }

    /// False where the attempt had to be ended.
    private boolean moveFromLostNodes(Plan plan) {
        Occupancy there = Occupancy.of(plan, state);
        for (int r = 0; r < plan.rows.size(); r++) {
            Plan.Row row = plan.rows.get(r);
            for (int i = 0; i < row.nodes.size(); i++) {
                NodeFact node = state.nodes.get(row.nodes.get(i));
                PodFact pod = there.at(r, i);
                boolean settled =
                        pod != null && (pod.bound() || pod.stage().ended() || plan.binding.containsKey(pod.uid()));
                if (!settled
                        && (node == null || !node.usable())
                        && !move(plan, r, i, "node " + row.nodes.get(i) + " is lost")) {
                    return false;
                }
            }
        }
        return true;
    }

    /// Gives one slot another node, inside the level that the gang requires; ends the attempt where there is none.
    boolean move(Plan plan, int r, int i, String why) {
        Plan.Row row = plan.rows.get(r);
        PodFact pod = Occupancy.of(plan, state).at(r, i);
        String from = row.nodes.get(i);
        Plan.Row other = otherNode(plan, row, i);
        if (other == null) {
            end(plan, Why.NoOtherNode, why + ", and no other node has room for the slot");
            return false;
        }
        row.nodes.set(i, other.nodes.getFirst());
        row.devices.set(i, other.devices.getFirst());
        plan.version++;
        plan.progressAt = state.now;
        plan.message =
                why + "; slot " + i + " of '" + row.members.name() + "' moved from " + from + " to " + row.nodes.get(i);
        if (pod != null && !pod.bound() && !pod.gated()) {
            barrier.drop(plan, pod.uid(), why);
            PodFact.Member member = java.util.Objects.requireNonNull(pod.member());
            if (!member.steered()) {
                plan.doomed.add(pod.uid());
                delete(plan, pod, why);
            }
        }
        return true;
    }

    private Plan.@Nullable Row otherNode(Plan plan, Plan.Row row, int slot) {
        Room room = Room.now(state, plan.fact.key());
        Gang.Members members = row.members;
        var alone = new Plan.Row(members);
        alone.resize(1, 1);
        Gang.Members one = alone.members;
        Gang.Spec spec = plan.fact.spec();
        var single = new GangFact(
                plan.fact.namespace(),
                plan.fact.name(),
                plan.fact.uid(),
                plan.fact.version(),
                plan.fact.created(),
                plan.fact.controller(),
                new Gang.Spec(
                        spec.attempt(),
                        spec.gated(),
                        List.of(one),
                        null,
                        null,
                        null,
                        spec.priority(),
                        null,
                        null,
                        null),
                null);
        var elsewhere = new BitSet();
        String model = null;
        int domain = -1;
        int level = spec.required() == null ? -1 : room.topology.level(spec.required());
        for (Plan.Row other : plan.rows) {
            for (int i = 0; i < other.nodes.size(); i++) {
                Integer n = room.index.get(other.nodes.get(i));
                if (n != null && !(other == row && i == slot)) {
                    domain = level >= 0 ? room.topology.domainOf(level, n) : -1;
                    model = Shape.demand(other.amounts).gpus() > 0
                            ? room.view.node(n).model()
                            : model;
                }
            }
        }
        Integer own = room.index.get(row.nodes.get(slot));
        for (int n = 0; n < room.nodes.size(); n++) {
            boolean outside = domain >= 0 && room.topology.domainOf(level, n) != domain;
            elsewhere.set(n, outside || (own != null && own == n));
        }
        GangSpec wanted = Room.spec(single);
        if (model != null && spec.alternatives() != null && !spec.alternatives().isEmpty()) {
            wanted = wanted.on(List.of(model));
        }
        return room.placer(single, room.view, elsewhere).place(wanted) instanceof GangPlacement.Placed placed
                ? room.rows(single, placed).getFirst()
                : null;
    }

    private boolean finished(Plan plan, Occupancy there) {
        int succeeded = there.count(pod -> pod.stage() == PodFact.Stage.SUCCEEDED);
        int running = there.count(pod -> !pod.stage().ended());
        int least = plan.rows.stream().mapToInt(row -> row.members.min()).sum();
        if (running > 0 || succeeded == 0 || succeeded < least) {
            return false;
        }
        plan.phase = Gang.Phase.Done;
        plan.clear();
        plan.say(Why.Finished, succeeded + " members succeeded");
        state.roomChanged = true;
        return true;
    }

    private boolean lostTooLong(Plan plan, Occupancy there) {
        int bound = there.count(pod -> pod.working());
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
        end(
                plan,
                Why.MemberLost,
                bound + " of at least " + least + " members were left for " + state.options.partial() / 1000 + " s");
        return true;
    }

    private void phase(Plan plan, Occupancy there) {
        int least = plan.rows.stream().mapToInt(row -> row.members.min()).sum();
        if (there.complete() && plan.binding.isEmpty()) {
            if (plan.startedSecond == 0) {
                plan.startedSecond = state.second;
            }
            if (plan.phase != Gang.Phase.Running) {
                plan.say(Why.Started, "all " + least + " members are bound");
            }
            plan.phase = Gang.Phase.Running;
        } else if (plan.startedSecond > 0) {
            if (plan.phase != Gang.Phase.Repairing) {
                plan.say(Why.MemberLost, there.thereInAll() + " of " + least + " members are there; the slot is kept");
            }
            plan.phase = Gang.Phase.Repairing;
        } else if (there.any) {
            plan.phase = Gang.Phase.Starting;
        }
    }

    /// Gated members of the waves that may start get their slots.
    private void ungate(Plan plan, Occupancy there) {
        int wave = there.wave();
        for (int r = 0; r < plan.rows.size(); r++) {
            Plan.Row row = plan.rows.get(r);
            if (row.members.wave() > wave) {
                continue;
            }
            List<Integer> free = new ArrayList<>();
            for (int i = 0; i < row.nodes.size(); i++) {
                PodFact pod = there.at(r, i);
                if (pod == null || pod.stage() == PodFact.Stage.FAILED) {
                    free.add(i);
                }
            }
            for (PodFact pod : state.membersOf(plan)) {
                PodFact.Member member = java.util.Objects.requireNonNull(pod.member());
                if (!pod.gated()
                        || pod.terminating()
                        || !member.className().equals(row.members.name())
                        || free.isEmpty()) {
                    continue;
                }
                Integer slot = free.contains(member.index()) ? Integer.valueOf(member.index()) : free.getFirst();
                free.remove(slot);
                if (ask(plan, pod.uid())) {
                    state.decide(new Decision.Ungate(
                            pod, member.steered() ? null : row.nodes.get(slot), annotations(plan, row, slot)));
                }
            }
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

    /// Whether the wish is to be uttered: not while the one before may still have its effect.
    private boolean ask(Plan plan, String uid) {
        Long before = plan.asked.get(uid);
        if (before != null && state.now - before < state.options.repeat()) {
            return false;
        }
        plan.asked.put(uid, state.now);
        return true;
    }

    void delete(Plan plan, PodFact pod, String why) {
        if (!pod.terminating() && ask(plan, pod.uid())) {
            state.decide(new Decision.DeletePod(pod, why));
        }
    }

    /// Ends the attempt: nobody is bound any more, its pods go, and with them the slots.
    void end(Plan plan, Why why, String message) {
        barrier.refuseAll(plan, message);
        plan.phase = Gang.Phase.Releasing;
        plan.say(why, message);
        plan.version++;
        plan.asked.clear();
        release(plan);
    }

    private void release(Plan plan) {
        boolean left = false;
        for (PodFact pod : state.membersOf(plan)) {
            PodFact.Member member = java.util.Objects.requireNonNull(pod.member());
            if (pod.stage().ended() || member.reservation().isEmpty()) {
                continue;
            }
            left = true;
            delete(plan, pod, plan.message);
        }
        if (!left && plan.binding.isEmpty()) {
            plan.clear();
            plan.ended = true;
            plan.phase = Gang.Phase.Waiting;
            state.roomChanged = true;
        }
    }

    /// After a change of leader: whatever the one before decided about a pod that is not bound yet must fail.
    void touchUnbound(Plan plan) {
        for (PodFact pod : state.membersOf(plan)) {
            if (plan.nodeOf(pod) != null && !pod.bound() && !pod.terminating()) {
                plan.untouched.put(pod.uid(), pod.version());
            }
        }
    }

    private boolean touched(Plan plan) {
        plan.untouched.entrySet().removeIf(entry -> {
            PodFact pod = state.pods.get(entry.getKey());
            return pod == null
                    || pod.bound()
                    || pod.terminating()
                    || !pod.version().equals(entry.getValue());
        });
        for (String uid : plan.untouched.keySet()) {
            if (ask(plan, uid)) {
                state.decide(new Decision.Touch(
                        java.util.Objects.requireNonNull(state.pods.get(uid)),
                        Map.of(EPOCH, Long.toString(state.epoch))));
            }
        }
        return plan.untouched.isEmpty();
    }
}
