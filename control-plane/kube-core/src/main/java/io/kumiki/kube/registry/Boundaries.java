package io.kumiki.kube.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.store.StoredObject;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an update may not touch, whatever it says.
final class Boundaries {
    private Boundaries() {}

    static void check(Kind kind, StoredObject before, ObjectNode next) {
        String wanted = Metadata.resourceVersion(next);
        Metadata.of(next).remove("resourceVersion");
        String name = before.key().name();
        if (wanted != null && !wanted.equals("0") && !wanted.equals(Long.toString(before.revision()))) {
            throw ApiFault.conflict(
                    kind.type().storage(),
                    name,
                    "the object has been modified; please apply your changes to the latest version and try again");
        }
        String uid = next.path("metadata").path("uid").asText("");
        if (!uid.isEmpty() && !uid.equals(before.uid())) {
            throw ApiFault.conflict(
                    kind.type().storage(),
                    name,
                    "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + before.uid());
        }
        String given = next.path("metadata").path("name").asText(name);
        if (!given.equals(name)) {
            throw ApiFault.badRequest(
                    "the name of the object (" + given + ") does not match the name on the URL (" + name + ")");
        }
        String namespace = next.path("metadata").path("namespace").asText("");
        if (!namespace.isEmpty() && !namespace.equals(before.key().namespace())) {
            throw ApiFault.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
    }

    /// The main resource never changes status, the status subresource never changes anything else but metadata that
    /// is the user's.
    static void separate(Kind kind, String part, ObjectNode next, ObjectNode old) {
        if (part.equals("status")) {
            JsonNode status = next.get("status");
            JsonNode metadata = next.get("metadata");
            JsonNode managed = metadata.get("managedFields");
            next.removeAll();
            next.setAll(old.deepCopy());
            replace(next, "status", status);
            if (managed != null) {
                Metadata.of(next).set("managedFields", managed);
            }
            if (kind.storage().equals("nodes") || kind.storage().equals("pods")) {
                replace(Metadata.of(next), "labels", metadata.get("labels"));
                replace(Metadata.of(next), "annotations", metadata.get("annotations"));
            }
        } else if (kind.status() && (part.isEmpty() || part.equals("finalize"))) {
            replace(next, "status", old.get("status"));
        }
    }

    private static void replace(ObjectNode object, String field, @Nullable JsonNode value) {
        if (value == null || value.isNull()) {
            object.remove(field);
        } else {
            object.set(field, value);
        }
    }

    /// The fields whose change is a new generation.
    private static Map<String, JsonNode> counted(Kind kind, ObjectNode object) {
        Map<String, JsonNode> fields = new HashMap<>();
        object.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
        fields.remove("metadata");
        if (kind.status()) {
            fields.remove("status");
        }
        return fields;
    }

    static void raiseGeneration(Kind kind, ObjectNode next, ObjectNode old) {
        if (!kind.generation()) {
            return;
        }
        if (!counted(kind, next).equals(counted(kind, old))) {
            Metadata.of(next)
                    .put("generation", old.path("metadata").path("generation").asLong() + 1);
        }
    }
}
