package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.scheduling.Toleration.Taint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One node with what is on it, bound or assumed. Mutable, owned by [NodeTable].
final class NodeEntry {
    private static final Facts NOTHING = new Facts(Map.of(), List.of(), false, Map.of());

    final String name;
    /// Its place in the arrays that are kept per node.
    final int slot;
    /// Raised by every lasting change, so that what was found out about it is found out anew.
    long version;

    /// Null while pods are bound to a node that has not been seen (yet).
    private @Nullable Facts facts;

    private final Map<String, Long> used = new HashMap<>();
    private final Map<String, PodEntry> pods = new LinkedHashMap<>();
    private long weighedCpu;
    private long weighedMemory;
    private int portHolders;

    /// What the Node object says, as far as it matters here. Equal facts, nothing new.
    record Facts(Map<String, String> labels, List<Taint> taints, boolean unschedulable, Map<String, Long> allocatable) {
        static Facts read(JsonNode node) {
            Map<String, String> labels = new HashMap<>();
            node.path("metadata")
                    .path("labels")
                    .properties()
                    .forEach(
                            entry -> labels.put(entry.getKey(), entry.getValue().asText()));
            List<Taint> taints = new ArrayList<>(Taint.read(node.path("spec").path("taints")));
            unready(node, taints);
            return new Facts(
                    Map.copyOf(labels),
                    List.copyOf(taints),
                    node.path("spec").path("unschedulable").asBoolean(),
                    Map.copyOf(Amounts.read(node.path("status").path("allocatable"))
                            .of()));
        }

        /// A node that is not ready counts as tainted the moment its condition says so, not when a controller has
        /// come round to it.
        private static void unready(JsonNode node, List<Taint> taints) {
            String ready = "";
            for (JsonNode condition : node.path("status").path("conditions")) {
                if (condition.path("type").asText().equals("Ready")) {
                    ready = condition.path("status").asText();
                }
            }
            String key = "node.kubernetes.io/" + (ready.equals("Unknown") ? "unreachable" : "not-ready");
            if (!ready.equals("True")
                    && taints.stream()
                            .noneMatch(taint ->
                                    taint.key().equals(key) && taint.effect().equals("NoSchedule"))) {
                taints.add(new Taint(key, "", "NoSchedule"));
            }
        }
    }

    NodeEntry(String name, int slot) {
        this.name = name;
        this.slot = slot;
    }

    void facts(@Nullable Facts seen) {
        facts = seen;
    }

    boolean known() {
        return facts != null;
    }

    Facts facts() {
        return facts == null ? NOTHING : facts;
    }

    Map<String, String> labels() {
        return facts().labels;
    }

    long allocatable(String resource) {
        return facts().allocatable.getOrDefault(resource, 0L);
    }

    long used(String resource) {
        return used.getOrDefault(resource, 0L);
    }

    long weighedCpu() {
        return weighedCpu;
    }

    long weighedMemory() {
        return weighedMemory;
    }

    Collection<PodEntry> pods() {
        return pods.values();
    }

    @Nullable
    PodEntry pod(String uid) {
        return pods.get(uid);
    }

    boolean portsTaken() {
        return portHolders > 0;
    }

    void add(PodEntry pod) {
        remove(pod.uid());
        pods.put(pod.uid(), pod);
        count(pod, 1);
    }

    @Nullable
    PodEntry remove(String uid) {
        PodEntry gone = pods.remove(uid);
        if (gone != null) {
            count(gone, -1);
        }
        return gone;
    }

    private void count(PodEntry pod, int sign) {
        PodShape shape = pod.shape();
        shape.request.of().forEach((resource, amount) -> used.merge(resource, sign * amount, Long::sum));
        weighedCpu += sign * shape.weighedCpu;
        weighedMemory += sign * shape.weighedMemory;
        portHolders += shape.ports.isEmpty() ? 0 : sign;
    }
}
