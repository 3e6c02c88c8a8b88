package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One node with what is on it, bound or assumed. Mutable, owned by [NodeTable].
final class NodeEntry {
    final String name;
    /// Null while pods are bound to a node that has not been seen (yet).
    private @Nullable JsonNode object;

    private Amounts allocatable = Amounts.NONE;
    private Amounts used = Amounts.NONE;
    private final Map<String, PodEntry> pods = new LinkedHashMap<>();

    NodeEntry(String name) {
        this.name = name;
    }

    void object(@Nullable JsonNode node) {
        object = node;
        allocatable =
                node == null ? Amounts.NONE : Amounts.read(node.path("status").path("allocatable"));
    }

    boolean known() {
        return object != null;
    }

    JsonNode object() {
        return Objects.requireNonNull(object, name);
    }

    JsonNode labels() {
        return object().path("metadata").path("labels");
    }

    JsonNode taints() {
        return object().path("spec").path("taints");
    }

    boolean unschedulable() {
        return object().path("spec").path("unschedulable").asBoolean();
    }

    boolean ready() {
        for (JsonNode condition : object().path("status").path("conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                return condition.path("status").asText().equals("True");
            }
        }
        return false;
    }

    Amounts allocatable() {
        return allocatable;
    }

    Amounts used() {
        return used;
    }

    Iterable<PodEntry> pods() {
        return pods.values();
    }

    boolean isEmpty() {
        return pods.isEmpty();
    }

    void add(PodEntry pod) {
        remove(pod.uid());
        pods.put(pod.uid(), pod);
        used = used.plus(pod.request());
    }

    void remove(String uid) {
        PodEntry gone = pods.remove(uid);
        if (gone != null) {
            used = used.minus(gone.request());
        }
    }
}
