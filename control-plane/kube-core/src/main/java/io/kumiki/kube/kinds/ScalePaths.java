package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Where the scale subresource finds its numbers in an object, for built-in and custom kinds alike: dotted paths
/// such as `spec.replicas`.
///
/// @param selector of a text or of a label selector; empty when the kind has none
public record ScalePaths(String replicas, String statusReplicas, String selector) {
    /// As Deployments, ReplicaSets and StatefulSets have them.
    public static final ScalePaths WORKLOAD = new ScalePaths("spec.replicas", "status.replicas", "spec.selector");

    public JsonNode wanted(JsonNode object) {
        return Fields.at(object, replicas);
    }

    public JsonNode found(JsonNode object) {
        return Fields.at(object, statusReplicas);
    }

    public void want(ObjectNode object, int count) {
        List<String> steps = Arrays.asList(replicas.split("\\."));
        ObjectNode at = object;
        for (String step : steps.subList(0, steps.size() - 1)) {
            at = at.get(step) instanceof ObjectNode below ? below : at.putObject(step);
        }
        at.put(steps.getLast(), count);
    }

    /// The selector in the form that clients send it.
    public String selectorText(JsonNode object) {
        JsonNode node = selector.isEmpty() ? object.path("") : Fields.at(object, selector);
        if (!node.isObject()) {
            return node.asText("");
        }
        StringBuilder text = new StringBuilder();
        Map<String, String> labels = new TreeMap<>();
        node.path("matchLabels")
                .properties()
                .forEach(each -> labels.put(each.getKey(), each.getValue().asText()));
        labels.forEach((key, value) -> term(text, key + "=" + value));
        for (JsonNode each : node.path("matchExpressions")) {
            String key = each.path("key").asText();
            String values = values(each.path("values"));
            switch (each.path("operator").asText()) {
                case "In" -> term(text, key + " in (" + values + ")");
                case "NotIn" -> term(text, key + " notin (" + values + ")");
                case "Exists" -> term(text, key);
                default -> term(text, "!" + key);
            }
        }
        return text.toString();
    }

    private static void term(StringBuilder text, String term) {
        text.append(text.isEmpty() ? "" : ",").append(term);
    }

    private static String values(JsonNode array) {
        StringBuilder text = new StringBuilder();
        array.forEach(each -> term(text, each.asText()));
        return text.toString();
    }
}
