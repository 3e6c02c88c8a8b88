package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.Arrivals;
import io.kumiki.placement.ClusterView;
import io.kumiki.placement.Demand;
import io.kumiki.placement.EtwOptions;
import io.kumiki.placement.EtwPlacer;
import io.kumiki.placement.NodeSpec;
import io.kumiki.placement.Placement;
import io.kumiki.placement.Topology;
import io.kumiki.planner.fact.Fitness;
import io.kumiki.planner.fact.NodeFact;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What is free for single pods, kept between them: only nodes on which something happened are counted anew, so that
/// what the placer computed for the others stays.
final class SingleRoom {
    private final State state;
    private final Arrivals arrivals;
    private final Set<String> dirty = new TreeSet<>();
    private @Nullable Ground ground;
    private Map<String, Integer> index = Map.of();
    private List<NodeFact> nodes = List.of();
    private List<NodeSpec> specs = List.of();
    private Topology topology = Topology.of(List.of(), List.of());
    private Map<String, Taken> slots = Map.of();
    private ClusterView view = new ClusterView(List.of());
    private @Nullable EtwPlacer placer;
    private boolean stale = true;

    SingleRoom(State state, Arrivals arrivals) {
        this.state = state;
        this.arrivals = arrivals;
    }

    /// Anything may have changed.
    void changed() {
        stale = true;
    }

    /// Only what pods take of this node.
    void changed(String node) {
        if (!stale) {
            dirty.add(node);
        }
    }

    /// Where the pod spoils least of what is to come.
    ///
    /// @param offered null for all nodes; else no other one
    Placement place(Gang.Members shape, Demand demand, Set<String> avoided, @Nullable Set<String> offered) {
        refresh();
        EtwPlacer current = placer();
        BitSet able = ground().fit(shape);
        Set<String> excluded = excluded(shape);
        return current.place(
                demand,
                n -> able.get(n)
                        && (offered == null || offered.contains(nodes.get(n).name()))
                        && !avoided.contains(nodes.get(n).name())
                        && !excluded.contains(nodes.get(n).name()));
    }

    String name(int n) {
        return nodes.get(n).name();
    }

    /// Counts what was promised; {@link Holds} has it already.
    void commit(Demand demand, Placement.Placed placed) {
        Objects.requireNonNull(placer).commit(demand, placed);
    }

    /// Whether this node has room for it now, on these devices where they are named.
    boolean fits(String node, Demand demand, String devices) {
        refresh();
        Integer n = index.get(node);
        if (n == null || !view.fits(demand, n)) {
            return false;
        }
        int[] remnants = view.remnants(n);
        return Room.Devices.read(devices).stream()
                .allMatch(d -> d < remnants.length && remnants[d] >= demand.gpuMilli());
    }

    /// The node that is nearest to having room, among those that could hold it when empty.
    @Nullable
    String nearest(Gang.Members shape, Demand demand) {
        refresh();
        BitSet able = ground().fit(shape);
        int best = -1;
        for (int n = able.nextSetBit(0); n >= 0; n = able.nextSetBit(n + 1)) {
            if (view.couldFit(demand, n) && (best < 0 || view.idleMilli(n) > view.idleMilli(best))) {
                best = n;
            }
        }
        return best < 0 ? null : nodes.get(best).name();
    }

    private Ground ground() {
        return Objects.requireNonNull(ground);
    }

    private Set<String> excluded(Gang.Members shape) {
        if (state.exclusions.isEmpty()) {
            return Set.of();
        }
        Fitness.ClassKey key = Fitness.ClassKey.of(shape);
        var excluded = new TreeSet<String>();
        state.exclusions.forEach((exclusion, until) -> {
            if (until > state.now && exclusion.of().equals(key)) {
                excluded.add(exclusion.node());
            }
        });
        return excluded;
    }

    private void refresh() {
        if (stale) {
            recount();
        } else {
            for (String name : dirty) {
                Integer n = index.get(name);
                if (n != null) {
                    view.reset(n, free(n));
                }
            }
        }
        dirty.clear();
        stale = false;
    }

    private EtwPlacer placer() {
        EtwPlacer current = placer;
        if (current == null) {
            current = new EtwPlacer(view, arrivals.learn(), EtwOptions.STEADY, topology);
            placer = current;
        } else if (arrivals.news()) {
            current.learn(arrivals.learn());
        }
        return current;
    }

    private void recount() {
        slots = Room.slots(state, "");
        Ground now = state.ground();
        if (now != ground) {
            ground = now;
            nodes = now.nodes;
            index = now.index;
            if (!now.specs.equals(specs)) {
                specs = now.specs;
                view = new ClusterView(specs);
                placer = null;
            }
            if (!now.topology.equals(topology)) {
                topology = now.topology;
                placer = null;
            }
        }
        for (int n = 0; n < nodes.size(); n++) {
            view.reset(n, free(n));
        }
    }

    private ClusterView.Free free(int n) {
        NodeFact node = nodes.get(n);
        return Room.free(state, node, specs.get(n), slots.get(node.name()));
    }
}
