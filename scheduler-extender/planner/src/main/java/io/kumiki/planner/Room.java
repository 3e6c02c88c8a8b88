package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.ClusterView;
import io.kumiki.placement.Demand;
import io.kumiki.placement.GangPlacement;
import io.kumiki.placement.GangPlacer;
import io.kumiki.placement.GangSpec;
import io.kumiki.placement.NodeSpec;
import io.kumiki.placement.Topology;
import io.kumiki.planner.fact.Fitness;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What is free at one moment: allocatable, less what pods hold, less what is reserved or promised.
final class Room {
    private static final String COUNT = "kumiki.io/gpu-count";

    final State state;
    final ClusterView view;
    final Topology topology;
    final List<NodeFact> nodes;
    final Map<String, Integer> index;
    private final Ground ground;
    private final Map<Alike, GangPlacement> answers = new HashMap<>();

    /// All on which a placement depends, beside what is free.
    private record Alike(
            String namespace,
            List<Gang.Members> classes,
            @Nullable String required,
            @Nullable String preferred,
            @Nullable List<Gang.Alternative> alternatives,
            BitSet avoided) {}

    private Room(State state, Ground ground, ClusterView view) {
        this.state = state;
        this.ground = ground;
        this.nodes = ground.nodes;
        this.index = ground.index;
        this.topology = ground.topology;
        this.view = view;
    }

    /// @param winner the gang whose own earmark does not count against it; empty for none
    static Room now(State state, String winner) {
        Map<String, Taken> slots = slots(state, winner);
        Ground ground = state.ground();
        List<ClusterView.Free> free = new ArrayList<>();
        for (int n = 0; n < ground.nodes.size(); n++) {
            NodeFact node = ground.nodes.get(n);
            free.add(free(state, node, ground.specs.get(n), slots.get(node.name())));
        }
        return new Room(state, ground, ClusterView.of(ground.specs, free));
    }

    /// As it will be when some pods have left.
    static Room without(State state, String winner, Predicate<PodFact> gone) {
        Map<String, Taken> slots = slots(state, winner);
        Ground ground = state.ground();
        List<ClusterView.Free> free = new ArrayList<>();
        for (int n = 0; n < ground.nodes.size(); n++) {
            NodeFact node = ground.nodes.get(n);
            Taken taken = new Taken(slots.getOrDefault(node.name(), new Taken()));
            free.add(count(state, node, ground.specs.get(n), taken, gone));
        }
        return new Room(state, ground, ClusterView.of(ground.specs, free));
    }

    /// One node as whoever was promised something there sees it.
    static ClusterView alone(State state, NodeFact node, String winner) {
        NodeSpec spec = spec(node, state);
        Taken slots = slots(state, winner).get(node.name());
        return ClusterView.of(List.of(spec), List.of(free(state, node, spec, slots)));
    }

    /// What gangs hold by their slots and earmarks, and no bound pod accounts for, per node.
    static Map<String, Taken> slots(State state, String winner) {
        var taken = new TreeMap<String, Taken>();
        for (Plan plan : state.plans.values()) {
            if (plan.phase.holds()) {
                Occupancy there = Occupancy.of(plan, state);
                for (int r = 0; r < plan.rows.size(); r++) {
                    Plan.Row row = plan.rows.get(r);
                    for (int i = 0; i < row.nodes.size(); i++) {
                        if (there.reserves(r, i)) {
                            taken.computeIfAbsent(row.nodes.get(i), _ -> new Taken())
                                    .add(row.amounts, row.devices.get(i));
                        }
                    }
                }
            }
        }
        for (Plan plan : state.plans.values()) {
            plan.leaving.forEach(
                    slot -> taken.computeIfAbsent(slot.node(), _ -> new Taken()).add(slot.amounts(), slot.devices()));
        }
        state.earmarks.forEach((gang, earmark) -> {
            if (!gang.equals(winner) && earmark.until() > state.now) {
                for (Plan.Row row : earmark.rows()) {
                    for (int i = 0; i < row.nodes.size(); i++) {
                        taken.computeIfAbsent(row.nodes.get(i), _ -> new Taken())
                                .add(row.amounts, row.devices.get(i));
                    }
                }
            }
        });
        return taken;
    }

