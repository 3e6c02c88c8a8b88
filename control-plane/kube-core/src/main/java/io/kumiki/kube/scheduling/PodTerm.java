package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.select.LabelSelector;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One term of pod affinity or anti-affinity: near (or far from) which pods, in domains of which label.
///
/// @param namespaceSelector adds the namespaces with these labels; `null` adds none
/// @param weight of a preference; 1 for a required term
record PodTerm(
        String topologyKey,
        LabelSelector selector,
        Set<String> namespaces,
        @Nullable LabelSelector namespaceSelector,
        int weight) {
    /// The four lists of a pod.
    record All(List<PodTerm> near, List<PodTerm> apart, List<PodTerm> preferNear, List<PodTerm> preferApart) {
        static final All NONE = new All(List.of(), List.of(), List.of(), List.of());

        boolean isEmpty() {
            return near.isEmpty() && apart.isEmpty() && preferNear.isEmpty() && preferApart.isEmpty();
        }
    }

    static All read(JsonNode affinity, String namespace, Map<String, String> labels) {
        JsonNode near = affinity.path("podAffinity");
        JsonNode apart = affinity.path("podAntiAffinity");
        if (near.isMissingNode() && apart.isMissingNode()) {
            return All.NONE;
        }
        return new All(
                required(near, namespace, labels),
                required(apart, namespace, labels),
                preferred(near, namespace, labels),
                preferred(apart, namespace, labels));
    }

    private static List<PodTerm> required(JsonNode side, String namespace, Map<String, String> labels) {
        List<PodTerm> terms = new ArrayList<>();
        for (JsonNode term : side.path("requiredDuringSchedulingIgnoredDuringExecution")) {
            terms.add(term(term, 1, namespace, labels));
        }
        return List.copyOf(terms);
    }

    private static List<PodTerm> preferred(JsonNode side, String namespace, Map<String, String> labels) {
        List<PodTerm> terms = new ArrayList<>();
        for (JsonNode each : side.path("preferredDuringSchedulingIgnoredDuringExecution")) {
            terms.add(term(each.path("podAffinityTerm"), each.path("weight").asInt(), namespace, labels));
        }
        return List.copyOf(terms);
    }

    private static PodTerm term(JsonNode term, int weight, String owner, Map<String, String> labels) {
        Set<String> namespaces = new HashSet<>();
        term.path("namespaces").forEach(name -> namespaces.add(name.asText()));
        JsonNode byLabels = term.path("namespaceSelector");
        LabelSelector others = byLabels.isObject() ? LabelSelector.of(byLabels) : null;
        if (namespaces.isEmpty() && others == null) {
            namespaces.add(owner);
        }
        LabelSelector selector = LabelSelector.of(term.path("labelSelector"));
        selector = MatchKeys.add(selector, term.path("matchLabelKeys"), labels, "In");
        selector = MatchKeys.add(selector, term.path("mismatchLabelKeys"), labels, "NotIn");
        return new PodTerm(term.path("topologyKey").asText(), selector, Set.copyOf(namespaces), others, weight);
    }

    /// @param namespaceLabels of a namespace by its name
    boolean matches(PodEntry pod, NamespaceLabels namespaceLabels) {
        return (namespaces.contains(pod.namespace())
                        || (namespaceSelector != null
                                && namespaceSelector.matches(namespaceLabels.of(pod.namespace())::get)))
                && selector.matches(pod.labels()::get);
    }

    /// What is counted does not depend on the weight.
    PodTerm counted() {
        return weight == 1 ? this : new PodTerm(topologyKey, selector, namespaces, namespaceSelector, 1);
    }

    /// Labels of namespaces, for terms that choose namespaces by them.
    @FunctionalInterface
    interface NamespaceLabels {
        Map<String, String> of(String namespace);
    }
}
