package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.ClusterView;
import io.kumiki.placement.Demand;
import io.kumiki.placement.EtwOptions;
import io.kumiki.placement.EtwPlacer;
import io.kumiki.placement.NodeSpec;
import io.kumiki.placement.Placement;
import io.kumiki.planner.fact.Fitness;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.Shape;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What is free for single pods, kept between them: only nodes on which something happened are counted anew, so that
/// what the placer computed for the others stays.
final class SingleRoom {
    private static final int MOST_CLASSES = 1000;

    private final State state;
    private final Arrivals arrivals;
    private final Set<String> dirty = new TreeSet<>();
    private final Map<Fitness.ClassKey, BitSet> fit = new HashMap<>();
    private final Map<String, Integer> index = new HashMap<>();
    private List<NodeFact> nodes = List.of();
    private List<NodeSpec> specs = List.of();
    private Map<String, Taken> slots = Map.of();
    private ClusterView view = new ClusterView(List.of());
    private @Nullable EtwPlacer placer;
    private boolean stale = true;
    private int daemons;

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
        dirty.add(node);
    }

    /// Where the pod spoils least of what is to come.
    Placement place(Gang.Members shape, Demand demand, Set<String> avoided) {
        refresh();
        EtwPlacer current = placer();
        BitSet able = fit.computeIfAbsent(Fitness.ClassKey.of(shape), key -> able(shape));
        Set<String> excluded = excluded(shape);
        return current.place(
                demand,
                n -> able.get(n)
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
        BitSet able = fit.computeIfAbsent(Fitness.ClassKey.of(shape), key -> able(shape));
        int best = -1;
        for (int n = able.nextSetBit(0); n >= 0; n = able.nextSetBit(n + 1)) {
            if (view.couldFit(demand, n) && (best < 0 || view.idleMilli(n) > view.idleMilli(best))) {
                best = n;
            }
        }
        return best < 0 ? null : nodes.get(best).name();
    }

    private BitSet able(Gang.Members shape) {
        Map<String, Long> amounts = Shape.amounts(shape.requests());
        var able = new BitSet();
        for (int n = 0; n < nodes.size(); n++) {
            able.set(n, Fitness.fits(shape, amounts, nodes.get(n)));
        }
        return able;
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
            current = new EtwPlacer(view, arrivals.learn(), EtwOptions.STEADY);
            placer = current;
        } else if (arrivals.news()) {
            current.learn(arrivals.learn());
        }
        return current;
    }

    private void recount() {
        slots = Room.slots(state, "");
        List<NodeFact> now = List.copyOf(state.nodes.values());
        if (!now.equals(nodes) || daemons != state.daemons.version()) {
            daemons = state.daemons.version();
            nodes = now;
            fit.clear();
            List<NodeSpec> after = new ArrayList<>();
            now.forEach(node -> after.add(Room.spec(node, state)));
            if (!after.equals(specs)) {
                specs = after;
                view = new ClusterView(specs);
                placer = null;
                index.clear();
                for (int n = 0; n < nodes.size(); n++) {
                    index.put(nodes.get(n).name(), n);
                }
            }
        }
        if (fit.size() > MOST_CLASSES) {
            fit.clear();
        }
        for (int n = 0; n < nodes.size(); n++) {
            view.reset(n, free(n));
        }
    }

    private ClusterView.Free free(int n) {
        NodeFact node = nodes.get(n);
        return Room.free(state, node, specs.get(n), slots.getOrDefault(node.name(), new Taken()));
    }
}
