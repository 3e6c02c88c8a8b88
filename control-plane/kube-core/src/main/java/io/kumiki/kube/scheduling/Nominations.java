package io.kumiki.kube.scheduling;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Pods for which a node is being cleared: their place is kept against pods of no higher priority.
final class Nominations {
    private record Nomination(PodEntry pod, String node, boolean confirmed) {}

    private final Map<String, Nomination> byPod = new HashMap<>();
    private final Map<String, Map<String, PodEntry>> byNode = new HashMap<>();

    /// Ours: it stands although the pod's object does not say so yet.
    void put(PodEntry pod, String node) {
        put(new Nomination(pod, node, false));
    }

    private void put(Nomination nomination) {
        remove(nomination.pod.uid());
        byPod.put(nomination.pod.uid(), nomination);
        byNode.computeIfAbsent(nomination.node, none -> new LinkedHashMap<>())
                .put(nomination.pod.uid(), nomination.pod);
    }

    /// What the object says; what we said and nobody has seen yet stands against it. Returns the node that counts.
    String seen(PodEntry pod) {
        Nomination ours = byPod.get(pod.uid());
        String said = pod.nominatedNode();
        if (said.isEmpty() && ours != null && !ours.confirmed) {
            return ours.node;
        }
        if (said.isEmpty()) {
            remove(pod.uid());
        } else {
            put(new Nomination(pod, said, true));
        }
        return said;
    }

    /// Where it was, or null.
    @Nullable
    String remove(String uid) {
        Nomination gone = byPod.remove(uid);
        if (gone == null) {
            return null;
        }
        Map<String, PodEntry> there = byNode.get(gone.node);
        if (there != null) {
            there.remove(uid);
            if (there.isEmpty()) {
                byNode.remove(gone.node);
            }
        }
        return gone.node;
    }

    boolean isEmpty() {
        return byPod.isEmpty();
    }

    /// Those that this pod must leave room for.
    List<PodEntry> before(PodEntry pod, String node) {
        Map<String, PodEntry> there = byNode.get(node);
        if (there == null) {
            return List.of();
        }
        List<PodEntry> found = new ArrayList<>();
        for (PodEntry other : there.values()) {
            if (other.priority() >= pod.priority() && !other.uid().equals(pod.uid())) {
                found.add(other);
            }
        }
        return found;
    }

    /// Those that lose the node to a pod of higher priority.
    List<PodEntry> lesser(PodEntry pod, String node) {
        Map<String, PodEntry> there = byNode.get(node);
        return there == null
                ? List.of()
                : there.values().stream()
                        .filter(other -> other.priority() < pod.priority())
                        .toList();
    }
}
