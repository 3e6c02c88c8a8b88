package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.pipelines.expression.Values;
import org.jspecify.annotations.Nullable;

/// Affinity terms: with a weight preferred, without one required.
final class AffinityFragments {
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

    private final ObjectNode out;

    AffinityFragments(ObjectNode out) {
        this.out = out;
    }

    /// @param json a whole NodeAffinity, which wins over the plain fields
    /// @param skipped the json field is there and its parameter is null
    void node(JsonNode e, @Nullable JsonNode json, boolean skipped) {
        if (skipped) {
            return;
        }
        if (json instanceof ObjectNode whole) {
            if (!whole.isEmpty()) {
                merge(at("nodeAffinity"), (ObjectNode) Values.canonical(whole));
            }
            return;
        }
        ObjectNode term = Json.object();
        copy(e, term, "matchExpressions");
        copy(e, term, "matchFields");
        if (term.isEmpty()) {
            return;
        }
        ObjectNode affinity = at("nodeAffinity");
        if (e.has("weight")) {
            list(affinity, PREFERRED)
                    .addObject()
                    .put("weight", e.path("weight").asInt())
                    .set("preference", term);
        } else {
            list(affinity.withObjectProperty(REQUIRED), "nodeSelectorTerms").add(term);
        }
    }

    void pod(JsonNode e) {
        ObjectNode term = Json.object();
        labels(e, term, "matchPodExpressions", "matchPodLabels", "labelSelector");
        labels(e, term, "matchNamespaceExpressions", "matchNamespaceLabels", "namespaceSelector");
        copy(e, term, "namespaces");
        term.put("topologyKey", e.path("topologyKey").asText());
        ObjectNode affinity = at(e.path("anti").asBoolean(false) ? "podAntiAffinity" : "podAffinity");
        if (e.has("weight")) {
            list(affinity, PREFERRED)
                    .addObject()
                    .put("weight", e.path("weight").asInt())
                    .set("podAffinityTerm", term);
        } else {
            list(affinity, REQUIRED).add(term);
        }
    }

    private static void labels(JsonNode e, ObjectNode term, String expressions, String labels, String into) {
        ObjectNode selector = Json.object();
        if (e.path(expressions).isArray() && !e.path(expressions).isEmpty()) {
            selector.set("matchExpressions", e.path(expressions));
        }
        if (e.path(labels).isObject() && !e.path(labels).isEmpty()) {
            selector.set("matchLabels", e.path(labels));
        }
        if (!selector.isEmpty()) {
            term.set(into, selector);
        }
    }

    private static void copy(JsonNode e, ObjectNode term, String field) {
        if (e.path(field).isArray() && !e.path(field).isEmpty()) {
            term.set(field, Values.canonical(e.path(field)));
        }
    }

    private ObjectNode at(String kind) {
        return out.withObjectProperty(PlatformFields.AFFINITY).withObjectProperty(kind);
    }

    private static ArrayNode list(ObjectNode of, String key) {
        return of.get(key) instanceof ArrayNode a ? a : of.putArray(key);
    }

    private static void merge(ObjectNode into, ObjectNode more) {
        more.properties().forEach(e -> {
            JsonNode there = into.get(e.getKey());
            if (there instanceof ArrayNode a && e.getValue() instanceof ArrayNode b) {
                a.addAll(b);
            } else if (there instanceof ObjectNode a && e.getValue() instanceof ObjectNode b) {
                merge(a, b);
            } else {
                into.set(e.getKey(), e.getValue().deepCopy());
            }
        });
    }
}
