package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.select.LabelSelector;
import java.util.Arrays;
import java.util.List;

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
        return LabelSelector.of(node).text();
    }
}