    /// The same room, and nodes with nothing on them behind the others, in the places of one of these.
    Room and(List<NodeFact> more, int like) {
        Ground all = ground.and(state, more, like);
        return new Room(state, all, view.and(all.specs.subList(nodes.size(), all.specs.size())));
    }

    /// What is left of one node by its pods, single pods' holds and the gangs' slots.
    ///
    /// @param slots null for none
    static ClusterView.Free free(State state, NodeFact node, NodeSpec spec, @Nullable Taken slots) {
        return slots == null && state.holds.on(node.name()).isEmpty()
                ? state.free(node.name(), spec, () -> count(state, node, spec, new Taken(), _ -> false))
                : count(state, node, spec, slots == null ? new Taken() : new Taken(slots), _ -> false);
    }

    private static ClusterView.Free count(
            State state, NodeFact node, NodeSpec spec, Taken taken, Predicate<PodFact> gone) {
        Daemons.Share daemons = state.daemons.on(node);
        Set<String> there = new HashSet<>();
        for (PodFact pod :
                state.onNode.getOrDefault(node.name(), new TreeMap<>()).values()) {
            Map<String, Long> covered = daemons.covers(pod);
            if (covered != null && there.add(pod.controller())) {
                taken.beyond(covered, pod.requests());
            } else if (!gone.test(pod)) {
                taken.add(pod.requests(), pod.devices());
            }
        }
        state.holds.on(node.name()).forEach(hold -> taken.add(hold.amounts(), hold.devices()));
        return taken.from(spec, Fitness.shared(node));
    }

    /// What a node has for those who are placed: less its DaemonSets, and a reserve.
    static NodeSpec spec(NodeFact node, State state) {
        PlannerOptions options = state.options;
        Daemons.Share daemons = state.daemons.on(node);
        int gpus = 0;
        var extended = new TreeMap<String, Long>();
        for (var entry : node.allocatable().entrySet()) {
            if (Shape.GPUS.contains(entry.getKey())) {
                gpus += Math.max(0, Shape.small(entry.getValue() - daemons.amount(entry.getKey())));
            } else if (!List.of("cpu", "memory", "pods").contains(entry.getKey())) {
                extended.put(entry.getKey(), Math.max(0, entry.getValue() - daemons.amount(entry.getKey())));
            }
        }
        if (Fitness.shared(node)) {
            gpus = deviceCount(node);
        }
        return new NodeSpec(
                node.name(),
                Math.max(0, Shape.small(node.amount("cpu") - daemons.amount("cpu")) - options.reserveCpuMilli()),
                Math.max(
                        0,
                        Shape.small((node.amount("memory") - daemons.amount("memory")) >> 20)
                                - options.reserveMemoryMib()),
                Math.min(gpus, 64),
                node.labels().getOrDefault(Shape.TYPE, ""),
                Math.max(0, Shape.small(node.amount("pods") - daemons.amount("pods"))),
                extended);
    }

