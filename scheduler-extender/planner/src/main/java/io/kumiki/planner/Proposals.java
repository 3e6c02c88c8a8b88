package io.kumiki.planner;

import io.kumiki.placement.BackfillPlanner;
import io.kumiki.placement.ClusterView;
import io.kumiki.placement.GangPlacement;
import io.kumiki.placement.GangPlacer;
import io.kumiki.placement.GangSpec;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.RunFact;
import io.kumiki.planner.words.Words;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Moves that would free a whole node whose GPUs are partly held by gangs of one member, and by single pods that their
/// owners let be moved: each gets room on nodes that are partly held, too. Tried on a copy, least lost work first;
/// nothing is moved by itself.
final class Proposals {
    private static final int MOST = 10;
    private static final int TRIED = 100;

    private final Scene scene;
    private final Room room;
    /// Per node: gangs of one member that hold GPUs there; null where somebody else does, too.
    private final Map<Integer, List<Plan>> movable = new HashMap<>();
    private final Map<String, List<BackfillPlanner.Held>> held = new HashMap<>();

    Proposals(Scene scene) {
        this.scene = scene;
        this.room = scene.room();
    }

    List<Proposal> all() {
        gather();
        List<Proposal> all = movable.entrySet().stream()
                .sorted(Comparator.comparingDouble((Map.Entry<Integer, List<Plan>> e) -> cost(e.getValue()))
                        .thenComparing(Map.Entry::getKey))
                .limit(TRIED)
                .map(e -> proposal(e.getKey(), e.getValue()))
                .filter(java.util.Objects::nonNull)
                .toList();
        return all.subList(0, Math.min(MOST, all.size()));
    }

    private double cost(List<Plan> plans) {
        return plans.stream().mapToDouble(this::cost).sum();
    }

    private double cost(Plan plan) {
        RunFact run = Alone.is(plan.fact) ? scene.state.runs.get(plan.fact.uid()) : null;
        PodFact pod = run == null ? null : scene.state.pods.get(run.uid());
        return run == null || pod == null ? Evictions.cost(plan, scene.state) : Victims.cost(pod, run, scene.state);
    }

    /// What it wants of another place; null for a single pod that stays where it is.
    private @Nullable GangFact wanted(Plan plan) {
        if (!Alone.is(plan.fact)) {
            return plan.fact;
        }
        RunFact run = scene.state.runs.get(plan.fact.uid());
        RunFact.Movable movable = run == null ? null : run.movable();
        PodFact pod = run == null ? null : scene.state.pods.get(run.uid());
        return run == null || movable == null || pod == null || pod.terminating()
                ? null
                : Alone.fact(pod, movable.shape(), run.priority(), run.created(), run.expectedSeconds());
    }

    private void gather() {
        var holdings = new Holdings(scene.state);
        int[][] taken = new int[room.nodes.size()][];
        Set<Integer> others = new HashSet<>();
        for (Plan plan : scene.state.plans.values()) {
            if (!plan.phase.holds()) {
                continue;
            }
            List<BackfillPlanner.Held> slots = holdings.of(plan, room, taken);
            for (BackfillPlanner.Held slot : slots) {
                if (slot.demand().gpus() > 0 && plan.slots() == 1 && plan.startedSecond > 0 && wanted(plan) != null) {
                    held.put(plan.fact.key(), slots);
                    movable.computeIfAbsent(slot.node(), _ -> new ArrayList<>()).add(plan);
                } else if (slot.demand().gpus() > 0) {
                    others.add(slot.node());
                }
            }
        }
        movable.keySet().removeAll(others);
        // Whole nodes gain nothing, and what pods of no gang hold stays where it is.
        movable.entrySet().removeIf(e -> {
            long moved = e.getValue().stream()
                    .flatMap(plan -> held.getOrDefault(plan.fact.key(), List.of()).stream())
                    .mapToLong(h -> h.demand().totalGpuMilli())
                    .sum();
            long gpus = room.view.node(e.getKey()).gpus() * 1000L;
            return moved == gpus
                    || moved + room.view.idleMilli(e.getKey()) != gpus
                    || !room.nodes.get(e.getKey()).usable();
        });
    }

    private @Nullable Proposal proposal(int node, List<Plan> plans) {
        ClusterView later = room.view.copy();
        List<Proposal.Move> moves = new ArrayList<>();
        for (Plan plan : plans) {
            for (BackfillPlanner.Held slot : held.getOrDefault(plan.fact.key(), List.of())) {
                later.release(slot.demand(), slot.node(), slot.devices());
            }
        }
        for (Plan plan : plans) {
            GangFact fact = wanted(plan);
            GangPlacement.Placed placed = fact == null ? null : elsewhere(fact, node, later);
            if (fact == null || placed == null) {
                return null;
            }
            List<GangSpec.Role> roles = Room.spec(fact).roles();
            for (int r = 0; r < roles.size(); r++) {
                for (GangPlacement.Slot slot : placed.slots().get(r)) {
                    later.place(roles.get(r).demand(), slot.node(), slot.devices());
                    moves.add(new Proposal.Move(
                            plan.fact.namespace(),
                            Alone.shown(plan.fact.name()),
                            roles.get(r).demand().totalGpuMilli(),
                            room.nodes.get(slot.node()).name()));
                }
            }
        }
        String name = room.nodes.get(node).name();
        int gpus = room.view.node(node).gpus();
        long lost = Math.round(cost(plans));
        return new Proposal(name, gpus, lost, moves, Words.move(name, gpus, plans.size(), lost));
    }

    private GangPlacement.@Nullable Placed elsewhere(GangFact fact, int node, ClusterView later) {
        var avoided = new BitSet();
        for (int n = 0; n < room.nodes.size(); n++) {
            avoided.set(n, n == node || later.wholeDevices(n) == later.node(n).gpus());
        }
        GangPlacer placer = room.placer(fact, later, avoided);
        return placer.place(Room.spec(fact), Room.alternatives(fact.spec())) instanceof GangPlacement.Placed placed
                ? placed
                : null;
    }
}
