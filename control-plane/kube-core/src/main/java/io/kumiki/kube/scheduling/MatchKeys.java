package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.select.LabelSelector;
import io.kumiki.model.Json;
import java.util.Map;

/// `matchLabelKeys` and `mismatchLabelKeys`: the pod's own values of these labels become part of the selector.
final class MatchKeys {
    private MatchKeys() {}

    static LabelSelector add(LabelSelector selector, JsonNode keys, Map<String, String> labels, String operator) {
        ArrayNode expressions = Json.array();
        for (JsonNode key : keys) {
            String value = labels.get(key.asText());
            if (value != null) {
                ObjectNode expression = expressions.addObject();
                expression.put("key", key.asText()).put("operator", operator);
                expression.putArray("values").add(value);
            }
        }
        return expressions.isEmpty() ? selector : selector.and(LabelSelector.expressions(expressions));
    }

    /// The labels that such keys make part of a pod's constraints.
    static ObjectNode used(JsonNode spec, Map<String, String> labels) {
        ObjectNode used = Json.object();
        for (JsonNode constraint : spec.path("topologySpreadConstraints")) {
            note(constraint, labels, used);
        }
        for (String side : new String[] {"podAffinity", "podAntiAffinity"}) {
            for (JsonNode list : spec.path("affinity").path(side)) {
                for (JsonNode term : list) {
                    note(term.has("podAffinityTerm") ? term.path("podAffinityTerm") : term, labels, used);
                }
            }
        }
        return used;
    }

    private static void note(JsonNode term, Map<String, String> labels, ObjectNode used) {
        for (String list : new String[] {"matchLabelKeys", "mismatchLabelKeys"}) {
            for (JsonNode key : term.path(list)) {
                String value = labels.get(key.asText());
                if (value != null) {
                    used.put(key.asText(), value);
                }
            }
        }
    }
}
