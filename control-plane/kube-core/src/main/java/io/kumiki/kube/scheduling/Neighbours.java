package io.kumiki.kube.scheduling;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// Which pods stand where, counted as constraints between pods ask: how many match a selector, and how many carry a
/// term. Kept with every pod that comes and goes, so that a constraint is a look-up and not a walk over all pods.
final class Neighbours {
    private static final int MOST_COUNTS = 128;

    /// In which way a pod carries a term.
    enum Side {
        NEAR,
        APART,
        PREFER_NEAR,
        PREFER_APART
    }

    private record Carried(Side side, PodTerm term) {}

    /// What is counted: pods that match all terms, or those that a spread constraint counts in a namespace.
    private sealed interface Counted {
        boolean counts(PodEntry pod, PodTerm.NamespaceLabels namespaces);

        record Matching(List<PodTerm> terms) implements Counted {
            @Override
            public boolean counts(PodEntry pod, PodTerm.NamespaceLabels namespaces) {
                for (PodTerm term : terms) {
                    if (!term.matches(pod, namespaces)) {
                        return false;
                    }
                }
                return true;
            }
        }

        record Spread(SpreadConstraint constraint, String namespace) implements Counted {
            @Override
            public boolean counts(PodEntry pod, PodTerm.NamespaceLabels namespaces) {
                return constraint.counts(pod, namespace);
            }
        }
    }

    private final Map<Carried, Map<NodeEntry, Integer>> carried = new HashMap<>();
    private final Map<Counted, Map<NodeEntry, Integer>> counts = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, Set<String>> values = new HashMap<>();
    private final Map<String, Map<String, String>> namespaces = new HashMap<>();

    /// Whose terms may concern a pod.
    @FunctionalInterface
    interface CarriedVisitor {
        void visit(Side side, PodTerm term, NodeEntry node, int pods);
    }

    void namespace(String name, Map<String, String> labels) {
        if (!labels.equals(namespaces.put(name, labels))) {
            counts.clear();
        }
    }

    void namespaceGone(String name) {
        namespaces.remove(name);
        counts.clear();
    }

    Map<String, String> labelsOf(String namespace) {
        return namespaces.getOrDefault(namespace, Map.of());
    }

    void add(PodEntry pod, NodeEntry node) {
        change(pod, node, 1);
    }

    void remove(PodEntry pod, NodeEntry node) {
        change(pod, node, -1);
    }

    private void change(PodEntry pod, NodeEntry node, int by) {
        PodTerm.All terms = pod.shape().terms;
        if (!terms.isEmpty()) {
            carry(Side.NEAR, terms.near(), node, by);
            carry(Side.APART, terms.apart(), node, by);
            carry(Side.PREFER_NEAR, terms.preferNear(), node, by);
            carry(Side.PREFER_APART, terms.preferApart(), node, by);
        }
        counts.forEach((counted, at) -> {
            if (counted.counts(pod, this::labelsOf)) {
                bump(at, node, by);
            }
        });
    }

    private void carry(Side side, List<PodTerm> terms, NodeEntry node, int by) {
        for (PodTerm term : terms) {
            Carried key = new Carried(side, term);
            Map<NodeEntry, Integer> at = carried.computeIfAbsent(key, none -> new HashMap<>());
            bump(at, node, by);
            if (at.isEmpty()) {
                carried.remove(key);
            }
        }
    }

    /// The labels of nodes changed, or which nodes there are.
    void nodesChanged() {
        values.clear();
    }

    /// The values that a node label has.
    Set<String> values(String key, Iterable<NodeEntry> nodes) {
        Set<String> known = values.get(key);
        if (known == null) {
            known = new HashSet<>();
            for (NodeEntry node : nodes) {
                String value = node.labels().get(key);
                if (value != null) {
                    known.add(value);
                }
            }
            values.put(key, known);
        }
        return known;
    }

    private static void bump(Map<NodeEntry, Integer> at, NodeEntry node, int by) {
        at.merge(node, by, (a, b) -> a + b == 0 ? null : a + b);
    }

    /// True while no pod on a node says anything about others.
    boolean indifferent() {
        return carried.isEmpty();
    }

    /// Every carried term that means this pod, with where and how often it stands.
    void concerning(PodEntry pod, Predicate<Side> sides, CarriedVisitor visitor) {
        carried.forEach((key, at) -> {
            if (sides.test(key.side) && key.term.matches(pod, this::labelsOf)) {
                at.forEach((node, pods) -> visitor.visit(key.side, key.term, node, pods));
            }
        });
    }

    /// How many pods of each node match all the terms.
    Map<NodeEntry, Integer> matching(List<PodTerm> terms, Iterable<NodeEntry> nodes) {
        return counted(new Counted.Matching(terms), nodes);
    }

    Map<NodeEntry, Integer> spread(SpreadConstraint constraint, String namespace, Iterable<NodeEntry> nodes) {
        return counted(new Counted.Spread(constraint, namespace), nodes);
    }

    private Map<NodeEntry, Integer> counted(Counted what, Iterable<NodeEntry> nodes) {
        Map<NodeEntry, Integer> known = counts.get(what);
        if (known != null) {
            return known;
        }
        Map<NodeEntry, Integer> at = new HashMap<>();
        for (NodeEntry node : nodes) {
            int pods = 0;
            for (PodEntry pod : node.pods()) {
                pods += what.counts(pod, this::labelsOf) ? 1 : 0;
            }
            if (pods > 0) {
                at.put(node, pods);
            }
        }
        if (counts.size() >= MOST_COUNTS) {
            Iterator<Counted> eldest = counts.keySet().iterator();
            eldest.next();
            eldest.remove();
        }
        counts.put(what, at);
        return at;
    }
}
