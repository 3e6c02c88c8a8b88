package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The scheduler's memory of nodes and of the pods on them. An assumed pod counts as bound until it is seen bound or
/// is forgotten, so that a bind that takes long delays nobody.
final class NodeTable {
    private static final int MOST_FITS = 64;

    final Neighbours neighbours = new Neighbours();
    final Nominations nominations = new Nominations();
    final Volumes volumes = new Volumes();

    private final Map<String, NodeEntry> nodes = new HashMap<>();
    private final Map<String, NodeEntry> nodeOfPod = new HashMap<>();
    private final Set<String> assumed = new HashSet<>();
    private final Map<String, Integer> claimUsers = new HashMap<>();
    private final TreeMap<Integer, Integer> priorities = new TreeMap<>();
    private final Map<PodShape, ShapeFit> fits = new LinkedHashMap<>(16, 0.75f, true);
    private final Deque<Integer> freeSlots = new ArrayDeque<>();
    private int slots;
    private long changes;
    private @Nullable List<NodeEntry> inOrder;

    @Nullable
    ClusterEvent putNode(JsonNode object) {
        String name = object.path("metadata").path("name").asText();
        NodeEntry node = entry(name);
        NodeEntry.Facts before = node.known() ? node.facts() : null;
        NodeEntry.Facts now = NodeEntry.Facts.read(object);
        if (now.equals(before)) {
            return null;
        }
        node.facts(now);
        node.version = ++changes;
        if (before == null) {
            inOrder = null;
        }
        if (before == null || !before.labels().equals(now.labels())) {
            neighbours.nodesChanged();
        }
        return new ClusterEvent.NodeChanged(node, before);
    }

    @Nullable
    ClusterEvent removeNode(String name) {
        NodeEntry node = nodes.get(name);
        if (node == null || !node.known()) {
            return null;
        }
        node.facts(null);
        node.version = ++changes;
        inOrder = null;
        neighbours.nodesChanged();
        dropIfUnused(node);
        return new ClusterEvent.NodeGone(name);
    }

    private NodeEntry entry(String name) {
        NodeEntry known = nodes.get(name);
        if (known != null) {
            return known;
        }
        Integer slot = freeSlots.pollFirst();
        NodeEntry node = new NodeEntry(name, slot == null ? slots++ : slot);
        node.version = ++changes;
        nodes.put(name, node);
        return node;
    }

    private void dropIfUnused(NodeEntry node) {
        if (!node.known() && node.pods().isEmpty()) {
            nodes.remove(node.name);
            freeSlots.addLast(node.slot);
        }
    }

    /// A pod on its node, bound or only assumed to be.
    @Nullable
    ClusterEvent place(PodEntry pod, String nodeName, boolean sure) {
        NodeEntry node = entry(nodeName);
        NodeEntry at = nodeOfPod.get(pod.uid());
        PodEntry before = at == node ? node.pod(pod.uid()) : null;
        if (sure) {
            assumed.remove(pod.uid());
        } else {
            assumed.add(pod.uid());
        }
        if (before != null && same(before, pod)) {
            return null;
        }
        takeAway(pod.uid());
        node.add(pod);
        node.version = ++changes;
        nodeOfPod.put(pod.uid(), node);
        neighbours.add(pod, node);
        priorities.merge(pod.priority(), 1, Integer::sum);
        useClaims(pod, 1);
        return before == null ? new ClusterEvent.PodCame(pod, node) : new ClusterEvent.PodChanged(before, pod);
    }

    private static boolean same(PodEntry a, PodEntry b) {
        return a.shape() == b.shape()
                && a.labels().equals(b.labels())
                && a.marks().terminating() == b.marks().terminating()
                && a.marks().preempted() == b.marks().preempted()
                && (a.marks().started() == null) == (b.marks().started() == null);
    }

    @Nullable
    ClusterEvent removePod(String uid) {
        assumed.remove(uid);
        NodeEntry node = nodeOfPod.get(uid);
        PodEntry gone = takeAway(uid);
        if (gone == null || node == null) {
            return null;
        }
        dropIfUnused(node);
        return new ClusterEvent.PodLeft(gone, node);
    }

    private @Nullable PodEntry takeAway(String uid) {
        NodeEntry node = nodeOfPod.remove(uid);
        PodEntry gone = node == null ? null : node.remove(uid);
        if (node != null && gone != null) {
            node.version = ++changes;
            neighbours.remove(gone, node);
            priorities.merge(gone.priority(), -1, (a, b) -> a + b == 0 ? null : a + b);
            useClaims(gone, -1);
        }
        return gone;
    }

    private void useClaims(PodEntry pod, int by) {
        for (PodEntry.Claim claim : pod.claims()) {
            claimUsers.merge(pod.namespace() + "/" + claim.name(), by, (a, b) -> a + b == 0 ? null : a + b);
        }
    }

    Map<String, Integer> claimUsers() {
        return claimUsers;
    }

    /// A bind failed: the node's resources are free again, unless the pod was seen bound meanwhile.
    @Nullable
    ClusterEvent forget(String uid) {
        return assumed.contains(uid) ? removePod(uid) : null;
    }

    /// What is known of a shape on every node.
    ShapeFit fit(PodShape shape) {
        ShapeFit known = fits.get(shape);
        if (known == null) {
            if (fits.size() >= MOST_FITS) {
                fits.remove(fits.keySet().iterator().next());
            }
            known = new ShapeFit(shape);
            fits.put(shape, known);
        }
        return known;
    }

    /// The nodes there are, in name order: what makes the same input give the same node.
    List<NodeEntry> inOrder() {
        List<NodeEntry> known = inOrder;
        if (known == null) {
            known = new ArrayList<>();
            for (NodeEntry node : nodes.values()) {
                if (node.known()) {
                    known.add(node);
                }
            }
            known.sort(Comparator.comparing(node -> node.name));
            inOrder = known;
        }
        return known;
    }

    /// Also those without an object that pods stand on.
    Iterable<NodeEntry> everywhere() {
        return nodes.values();
    }

    /// Null when there is no such node.
    @Nullable
    NodeEntry node(String name) {
        NodeEntry node = nodes.get(name);
        return node != null && node.known() ? node : null;
    }

    @Nullable
    NodeEntry nodeOf(String uid) {
        return nodeOfPod.get(uid);
    }

    /// Whether any pod on a node has less than this priority.
    boolean anyBelow(int priority) {
        return !priorities.isEmpty() && priorities.firstKey() < priority;
    }
}
