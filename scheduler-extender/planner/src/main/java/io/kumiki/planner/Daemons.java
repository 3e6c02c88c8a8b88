package io.kumiki.planner;

import io.kumiki.planner.fact.DaemonFact;
import io.kumiki.planner.fact.Fitness;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What DaemonSets take of each node, whether their pods are there (yet) or not.
final class Daemons {
    private static final Share NONE = new Share(Map.of(), Map.of());

    private final SortedMap<String, DaemonFact> byKey = new TreeMap<>();
    /// Found out when a node or a DaemonSet changes, so that whoever reads a copy only reads.
    private final Map<String, Share> byNode = new HashMap<>();
    private int version;

    /// @param of amounts by the uid of each DaemonSet that matches the node
    /// @param sum of all of them; `pods` is their number
    record Share(Map<String, Map<String, Long>> of, Map<String, Long> sum) {
        long amount(String resource) {
            return sum.getOrDefault(resource, 0L);
        }

        /// What its DaemonSet asks for, where the pod is one of theirs.
        @Nullable
        Map<String, Long> covers(PodFact pod) {
            return pod.member() == null ? of.get(pod.controller()) : null;
        }
    }

    Collection<DaemonFact> all() {
        return byKey.values();
    }

    /// Rises when any node's share may have changed.
    int version() {
        return version;
    }

    /// False where nothing changed.
    boolean seen(DaemonFact daemon, Collection<NodeFact> nodes) {
        if (daemon.equals(byKey.put(daemon.key(), daemon))) {
            return false;
        }
        nodes.forEach(this::node);
        return true;
    }

    boolean gone(String key, Collection<NodeFact> nodes) {
        if (byKey.remove(key) == null) {
            return false;
        }
        nodes.forEach(this::node);
        return true;
    }

    void node(NodeFact node) {
        byNode.put(node.name(), share(node));
        version++;
    }

    void nodeGone(String name) {
        byNode.remove(name);
    }

    /// @param node as it was told last, or one that exists in somebody's mind only
    Share on(NodeFact node) {
        Share known = byNode.get(node.name());
        return known == null ? share(node) : known;
    }

    private Share share(NodeFact node) {
        if (byKey.isEmpty()) {
            return NONE;
        }
        var of = new TreeMap<String, Map<String, Long>>();
        var sum = new TreeMap<String, Long>();
        for (DaemonFact daemon : byKey.values()) {
            if (matches(daemon, node)) {
                Map<String, Long> amounts = Shape.amounts(daemon.pod().requests());
                of.put(daemon.uid(), amounts);
                amounts.forEach((resource, amount) -> sum.merge(resource, amount, Long::sum));
                sum.merge("pods", 1L, Long::sum);
            }
        }
        return new Share(of, sum);
    }

    /// It runs on nodes that are cordoned or not ready, too.
    private static boolean matches(DaemonFact daemon, NodeFact node) {
        return Fitness.selected(daemon.pod(), node) && Fitness.tolerated(daemon.pod(), node);
    }

    void copyInto(Daemons other) {
        other.byKey.putAll(byKey);
        other.byNode.putAll(byNode);
        other.version = version;
    }
}
