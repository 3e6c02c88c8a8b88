package io.kumiki.kube.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.PatchType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.patch.JsonPatch;
import io.kumiki.kube.patch.MergePatch;
import io.kumiki.kube.patch.PatchFault;

/// The four kinds of patch as updates.
public final class Patches {
    private final Writes writes;

    public Patches(Writes writes) {
        this.writes = writes;
    }

    public Writes.Written patch(
            Kind kind, String namespace, String name, String part, PatchType how, JsonNode patch, WriteOptions options) {
        return new Writes.Written(
                writes.update(new Writes.Update(kind, namespace, name, part, old -> patched(kind, old, how, patch)), options), false);
    }

    private static ObjectNode patched(Kind kind, ObjectNode old, PatchType how, JsonNode patch) {
        JsonNode result;
        try {
            result = switch (how) {
                case JSON -> JsonPatch.apply(old, patch);
                case MERGE, STRATEGIC -> MergePatch.apply(old, patch);
                case APPLY -> throw ApiFault.noSuchPath();
            };
        } catch (PatchFault e) {
            throw ApiFault.of(422, "Invalid", "the server rejected our request due to an error in our request: " + e.getMessage());
        }
        if (result instanceof ObjectNode object) {
            return object;
        }
        throw ApiFault.badRequest("the patch leaves no object");
    }
}
