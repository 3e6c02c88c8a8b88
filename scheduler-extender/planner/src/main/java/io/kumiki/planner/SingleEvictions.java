package io.kumiki.planner;

import io.kumiki.placement.BackfillPlanner;
import io.kumiki.placement.ClusterView;
import io.kumiki.placement.Demand;
import io.kumiki.placement.GangPlacement;
import io.kumiki.placement.GangPlacer;
import io.kumiki.placement.GangSpec;
import io.kumiki.placement.Preemption;
import io.kumiki.placement.Topology;
import io.kumiki.planner.fact.Fitness;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.words.Clause;
import io.kumiki.quota.Amounts;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A single pod takes the place of others of lower priority, or of those who use what its tenant is guaranteed: single
/// pods and whole gangs, on the node where least work is lost. Tried on a copy before anybody is told; what they leave
/// is kept for it.
final class SingleEvictions {
    private static final Topology ONE_NODE = Topology.of(List.of(), List.of(Map.of()));

    private final State state;
    private final Victims victims;
    private final Departures departures;

    SingleEvictions(State state, Progress progress) {
        this.state = state;
        this.victims = new Victims(state, progress);
        this.departures = new Departures(state);
    }

    private static String key(SingleFact single) {
        return Alone.key(single.pod());
    }

    boolean promised(SingleFact single) {
        Earmarks.Earmark earmark = state.earmarks.get(key(single));
        return earmark != null && earmark.until() > state.now;
    }

    /// It needs no place any more.
    void left(SingleFact single) {
        if (state.earmarks.remove(key(single))) {
            state.roomChanged = true;
        }
    }

    void tick() {
        victims.tick();
    }

    void deposed() {
        state.leaving.clear();
    }

    /// Its place, as soon as those who were there have left; null until then.
    SinglePlacing.Found.@Nullable There kept(SingleFact single) {
        Earmarks.Earmark earmark = state.earmarks.get(key(single));
        if (earmark == null) {
            return null;
        }
        Plan.Row row = earmark.rows().getFirst();
        NodeFact node = state.nodes.get(row.nodes.getFirst());
        if (node == null
                || !Fitness.fits(single.shape(), row.amounts, node)
                || state.excluded(single.shape(), node.name())) {
            return null;
        }
        Demand demand = Shape.demand(row.amounts);
        ClusterView free = Room.alone(state, node, key(single));
        String devices = row.devices.getFirst();
        boolean fits = free.fits(demand, 0)
                && Room.Devices.read(devices).stream().allMatch(d -> free.remnants(0)[d] >= demand.gpuMilli());
        return fits ? new SinglePlacing.Found.There(node.name(), devices, demand, null) : null;
    }

    /// Who was told to leave, or leaves already, in words; empty where nobody does.
    ///
    /// @param borrowers only those who use what is guaranteed to its tenant
    List<Clause> preempt(SingleFact single, Charges charges, boolean borrowers) {
        var claims = Claims.of(Alone.fact(single), state, charges);
        if (borrowers && !claims.any()) {
            return List.of();
        }
        Room room = Room.now(state, "");
        Map<Integer, List<Preemption.Victim>> onNode = new HashMap<>();
        victims.of(claims, room, borrowers)
                .forEach(victim -> victim.held().stream()
                        .map(held -> held.node())
                        .distinct()
                        .forEach(n -> onNode.computeIfAbsent(n, _ -> new ArrayList<>())
                                .add(victim)));
        Map<String, Long> amounts = Shape.amounts(single.shape().requests());
        Demand demand = Shape.demand(amounts);
        int best = -1;
        List<Preemption.Victim> least = List.of();
        for (var entry : new TreeMap<>(onNode).entrySet()) {
            int n = entry.getKey();
            if (!Fitness.fits(single.shape(), amounts, room.nodes.get(n))
                    || state.excluded(single.shape(), room.nodes.get(n).name())) {
                continue;
            }
            Amounts more = charges.amounts(amounts, room.nodes.get(n).name());
            List<Preemption.Victim> gone = gone(
                    entry.getValue(), n, some -> without(room, n, some).fits(demand, 0) && claims.admits(more, some));
            if (!gone.isEmpty() && (best < 0 || cost(gone) < cost(least))) {
                best = n;
                least = gone;
            }
        }
        return best < 0 ? List.of() : evict(single, room, claims, best, onNode.getOrDefault(best, List.of()));
    }

