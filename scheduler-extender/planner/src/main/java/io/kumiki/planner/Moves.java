package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.GangPlacement;
import io.kumiki.placement.GangSpec;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.English;
import io.kumiki.planner.words.Why;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Slots that move to another node: theirs is lost, or the scheduler refuses it.
final class Moves {
    private static final long POKE = 15_000;
    /// A steered pod that finds no node at all never makes the scheduler ask us.
    private static final long UNHEARD = 45_000;
    /// Pods that make way are given 30 s by Kubernetes, and the scheduler some time after that.
    private static final long WAY = 45_000;

    private final State state;
    private final Progress progress;
    private final Wishes wishes;

    Moves(State state, Progress progress, Wishes wishes) {
        this.state = state;
        this.progress = progress;
        this.wishes = wishes;
    }

    /// Pinned pods that the scheduler refused, and those that have to go. False where the attempt had to be ended.
    boolean fromVetoes(Plan plan) {
        if (plan.doomed.isEmpty() && !Occupancy.of(plan, state).anyVetoed()) {
            return true;
        }
        for (PodFact pod : state.membersOf(plan)) {
            boolean idle = !pod.bound() && !pod.gated() && !pod.terminating() && plan.nodeOf(pod) != null;
            PodFact.Member member = Objects.requireNonNull(pod.member());
            if (idle && plan.doomed.contains(pod.uid())) {
                wishes.delete(plan, pod, "its slot is on another node now");
            } else if (idle && pod.vetoed() && !member.steered()) {
                progress.barrier().vetoed(plan, pod, null);
                if (plan.phase == Gang.Phase.Releasing) {
                    return false;
                }
            } else if (idle && pod.vetoed() && plan.isDurable() && isUnheard(plan, pod)) {
                plan.unheard.remove(pod.uid());
                progress.barrier().vetoed(plan, pod, null);
                if (plan.phase == Gang.Phase.Releasing) {
                    return false;
                }
            } else if (idle && pod.vetoed() && plan.isDurable() && wishes.ask(plan, pod.uid(), POKE)) {
                // Steered to its slot and refused all the same, by an answer that was spoiled on its way or before it
                // had a slot: the scheduler looks again only when something changes.
                state.decide(new Decision.Touch(pod, Map.of(Progress.EPOCH, state.epoch + "." + state.now)));
            }
        }
        return true;
    }

    /// Whether nothing was heard of it for long, although the scheduler was told to look again.
    private boolean isUnheard(Plan plan, PodFact pod) {
        if (plan.held.containsKey(pod.uid()) || plan.binding.containsKey(pod.uid())) {
            plan.unheard.remove(pod.uid());
            return false;
        }
        return state.now - plan.unheard.computeIfAbsent(pod.uid(), _ -> state.now) >= UNHEARD;
    }

    /// False where the attempt had to be ended.
    boolean fromLostNodes(Plan plan) {
        Occupancy there = Occupancy.of(plan, state);
        if (!there.isOnLostNode()) {
            return true;
        }
        for (int r = 0; r < plan.rows.size(); r++) {
            Plan.Row row = plan.rows.get(r);
            for (int i = 0; i < row.nodes.size(); i++) {
                PodFact pod = there.at(r, i);
                boolean settled =
                        pod != null && (pod.bound() || pod.stage().ended() || plan.binding.containsKey(pod.uid()));
                if (!settled
                        && state.isLost(row.nodes.get(i))
                        && !move(plan, r, i, new Clause.NodeLost(row.nodes.get(i)), null)) {
                    return false;
                }
            }
        }
        return true;
    }

    /// Gives one slot another node, inside the level that the gang requires; ends the attempt where there is none.
    ///
    /// @param among the only nodes that will do; null for any
    boolean move(Plan plan, int r, int i, Clause why, @Nullable List<String> among) {
        Plan.Row row = plan.rows.get(r);
        PodFact pod = Occupancy.of(plan, state).at(r, i);
        String from = row.nodes.get(i);
        if (isAwaited(plan, row, i)) {
            drop(plan, pod, why);
            return true;
        }
        Plan.Row other = otherNode(plan, row, i, among);
        if (other == null && makeWay(plan, row, i, pod, why)) {
            return true;
        }
        if (other == null) {
            progress.end(plan, Why.NoOtherNode, why, new Clause.NoOtherNode());
            return false;
        }
        plan.leave(row, i);
        row.nodes.set(i, other.nodes.getFirst());
        row.devices.set(i, other.devices.getFirst());
        plan.version++;
        plan.progressAt = state.now;
        plan.say(plan.why, why, new Clause.SlotMoved(i, row.members.name(), from, row.nodes.get(i)));
        if (pod != null && !pod.bound() && !pod.gated()) {
            progress.barrier().drop(plan, pod.uid(), English.of(why));
            PodFact.Member member = Objects.requireNonNull(pod.member());
            if (!member.steered()) {
                plan.doomed.add(pod.uid());
                wishes.delete(plan, pod, English.of(why));
            }
        }
        return true;
    }

    private static String slot(Plan.Row row, int i) {
        return row.members.name() + "/" + i;
    }

    /// Whether others are still leaving its node; not when the node itself is lost.
    private boolean isAwaited(Plan plan, Plan.Row row, int i) {
        NodeFact node = state.nodes.get(row.nodes.get(i));
        return node != null && node.usable() && plan.ways.getOrDefault(slot(row, i), 0L) > state.now;
    }

    /// No other node has room: ordinary pods of lower priority leave this one, once in an attempt.
    private boolean makeWay(Plan plan, Plan.Row row, int i, @Nullable PodFact pod, Clause why) {
        String node = row.nodes.get(i);
        if (plan.ways.containsKey(slot(row, i))) {
            return false;
        }
        int leaving = progress.yielding().makeWay(plan, node, state.now + WAY);
        if (leaving == 0) {
            return false;
        }
        plan.ways.put(slot(row, i), state.now + WAY);
        plan.progressAt = state.now;
        plan.say(plan.why, why, new Clause.PodsMakeWay(leaving));
        drop(plan, pod, why);
        if (pod != null && !pod.bound() && !pod.gated()) {
            plan.nominated.put(pod.uid(), node);
            state.decide(new Decision.Nominate(pod, node));
        }
        return true;
    }

    private void drop(Plan plan, @Nullable PodFact pod, Clause why) {
        if (pod != null) {
            progress.barrier().drop(plan, pod.uid(), English.of(why));
        }
    }

    private Plan.@Nullable Row otherNode(Plan plan, Plan.Row row, int slot, @Nullable List<String> among) {
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
        if (among != null) {
            BitSet wanted = room.indices(among);
            wanted.flip(0, room.nodes.size());
            elsewhere.or(wanted);
        }
        GangSpec wanted = Room.spec(single);
        if (model != null && spec.alternatives() != null && !spec.alternatives().isEmpty()) {
            wanted = wanted.on(List.of(model));
        }
        return room.placer(single, room.view, elsewhere).place(wanted) instanceof GangPlacement.Placed placed
                ? room.rows(single, placed).getFirst()
                : null;
    }
}
