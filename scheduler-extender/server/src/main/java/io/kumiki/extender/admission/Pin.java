package io.kumiki.extender.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;

/// Narrows an affinity to one node.
public final class Pin {
    private Pin() {}

    /// Terms are ORed, so every one of them is narrowed; without any, there is a new one.
    public static ObjectNode to(String node, JsonNode affinity) {
        ObjectNode pinned = affinity instanceof ObjectNode given ? given.deepCopy() : Json.object();
        ObjectNode required =
                pinned.withObject("/nodeAffinity").withObject("/requiredDuringSchedulingIgnoredDuringExecution");
        ArrayNode terms = required.withArray("/nodeSelectorTerms");
        if (terms.isEmpty()) {
            terms.addObject();
        }
        for (JsonNode term : terms) {
            ((ObjectNode) term)
                    .withArray("/matchFields")
                    .addObject()
                    .put("key", "metadata.name")
                    .put("operator", "In")
                    .putArray("values")
                    .add(node);
        }
        return pinned;
    }
}
