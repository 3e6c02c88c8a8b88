package io.kumiki.kube.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// The part of metadata that belongs to the server.
final class Metadata {
    private Metadata() {}

    static ObjectNode of(ObjectNode object) {
        return object.get("metadata") instanceof ObjectNode metadata ? metadata : object.putObject("metadata");
    }

    static String name(ObjectNode object) {
        return object.path("metadata").path("name").asText();
    }

    static String time(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /// For a new object: everything that only the server may say is said anew.
    static void begin(ObjectNode object, String namespace, String name, String uid, Instant now, boolean generation) {
        ObjectNode given = of(object);
        ObjectNode metadata = Json.object();
        metadata.put("name", name);
        copy(given, metadata, "generateName");
        if (!namespace.isEmpty()) {
            metadata.put("namespace", namespace);
        }
        metadata.put("uid", uid);
        if (generation) {
            metadata.put("generation", 1);
        } else {
            copy(given, metadata, "generation");
        }
        metadata.put("creationTimestamp", time(now));
        users(given, metadata);
        object.set("metadata", metadata);
    }

    /// For a changed object: the server's part stays as it was.
    static void keep(ObjectNode object, ObjectNode old) {
        ObjectNode given = of(object);
        JsonNode before = old.path("metadata");
        ObjectNode metadata = Json.object();
        for (String field : new String[] {
            "name",
            "generateName",
            "namespace",
            "uid",
            "generation",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds"
        }) {
            copy(before, metadata, field);
        }
        users(given, metadata);
        object.set("metadata", metadata);
    }

    private static void users(JsonNode from, ObjectNode to) {
        for (String field : new String[] {"labels", "annotations", "ownerReferences", "finalizers", "managedFields"}) {
            if (!from.path(field).isEmpty()) {
                to.set(field, from.get(field));
            }
        }
    }

    private static void copy(JsonNode from, ObjectNode to, String field) {
        if (from.hasNonNull(field)
                && !(from.get(field).isTextual() && from.get(field).asText().isEmpty())) {
            to.set(field, from.get(field));
        }
    }

    static boolean finalizing(ObjectNode object) {
        return !object.path("metadata").path("finalizers").isEmpty();
    }

    static ObjectNode tree(StoredObject stored) {
        return (ObjectNode) Json.parse(stored.json());
    }

    /// A revision that a client gave; `null` when it gave none.
    static @Nullable String resourceVersion(ObjectNode object) {
        String text = object.path("metadata").path("resourceVersion").asText("");
        return text.isEmpty() ? null : text;
    }
}