    /// Where devices are shared no plugin reports them: NVIDIA's discovery labels its nodes, others need a hand.
    private static int deviceCount(NodeFact node) {
        try {
            String found = node.labels().getOrDefault("nvidia.com/gpu.count", "0");
            return Math.max(0, Integer.parseInt(node.labels().getOrDefault(COUNT, found)));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /// The gang as the placer wants it.
    static GangSpec spec(GangFact gang) {
        return new GangSpec(
                gang.key(),
                gang.spec().classes().stream()
                        .map(c -> new GangSpec.Role(
                                c.name(), Shape.demand(Shape.amounts(c.requests())), c.min(), Math.max(1, c.max())))
                        .toList(),
                gang.spec().required(),
                gang.spec().preferred());
    }

    static List<GangPlacer.Alternative> alternatives(Gang.Spec spec) {
        List<Gang.Alternative> given = spec.alternatives();
        return given == null
                ? List.of()
                : given.stream()
                        .map(a -> new GangPlacer.Alternative(a.type(), a.speed()))
                        .toList();
    }

    GangPlacement place(GangFact gang, ClusterView on, BitSet avoided) {
        return placer(gang, on, avoided).place(spec(gang), alternatives(gang.spec()));
    }

    /// The same on what is free now; of gangs that are alike it is found out once, until something is taken.
    GangPlacement place(GangFact gang, BitSet avoided) {
        Gang.Spec spec = gang.spec();
        var alike = new Alike(
                gang.namespace(), spec.classes(), spec.required(), spec.preferred(), spec.alternatives(), (BitSet)
                        avoided.clone());
        return answers.computeIfAbsent(alike, _ -> place(gang, view, avoided));
    }

    /// Only whether it could be placed, without a proof where not.
    boolean fits(GangFact gang, BitSet avoided) {
        GangPlacer placer = placer(gang, view, avoided);
        GangSpec spec = spec(gang);
        List<GangPlacer.Alternative> alternatives = alternatives(gang.spec());
        return alternatives.isEmpty()
                ? placer.fit(spec).isPresent()
                : alternatives.stream()
                        .anyMatch(a -> placer.fit(spec.on(List.of(a.model()))).isPresent());
    }

    GangPlacer placer(GangFact gang, ClusterView on, BitSet avoided) {
        Map<String, BitSet> fit = able(gang, avoided);
        if (fit.size() == 1) {
            BitSet able = fit.values().iterator().next();
            return new GangPlacer(on, topology, (_, n) -> able.get(n));
        }
        return new GangPlacer(on, topology, (role, n) -> {
            BitSet able = fit.get(role.name());
            return able != null && able.get(n);
        });
    }

    /// By class: the nodes that it may use at all.
    Map<String, BitSet> able(GangFact gang, BitSet avoided) {
        Map<String, BitSet> fit = new HashMap<>();
        for (Gang.Members members : gang.spec().classes()) {
            var able = (BitSet) ground.fit(members).clone();
            able.andNot(avoided);
            boolean all = state.exclusions.isEmpty()
                    && (members.claims() == null || members.claims().isEmpty());
            for (int n = able.nextSetBit(0); n >= 0 && !all; n = able.nextSetBit(n + 1)) {
                able.set(
                        n,
                        state.reaches(gang.namespace(), members, nodes.get(n))
                                && !state.excluded(members, nodes.get(n).name()));
            }
            fit.put(members.name(), able);
        }
        return fit;
    }

    /// Rows with the nodes of a placement.
    List<Plan.Row> rows(GangFact gang, GangPlacement.Placed placed) {
        List<Plan.Row> rows = new ArrayList<>();
        for (int r = 0; r < placed.slots().size(); r++) {
            var row = new Plan.Row(gang.spec().classes().get(r));
            for (GangPlacement.Slot slot : placed.slots().get(r)) {
                row.nodes.add(nodes.get(slot.node()).name());
                row.devices.add(Shape.fraction(row.amounts) ? Devices.write(slot.devices()) : "");
            }
            rows.add(row);
        }
        return rows;
    }

    BitSet indices(java.util.Collection<String> names) {
        var indices = new BitSet();
        for (String name : names) {
            Integer n = index.get(name);
            if (n != null) {
                indices.set(n);
            }
        }
        return indices;
    }

    void take(List<Plan.Row> rows) {
        for (Plan.Row row : rows) {
            Demand demand = Shape.demand(row.amounts);
            for (int i = 0; i < row.nodes.size(); i++) {
                take(row.nodes.get(i), demand, row.devices.get(i));
            }
        }
    }

    void take(String node, Demand demand, String devices) {
        int n = java.util.Objects.requireNonNull(index.get(node));
        answers.clear();
        view.place(
                demand,
                n,
                devices.isEmpty()
                        ? free(demand, view, n)
                        : Devices.read(devices).stream()
                                .mapToInt(Integer::intValue)
                                .toArray());
    }

    /// Any free devices: which ones is the node's own affair.
    static int[] free(Demand demand, ClusterView view, int n) {
        int[] devices = new int[demand.gpus()];
        int found = 0;
        for (int d = 0; d < view.remnants(n).length && found < devices.length; d++) {
            if (view.remnants(n)[d] >= demand.gpuMilli()) {
                devices[found++] = d;
            }
        }
        return devices;
    }

    /// Device numbers as text: `0,3`.
    static final class Devices {
        private Devices() {}

        static List<Integer> read(String text) {
            if (text.isEmpty()) {
                return List.of();
            }
            List<Integer> devices = new ArrayList<>();
            for (String part : text.split(",")) {
                if (part.matches("[0-9]{1,4}")) {
                    devices.add(Integer.parseInt(part));
                }
            }
            return devices;
        }

        static String write(int[] devices) {
            return Arrays.stream(devices).mapToObj(Integer::toString).collect(Collectors.joining(","));
        }
    }
}