    private static double cost(List<Preemption.Victim> victims) {
        return victims.stream().mapToDouble(Preemption.Victim::cost).sum();
    }

    /// The cheapest per device go until there is room, then the dearest come back as long as there still is.
    private static List<Preemption.Victim> gone(
            List<Preemption.Victim> all, int n, Predicate<List<Preemption.Victim>> enough) {
        List<Preemption.Victim> order = all.stream()
                .sorted(Comparator.comparingDouble((Preemption.Victim v) -> v.cost() / Math.max(1, milli(v, n)))
                        .thenComparing(Preemption.Victim::id))
                .toList();
        List<Preemption.Victim> gone = new ArrayList<>();
        for (Preemption.Victim victim : order) {
            gone.add(victim);
            if (enough.test(gone)) {
                break;
            }
        }
        if (!enough.test(gone)) {
            return List.of();
        }
        for (Preemption.Victim dearest : List.copyOf(gone).reversed()) {
            List<Preemption.Victim> fewer =
                    gone.stream().filter(v -> v != dearest).toList();
            if (enough.test(fewer)) {
                gone = new ArrayList<>(fewer);
            }
        }
        return gone;
    }

    private static long milli(Preemption.Victim victim, int n) {
        return victim.held().stream()
                .filter(held -> held.node() == n)
                .mapToLong(held -> held.demand().totalGpuMilli())
                .sum();
    }

    private static ClusterView without(Room room, int n, List<Preemption.Victim> gone) {
        ClusterView later = ClusterView.of(List.of(room.view.node(n)), List.of(room.view.free(n)));
        gone.forEach(victim -> victim.held().stream()
                .filter(held -> held.node() == n)
                .forEach(held -> later.release(held.demand(), 0, held.devices())));
        return later;
    }

    /// On that node the least costly of all combinations, where they are few.
    private List<Clause> evict(SingleFact single, Room room, Claims claims, int n, List<Preemption.Victim> candidates) {
        List<Preemption.Victim> there = candidates.stream()
                .map(victim -> new Preemption.Victim(
                        victim.id(),
                        victim.cost(),
                        victim.held().stream()
                                .filter(held -> held.node() == n)
                                .map(held -> new BackfillPlanner.Held(held.demand(), 0, held.devices()))
                                .toList()))
                .toList();
        var row = new Plan.Row(single.shape());
        Amounts more = claims.charges().amounts(row.amounts, room.nodes.get(n).name());
        var role = new GangSpec.Role("pod", Shape.demand(row.amounts), 1, 1);
        var wanted = new GangSpec(key(single), List.of(role), null, null);
        Optional<Preemption.Eviction> eviction = new Preemption(
                        without(room, n, List.of()),
                        (later, gone) -> claims.admits(more, gone)
                                ? new GangPlacer(later, ONE_NODE, new BitSet()).place(wanted)
                                : null)
                .plan(there);
        if (eviction.isEmpty()) {
            return List.of();
        }
        List<Clause> before = departures.await(Alone.fact(single), claims);
        if (!before.isEmpty()) {
            return before;
        }
        GangPlacement.Slot slot = eviction.get().placed().slots().getFirst().getFirst();
        row.nodes.add(room.nodes.get(n).name());
        row.devices.add(Shape.fraction(row.amounts) ? Room.Devices.write(slot.devices()) : "");
        state.earmarks.put(key(single), List.of(row), state.now + state.options.earmark(), false);
        return victims.leave(
                eviction.get(),
                claims,
                key(single),
                single.pod().party(),
                single.priority(),
                single.pod().namespace());
    }
}
