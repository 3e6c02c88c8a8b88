package io.kumiki.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.model.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// Reads and writes of metadata that every controller needs.
public final class Meta {
    private Meta() {}

    public static String name(JsonNode object) {
        return object.path("metadata").path("name").asText();
    }

    public static String namespace(JsonNode object) {
        return object.path("metadata").path("namespace").asText("");
    }

    public static String uid(JsonNode object) {
        return object.path("metadata").path("uid").asText();
    }

    public static boolean deleting(JsonNode object) {
        return object.path("metadata").has("deletionTimestamp");
    }

    public static String annotation(JsonNode object, String name) {
        return object.path("metadata").path("annotations").path(name).asText("");
    }

    public static @Nullable String label(JsonNode object, String name) {
        JsonNode value = object.path("metadata").path("labels").path(name);
        return value.isMissingNode() ? null : value.asText();
    }

    public static Instant created(JsonNode object) {
        return Instant.parse(object.path("metadata").path("creationTimestamp").asText());
    }

    /// `null` when the field is absent.
    public static @Nullable Instant time(JsonNode value) {
        return value.isTextual() && !value.asText().isEmpty() ? Instant.parse(value.asText()) : null;
    }

    /// As Kubernetes writes times: whole seconds.
    public static String text(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /// The reference that makes `owner` the controller of what carries it.
    public static ObjectNode controlledBy(JsonNode owner) {
        return Json.object()
                .put("apiVersion", owner.path("apiVersion").asText())
                .put("kind", owner.path("kind").asText())
                .put("name", name(owner))
                .put("uid", uid(owner))
                .put("controller", true)
                .put("blockOwnerDeletion", true);
    }

    /// The controlling owner; missing when there is none.
    public static JsonNode controller(JsonNode object) {
        for (JsonNode reference : object.path("metadata").path("ownerReferences")) {
            if (reference.path("controller").asBoolean()) {
                return reference;
            }
        }
        return object.path("metadata").path("none");
    }

    /// A new object that belongs to `owner`.
    public static ObjectNode owned(JsonNode owner, String apiVersion, String kind) {
        ObjectNode object = Json.object().put("apiVersion", apiVersion).put("kind", kind);
        object.putObject("metadata")
                .put("namespace", namespace(owner))
                .putArray("ownerReferences")
                .add(controlledBy(owner));
        return object;
    }

    /// A pod as a template describes it, without a name yet.
    public static ObjectNode pod(JsonNode owner, JsonNode template) {
        ObjectNode pod = owned(owner, "v1", "Pod");
        ObjectNode metadata = (ObjectNode) pod.get("metadata");
        for (String field : new String[] {"labels", "annotations", "finalizers"}) {
            if (!template.path("metadata").path(field).isEmpty()) {
                metadata.set(field, template.path("metadata").path(field).deepCopy());
            }
        }
        pod.set("spec", template.path("spec").deepCopy());
        return pod;
    }

    public static Action.Delete delete(ResourceType type, JsonNode object, Deletion how, Action.@Nullable Story story) {
        return new Action.Delete(type, namespace(object), name(object), how.onlyUid(uid(object)), story);
    }

    /// A merge patch that gives or takes owners; void when the object changed meanwhile.
    public static ObjectNode owners(JsonNode object, ArrayNode references) {
        ObjectNode merge = Json.object();
        merge.putObject("metadata")
                .put(
                        "resourceVersion",
                        object.path("metadata").path("resourceVersion").asText())
                .set("ownerReferences", references);
        return merge;
    }
}
