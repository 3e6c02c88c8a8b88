package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Constraints between pods: required affinity and anti-affinity (in both directions), and hard topology spread.
/// Counted once per cycle.
final class InterPod {
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

    private final PodEntry pod;
    private final Collection<NodeEntry> nodes;

    InterPod(PodEntry pod, Collection<NodeEntry> nodes) {
        this.pod = pod;
        this.nodes = nodes;
    }

    /// True when some pod of the cluster, or this one, makes the counting necessary.
    static boolean matters(PodEntry pod, boolean othersRefuse) {
        JsonNode affinity = pod.spec().path("affinity");
        return othersRefuse
                || affinity.has("podAffinity")
                || affinity.has("podAntiAffinity")
                || !pod.spec().path("topologySpreadConstraints").isEmpty();
    }

    static boolean refusesOthers(PodEntry pod) {
        return !pod.spec()
                .path("affinity")
                .path("podAntiAffinity")
                .path(REQUIRED)
                .isEmpty();
    }

    /// kube-scheduler's sentence about the node, or null when it will do.
    @Nullable
    String refusal(NodeEntry node) {
        JsonNode affinity = pod.spec().path("affinity");
        for (JsonNode term : affinity.path("podAffinity").path(REQUIRED)) {
            // The first pod of a group that wants to be together may start anywhere.
            if (count(term, node) == 0 && !(anywhere(term) == 0 && matches(term, pod, pod.namespace()))) {
                return "node(s) didn't match pod affinity rules";
            }
        }
        for (JsonNode term : affinity.path("podAntiAffinity").path(REQUIRED)) {
            if (count(term, node) > 0) {
                return "node(s) didn't match pod anti-affinity rules";
            }
        }
        if (refusedByOthers(node)) {
            return "node(s) didn't satisfy existing pods anti-affinity rules";
        }
        for (JsonNode constraint : pod.spec().path("topologySpreadConstraints")) {
            if (constraint.path("whenUnsatisfiable").asText("DoNotSchedule").equals("DoNotSchedule")
                    && skewed(constraint, node)) {
                return "node(s) didn't match pod topology spread constraints";
            }
        }
        return null;
    }

    private boolean refusedByOthers(NodeEntry candidate) {
        for (NodeEntry node : nodes) {
            for (PodEntry other : node.pods()) {
                for (JsonNode term :
                        other.spec().path("affinity").path("podAntiAffinity").path(REQUIRED)) {
                    if (matches(term, pod, other.namespace())
                            && sameDomain(term.path("topologyKey").asText(), node, candidate)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private boolean skewed(JsonNode constraint, NodeEntry candidate) {
        String key = constraint.path("topologyKey").asText();
        String own = domain(key, candidate);
        if (own == null) {
            return true;
        }
        Map<String, Integer> domains = new HashMap<>();
        for (NodeEntry node : nodes) {
            String domain = domain(key, node);
            if (domain == null || !Selectors.node(pod.spec(), node.name, node.labels())) {
                continue;
            }
            int here = 0;
            for (PodEntry other : node.pods()) {
                boolean counts = other.namespace().equals(pod.namespace())
                        && Selectors.labels(constraint.path("labelSelector"), other.labels());
                here += counts ? 1 : 0;
            }
            domains.merge(domain, here, Integer::sum);
        }
        int least = domains.values().stream().mapToInt(Integer::intValue).min().orElse(0);
        int self = Selectors.labels(constraint.path("labelSelector"), pod.labels()) ? 1 : 0;
        return domains.getOrDefault(own, 0) + self - least
                > constraint.path("maxSkew").asInt(1);
    }

    private int count(JsonNode term, NodeEntry candidate) {
        int count = 0;
        for (NodeEntry node : nodes) {
            if (sameDomain(term.path("topologyKey").asText(), node, candidate)) {
                count += matching(term, node);
            }
        }
        return count;
    }

    private int anywhere(JsonNode term) {
        return nodes.stream().mapToInt(node -> matching(term, node)).sum();
    }

    private int matching(JsonNode term, NodeEntry node) {
        int count = 0;
        for (PodEntry other : node.pods()) {
            count += matches(term, other, pod.namespace()) ? 1 : 0;
        }
        return count;
    }

    /// `owner`: the namespace of the pod that the term stands in; it is the one meant when the term names none.
    private static boolean matches(JsonNode term, PodEntry other, String owner) {
        JsonNode namespaces = term.path("namespaces");
        boolean named = namespaces.isEmpty() ? other.namespace().equals(owner) : false;
        for (JsonNode namespace : namespaces) {
            named |= namespace.asText().equals(other.namespace());
        }
        // An empty namespaceSelector means all namespaces; others would need the namespaces' labels, which a laptop
        // has no use for.
        boolean all =
                term.has("namespaceSelector") && term.path("namespaceSelector").isEmpty();
        return (named || all) && Selectors.labels(term.path("labelSelector"), other.labels());
    }

    private static boolean sameDomain(String key, NodeEntry a, NodeEntry b) {
        String domain = domain(key, a);
        return domain != null && domain.equals(domain(key, b));
    }

    private static @Nullable String domain(String key, NodeEntry node) {
        return node.known() ? Selectors.text(node.labels(), key) : null;
    }
}
