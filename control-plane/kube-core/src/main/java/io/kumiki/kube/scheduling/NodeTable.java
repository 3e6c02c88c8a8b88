package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The scheduler's memory of nodes and of the pods on them, and the filter and score phases over it.
/// An assumed pod counts as bound until it is seen bound or is forgotten, so that a bind that takes long delays
/// nobody.
public final class NodeTable {
    private final SortedMap<String, NodeEntry> nodes = new TreeMap<>();
    private final Map<String, String> nodeOfPod = new HashMap<>();
    private final Set<String> assumed = new HashSet<>();
    private final Set<String> ignoredResources;
    /// Pods on nodes whose anti-affinity may refuse others: while there are none, placing a pod looks at no other
    /// pod.
    private int refusing;

    /// `ignoredResources` are counted by an extender, not here (`ignoredByScheduler`).
    public NodeTable(Collection<String> ignoredResources) {
        this.ignoredResources = Set.copyOf(ignoredResources);
    }

    /// What the filter phase found: the nodes that will do, in name order, and a sentence for each of the others.
    public record Filtered(List<String> nodes, SortedMap<String, String> refusals) {}

    public void putNode(JsonNode node) {
        String name = node.path("metadata").path("name").asText();
        nodes.computeIfAbsent(name, NodeEntry::new).object(node);
    }

    public void removeNode(String name) {
        NodeEntry entry = nodes.get(name);
        if (entry != null) {
            entry.object(null);
            if (entry.isEmpty()) {
                nodes.remove(name);
            }
        }
    }

    public @Nullable JsonNode node(String name) {
        NodeEntry entry = nodes.get(name);
        return entry != null && entry.known() ? entry.object() : null;
    }

    /// A pod that is bound to a node and has not ended.
    public void putPod(JsonNode pod) {
        place(pod, pod.path("spec").path("nodeName").asText());
        assumed.remove(uid(pod));
    }

    public void removePod(String uid) {
        assumed.remove(uid);
        String at = nodeOfPod.remove(uid);
        NodeEntry node = at == null ? null : nodes.get(at);
        if (node == null) {
            return;
        }
        for (PodEntry pod : node.pods()) {
            if (pod.uid().equals(uid) && InterPod.refusesOthers(pod)) {
                refusing--;
            }
        }
        node.remove(uid);
        if (!node.known() && node.isEmpty()) {
            nodes.remove(node.name);
        }
    }

    public void assume(JsonNode pod, String node) {
        place(pod, node);
        assumed.add(uid(pod));
    }

    /// A bind failed: the node's resources are free again, unless the pod was seen bound meanwhile.
    public void forget(String uid) {
        if (assumed.contains(uid)) {
            removePod(uid);
        }
    }

    public Filtered filter(JsonNode pod, Claims claims) {
        PodEntry entry = PodEntry.of(pod);
        InterPod interPod = InterPod.matters(entry, refusing > 0) ? new InterPod(entry, nodes.values()) : null;
        List<String> fits = new ArrayList<>();
        SortedMap<String, String> refusals = new TreeMap<>();
        for (NodeEntry node : nodes.values()) {
            if (!node.known()) {
                continue;
            }
            String refusal = refusal(entry, node, interPod, claims);
            if (refusal == null) {
                fits.add(node.name);
            } else {
                refusals.put(node.name, refusal);
            }
        }
        return new Filtered(fits, refusals);
    }

    /// Why no node can be looked at at all (a claim is missing or unbound), or null.
    public static @Nullable String blockedByClaim(JsonNode pod, Claims claims) {
        for (String claim : claimNames(pod)) {
            switch (claims.look(pod.path("metadata").path("namespace").asText(), claim)) {
                case Claims.Claim.Missing ignored -> {
                    return "persistentvolumeclaim \"" + claim + "\" not found";
                }
                case Claims.Claim.Unbound ignored -> {
                    return "pod has unbound immediate PersistentVolumeClaims";
                }
                case Claims.Claim.Bound ignored -> {
                    continue;
                }
            }
        }
        return null;
    }

    /// The candidates with their scores (0 to 1000), best first; equal ones in name order, so that the same input
    /// gives the same node.
    public List<Scored> score(JsonNode pod, Collection<String> candidates) {
        PodEntry entry = PodEntry.of(pod);
        List<Scored> scored = new ArrayList<>();
        for (String name : candidates) {
            NodeEntry node = nodes.get(name);
            if (node != null && node.known()) {
                scored.add(new Scored(name, score(entry, node)));
            }
        }
        scored.sort(Comparator.comparingLong(Scored::score).reversed().thenComparing(Scored::node));
        return scored;
    }

    /// A node and how well it suits.
    public record Scored(String node, long score) {}

    /// kube-scheduler's message: how many nodes, and each reason with the number of nodes it holds for.
    public static String message(Filtered filtered, int all) {
        if (all == 0) {
            return "no nodes available to schedule pods";
        }
        SortedMap<String, Integer> counts = new TreeMap<>();
        filtered.refusals().values().forEach(reason -> counts.merge(reason, 1, Integer::sum));
        List<String> parts = new ArrayList<>();
        counts.forEach((reason, count) -> parts.add(count + " " + reason));
        parts.sort(Comparator.naturalOrder());
        return "0/" + all + " nodes are available: " + String.join(", ", parts) + ".";
    }

