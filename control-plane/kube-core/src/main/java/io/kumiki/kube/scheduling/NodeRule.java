package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.select.LabelSelector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A pod's own choice of nodes: `nodeSelector` and node affinity, required and preferred.
///
/// @param terms ORed; `null` when nothing is required by affinity
/// @param pinned the only nodes whose name the terms allow; `null` when they do not go by name
record NodeRule(
        Map<String, String> selector,
        @Nullable List<Term> terms,
        List<Preferred> preferred,
        @Nullable Set<String> pinned) {
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
    private static final String NAME = "metadata.name";

    /// One node selector term; an empty one matches nothing.
    record Term(LabelSelector labels, LabelSelector fields) {
        static Term read(JsonNode term) {
            return new Term(
                    LabelSelector.expressions(term.path("matchExpressions")),
                    LabelSelector.expressions(term.path("matchFields")));
        }

        boolean matches(String name, Map<String, String> nodeLabels) {
            return !(labels.isAll() && fields.isAll())
                    && labels.matches(nodeLabels::get)
                    && fields.matches(key -> key.equals(NAME) ? name : null);
        }
    }

    record Preferred(int weight, Term term) {}

    static NodeRule read(JsonNode spec) {
        Map<String, String> selector = new HashMap<>();
        spec.path("nodeSelector")
                .properties()
                .forEach(entry -> selector.put(entry.getKey(), entry.getValue().asText()));
        JsonNode affinity = spec.path("affinity").path("nodeAffinity");
        JsonNode required = affinity.path(REQUIRED);
        List<Term> terms = required.isObject() ? terms(required.path("nodeSelectorTerms")) : null;
        List<Preferred> preferred = new ArrayList<>();
        for (JsonNode each : affinity.path(PREFERRED)) {
            preferred.add(new Preferred(each.path("weight").asInt(), Term.read(each.path("preference"))));
        }
        return new NodeRule(
                Map.copyOf(selector),
                terms,
                List.copyOf(preferred),
                terms == null ? null : names(required.path("nodeSelectorTerms")));
    }

    static List<Term> terms(JsonNode list) {
        List<Term> terms = new ArrayList<>();
        list.forEach(term -> terms.add(Term.read(term)));
        return List.copyOf(terms);
    }

    /// The names that `metadata.name In` leaves, when every term has such a field: then only those nodes need a look.
    private static @Nullable Set<String> names(JsonNode terms) {
        Set<String> all = new HashSet<>();
        for (JsonNode term : terms) {
            Set<String> ofTerm = null;
            for (JsonNode field : term.path("matchFields")) {
                if (field.path("key").asText().equals(NAME)
                        && field.path("operator").asText().equals("In")) {
                    Set<String> values = new HashSet<>();
                    field.path("values").forEach(value -> values.add(value.asText()));
                    if (ofTerm == null) {
                        ofTerm = values;
                    } else {
                        ofTerm.retainAll(values);
                    }
                }
            }
            if (ofTerm == null) {
                return null;
            }
            all.addAll(ofTerm);
        }
        return terms.isEmpty() ? null : all;
    }

    boolean matches(String name, Map<String, String> nodeLabels) {
        for (Map.Entry<String, String> wanted : selector.entrySet()) {
            if (!wanted.getValue().equals(nodeLabels.get(wanted.getKey()))) {
                return false;
            }
        }
        return terms == null || any(terms, name, nodeLabels);
    }

    static boolean any(List<Term> terms, String name, Map<String, String> nodeLabels) {
        for (Term term : terms) {
            if (term.matches(name, nodeLabels)) {
                return true;
            }
        }
        return false;
    }

    int preference(String name, Map<String, String> nodeLabels) {
        int sum = 0;
        for (Preferred each : preferred) {
            sum += each.term.matches(name, nodeLabels) ? each.weight : 0;
        }
        return sum;
    }
}
