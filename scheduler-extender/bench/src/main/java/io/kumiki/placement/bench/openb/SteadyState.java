package io.kumiki.placement.bench.openb;

import io.kumiki.placement.ClusterView;
import io.kumiki.placement.Demand;
import io.kumiki.placement.GangPlacement;
import io.kumiki.placement.GangPlacer;
import io.kumiki.placement.GangSpec;
import io.kumiki.placement.NodeSpec;
import io.kumiki.placement.Placement;
import io.kumiki.placement.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// A full cluster on which somebody leaves and others come, for ever: one departure, then offers while less is used
/// than wanted, at most twenty. Who finds no room is refused and never comes back.
final class SteadyState {
    private static final int OFFERS = 20;
    private static final int[] GANGS = {2, 4, 8};
    private static final int GANG_LEAVES = 4;

    /// @param load wanted, as a share of all GPUs
    /// @param filled share of that which comes before anybody leaves
    /// @param gangs share of the offers that are gangs of 2, 4 or 8 members which all lie in one rack
    record Case(double load, double filled, int departures, double gangs, Demand member) {}

    /// Offers after the fill, and those that found no room.
    static final class Count {
        long offered;
        long refused;

        private void add(boolean placed) {
            offered++;
            refused += placed ? 0 : 1;
        }

        double refusedPercent() {
            return offered == 0 ? 0 : 100.0 * refused / offered;
        }

        void add(Count other) {
            offered += other.offered;
            refused += other.refused;
        }
    }

    /// @param alloc mean of the second half, in % of all GPUs
    /// @param gangs of 2, 4 and 8 members
    record Outcome(double alloc, Count pods, Count eightGpus, List<Count> gangs) {
        /// Of both runs; the allocation is their sum.
        Outcome and(Outcome other) {
            pods.add(other.pods);
            eightGpus.add(other.eightGpus);
            for (int i = 0; i < gangs.size(); i++) {
                gangs.get(i).add(other.gangs.get(i));
            }
            return new Outcome(alloc + other.alloc, pods, eightGpus, gangs);
        }
    }

    private record Held(Demand demand, int node, int[] devices) {}

    private final ClusterView view;
    private final Topology topology;
    private final List<Demand> pods;
    private final Case of;
    private final Policy policy;
    private final SplittableRandom random;
    private final long capacity;
    private final List<Held> alone = new ArrayList<>();
    private final List<List<Held>> together = new ArrayList<>();
    private final Count all = new Count();
    private final Count eight = new Count();
    private final List<Count> gangs = List.of(new Count(), new Count(), new Count());

    private SteadyState(
            List<NodeSpec> nodes, Topology topology, List<Demand> pods, Case of, Policy.Factory factory, long seed) {
        this.view = new ClusterView(nodes);
        this.topology = topology;
        this.pods = pods;
        this.of = of;
        this.policy = factory.on(new Policy.Start(view, topology, pods, seed));
        this.random = new SplittableRandom(seed);
        this.capacity = view.freeMilli();
    }

    static Outcome run(
            List<NodeSpec> nodes, Topology topology, List<Demand> pods, Case of, Policy.Factory factory, long seed) {
        return new SteadyState(nodes, topology, pods, of, factory, seed).run();
    }

    private Outcome run() {
        fill();
        double alloc = 0;
        int half = of.departures() / 2;
        for (int i = 0; i < of.departures(); i++) {
            leave();
            for (int offer = 0; offer < OFFERS && used() < of.load() * capacity; offer++) {
                offer();
            }
            alloc += i < of.departures() - half ? 0 : 100.0 * used() / capacity;
        }
        return new Outcome(alloc / half, all, eight, gangs);
    }

    /// The list in random order, and random ones of it where it is too short.
    private void fill() {
        List<Demand> order = new ArrayList<>(pods);
        for (int i = order.size() - 1; i > 0; i--) {
            java.util.Collections.swap(order, i, random.nextInt(i + 1));
        }
        long wanted = (long) (of.load() * of.filled() * capacity);
        long come = 0;
        for (int i = 0; come < wanted; i++) {
            Demand pod = i < order.size() ? order.get(i) : drawn();
            come += pod.totalGpuMilli();
            place(pod);
        }
    }

    private long used() {
        return capacity - view.freeMilli();
    }

    private Demand drawn() {
        return pods.get(random.nextInt(pods.size()));
    }

    private void offer() {
        if (random.nextDouble() < of.gangs()) {
            int size = random.nextInt(GANGS.length);
            gangs.get(size).add(placeGang(GANGS[size]));
            return;
        }
        Demand pod = drawn();
        boolean placed = place(pod);
        all.add(placed);
        if (pod.gpus() == 8) {
            eight.add(placed);
        }
    }

    private boolean place(Demand pod) {
        Placement.Placed placed = policy.place(pod);
        if (placed != null) {
            alone.add(new Held(pod, placed.node(), placed.devices()));
        }
        return placed != null;
    }

    private boolean placeGang(int members) {
        policy.gangCame(of.member(), members);
        var role = new GangSpec.Role("worker", of.member(), members, members);
        var gang = new GangSpec("gang", List.of(role), "rack", null);
        if (!(new GangPlacer(view, topology).place(gang) instanceof GangPlacement.Placed placed)) {
            return false;
        }
        List<Held> held = new ArrayList<>();
        for (GangPlacement.Slot slot : placed.slots().getFirst()) {
            view.place(of.member(), slot.node(), slot.devices());
            held.add(new Held(of.member(), slot.node(), slot.devices()));
        }
        together.add(held);
        return true;
    }

    private void leave() {
        int point = random.nextInt(alone.size() + GANG_LEAVES * together.size());
        if (point < alone.size()) {
            release(remove(alone, point));
        } else {
            remove(together, (point - alone.size()) / GANG_LEAVES).forEach(this::release);
        }
    }

    private void release(Held held) {
        view.release(held.demand(), held.node(), held.devices());
    }

    /// In constant time: the last one takes its place.
    private static <T> T remove(List<T> from, int i) {
        T last = from.removeLast();
        return i == from.size() ? last : from.set(i, last);
    }
}