    public int nodeCount() {
        return (int) nodes.values().stream().filter(NodeEntry::known).count();
    }

    private void place(JsonNode pod, String nodeName) {
        removePod(uid(pod));
        PodEntry entry = PodEntry.of(pod);
        nodes.computeIfAbsent(nodeName, NodeEntry::new).add(entry);
        nodeOfPod.put(entry.uid(), nodeName);
        if (InterPod.refusesOthers(entry)) {
            refusing++;
        }
    }

    private @Nullable String refusal(PodEntry pod, NodeEntry node, @Nullable InterPod interPod, Claims claims) {
        JsonNode spec = pod.spec();
        JsonNode tolerations = spec.path("tolerations");
        if (node.unschedulable() && !toleratesUnschedulable(tolerations)) {
            return "node(s) were unschedulable";
        }
        if (!node.ready()) {
            return "node(s) were not ready";
        }
        JsonNode taint = Selectors.untolerated(node.taints(), tolerations, "NoSchedule", "NoExecute");
        if (taint != null) {
            return "node(s) had untolerated taint {" + taint.path("key").asText() + ": "
                    + taint.path("value").asText("") + "}";
        }
        if (!Selectors.node(spec, node.name, node.labels())) {
            return "node(s) didn't match Pod's node affinity/selector";
        }
        if (portTaken(spec, node)) {
            return "node(s) didn't have free ports for the requested pod ports";
        }
        String shortOf = insufficient(pod, node);
        if (shortOf != null) {
            return shortOf;
        }
        for (String claim : claimNames(pod.pod())) {
            if (claims.look(pod.namespace(), claim) instanceof Claims.Claim.Bound bound
                    && bound.nodeAffinity() != null
                    && !Selectors.terms(
                            bound.nodeAffinity().path("required").path("nodeSelectorTerms"),
                            node.name,
                            node.labels())) {
                return "node(s) had volume node affinity conflict";
            }
        }
        return interPod == null ? null : interPod.refusal(node);
    }

    private static boolean toleratesUnschedulable(JsonNode tolerations) {
        JsonNode taint =
                Json.object().put("key", "node.kubernetes.io/unschedulable").put("effect", "NoSchedule");
        return Selectors.tolerated(taint, tolerations);
    }

    private @Nullable String insufficient(PodEntry pod, NodeEntry node) {
        for (Map.Entry<String, Long> wanted : pod.request().of().entrySet()) {
            String resource = wanted.getKey();
            if (wanted.getValue() == 0 || ignoredResources.contains(resource)) {
                continue;
            }
            if (wanted.getValue()
                    > node.allocatable().get(resource) - node.used().get(resource)) {
                return resource.equals("pods") ? "Too many pods" : "Insufficient " + resource;
            }
        }
        return null;
    }

    private static boolean portTaken(JsonNode spec, NodeEntry node) {
        Set<String> wanted = hostPorts(spec);
        if (wanted.isEmpty()) {
            return false;
        }
        for (PodEntry other : node.pods()) {
            Set<String> taken = hostPorts(other.spec());
            taken.retainAll(wanted);
            if (!taken.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private static Set<String> hostPorts(JsonNode spec) {
        Set<String> ports = new HashSet<>();
        for (JsonNode container : spec.path("containers")) {
            for (JsonNode port : container.path("ports")) {
                if (port.path("hostPort").asInt() > 0) {
                    ports.add(port.path("protocol").asText("TCP") + " "
                            + port.path("hostPort").asInt());
                }
            }
        }
        return ports;
    }

    /// Emptier is better, preferred affinity counts, PreferNoSchedule taints count against; weights as in the
    /// default profile.
    private static long score(PodEntry pod, NodeEntry node) {
        long free = (freeShare(pod, node, "cpu") + freeShare(pod, node, "memory")) / 2;
        long preferred = 0;
        long most = 0;
        for (JsonNode term : pod.spec()
                .path("affinity")
                .path("nodeAffinity")
                .path("preferredDuringSchedulingIgnoredDuringExecution")) {
            long weight = term.path("weight").asLong();
            most += weight;
            preferred += Selectors.term(term.path("preference"), node.name, node.labels()) ? weight : 0;
        }
        long affinity = most == 0 ? 0 : 100 * preferred / most;
        boolean avoided =
                Selectors.untolerated(node.taints(), pod.spec().path("tolerations"), "PreferNoSchedule") != null;
        return free + 2 * affinity + (avoided ? 0 : 3 * 100);
    }

    private static long freeShare(PodEntry pod, NodeEntry node, String resource) {
        long all = node.allocatable().get(resource);
        long left = all - node.used().get(resource) - pod.request().get(resource);
        return all <= 0 || left <= 0 ? 0 : Math.round(100.0 * left / all);
    }

    private static List<String> claimNames(JsonNode pod) {
        List<String> names = new ArrayList<>();
        for (JsonNode volume : pod.path("spec").path("volumes")) {
            JsonNode claim = volume.path("persistentVolumeClaim").path("claimName");
            if (claim.isTextual()) {
                names.add(claim.asText());
            }
        }
        return names;
    }

    private static String uid(JsonNode pod) {
        return pod.path("metadata").path("uid").asText();
    }
}
