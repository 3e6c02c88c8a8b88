package io.kumiki.runtime.work;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.kumiki.model.Json;

/// Writes `/status` only when it differs from what the cache shows, and always says which generation it speaks of.
public interface StatusWriter<R extends HasMetadata> {
    /// @return whether something had to be written
    boolean write(R resource, ObjectNode status);

    static <R extends HasMetadata> StatusWriter<R> on(KubernetesClient client) {
        return (resource, status) -> {
            ObjectNode wanted = withGeneration(resource, status);
            JsonNode found = Json.mapper().valueToTree(resource).path("status");
            if (found.equals(wanted)) {
                return false;
            }
            ObjectNode patch = Json.object();
            patch.set("status", replacing(found, wanted));
            client.resource(resource)
                    .subresource("status")
                    .patch(PatchContext.of(PatchType.JSON_MERGE), Json.write(patch));
            return true;
        };
    }

    static ObjectNode withGeneration(HasMetadata resource, ObjectNode status) {
        Long generation = resource.getMetadata().getGeneration();
        ObjectNode wanted = status.deepCopy();
        if (generation != null && !wanted.has("observedGeneration")) {
            wanted.put("observedGeneration", generation);
        }
        return wanted;
    }

    /// A merge patch keeps what it does not name: fields that are gone must be named as null.
    private static ObjectNode replacing(JsonNode found, ObjectNode wanted) {
        ObjectNode patch = wanted.deepCopy();
        found.fieldNames().forEachRemaining(name -> {
            if (!wanted.has(name)) {
                patch.putNull(name);
            } else if (found.get(name).isObject() && wanted.get(name) instanceof ObjectNode inner) {
                patch.set(name, replacing(found.get(name), inner));
            }
        });
        return patch;
    }
}
