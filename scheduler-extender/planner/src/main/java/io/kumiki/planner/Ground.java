package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.model.scheduling.PlaceLevels;
import io.kumiki.placement.NodeSpec;
import io.kumiki.placement.Topology;
import io.kumiki.planner.fact.Fitness;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.Shape;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The nodes as they are, whatever is taken of them: found out once for each change of a node, a DaemonSet or the
/// levels. Any thread may read it.
final class Ground {
    private static final int MOST_CLASSES = 1000;

    final List<NodeFact> nodes;
    final List<NodeSpec> specs;
    final Map<String, Integer> index = new HashMap<>();
    final Topology topology;
    private final long nodeChanges;
    private final int daemons;
    private final List<PlaceLevels.Level> levels;
    private final Map<Fitness.ClassKey, BitSet> fit = new ConcurrentHashMap<>();
    /// Of which the first nodes are; null where all nodes are its own.
    private final @Nullable Ground before;

    /// More nodes behind the others, in the places of one of them.
    private Ground(State state, Ground before, List<NodeFact> more, int like) {
        this.nodes = joined(before.nodes, more);
        this.specs = joined(
                before.specs, more.stream().map(node -> Room.spec(node, state)).toList());
        this.levels = before.levels;
        this.nodeChanges = before.nodeChanges;
        this.daemons = before.daemons;
        this.before = before;
        index.putAll(before.index);
        for (int n = before.nodes.size(); n < nodes.size(); n++) {
            index.put(nodes.get(n).name(), n);
        }
        this.topology = before.topology.and(like, more.size());
    }

    private static <T> List<T> joined(List<T> first, List<T> more) {
        return Stream.concat(first.stream(), more.stream()).toList();
    }

    /// The same nodes, and more behind them that lie where one of them lies.
    Ground and(State state, List<NodeFact> more, int like) {
        return new Ground(state, this, more, like);
    }

    Ground(State state, List<NodeFact> nodes) {
        this.before = null;
        this.nodes = List.copyOf(nodes);
        this.specs = nodes.stream().map(node -> Room.spec(node, state)).toList();
        this.levels = state.levels;
        this.nodeChanges = state.nodeChanges();
        this.daemons = state.daemons.version();
        for (int n = 0; n < nodes.size(); n++) {
            index.put(nodes.get(n).name(), n);
        }
        this.topology = Topology.of(
                levels.stream().map(PlaceLevels.Level::name).toList(),
                nodes.stream().map(this::places).toList());
    }

    /// Whether nothing of it has changed since.
    boolean isOf(State state) {
        return nodeChanges == state.nodeChanges()
                && daemons == state.daemons.version()
                && (levels == state.levels || levels.equals(state.levels));
    }

    private Map<String, String> places(NodeFact node) {
        var places = new HashMap<String, String>();
        for (PlaceLevels.Level level : levels) {
            String place = node.labels().get(level.label());
            if (place != null) {
                places.put(level.name(), place);
            }
        }
        return places;
    }

    /// The nodes that a class may use at all; the caller does not change it.
    BitSet fit(Gang.Members members) {
        if (fit.size() > MOST_CLASSES) {
            fit.clear();
        }
        return fit.computeIfAbsent(Fitness.ClassKey.of(members), _ -> {
            Map<String, Long> amounts = Shape.amounts(members.requests());
            var able =
                    before == null ? new BitSet() : (BitSet) before.fit(members).clone();
            for (int n = before == null ? 0 : before.nodes.size(); n < nodes.size(); n++) {
                able.set(n, Fitness.fits(members, amounts, nodes.get(n)));
            }
            return able;
        });
    }
}
