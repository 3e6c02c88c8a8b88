package io.kumiki.extender.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/// Narrows an affinity to one node.
public final class Pin {
    private Pin() {}

    /// The affinity without a pin to that node; null where nothing is left.
    public static @Nullable ObjectNode off(String node, JsonNode affinity) {
        ObjectNode loose = affinity instanceof ObjectNode given ? given.deepCopy() : Json.object();
        ObjectNode required =
                loose.withObject("/nodeAffinity").withObject("/requiredDuringSchedulingIgnoredDuringExecution");
        ArrayNode terms = required.withArray("/nodeSelectorTerms");
        for (Iterator<JsonNode> each = terms.iterator(); each.hasNext(); ) {
            ObjectNode term = (ObjectNode) each.next();
            ArrayNode fields = term.withArray("/matchFields");
            for (Iterator<JsonNode> field = fields.iterator(); field.hasNext(); ) {
                if (field.next().path("values").path(0).asText().equals(node)) {
                    field.remove();
                }
            }
            if (fields.isEmpty()) {
                term.remove("matchFields");
            }
            if (term.path("matchExpressions").isEmpty() && fields.isEmpty()) {
                // It said no more than which node: any will do.
                terms.removeAll();
                break;
            }
        }
        if (terms.isEmpty()) {
            loose.withObject("/nodeAffinity").remove("requiredDuringSchedulingIgnoredDuringExecution");
        }
        if (loose.path("nodeAffinity").isEmpty()) {
            loose.remove("nodeAffinity");
        }
        return loose.isEmpty() ? null : loose;
    }

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
