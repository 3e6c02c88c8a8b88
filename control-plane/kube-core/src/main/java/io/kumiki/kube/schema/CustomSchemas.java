package io.kumiki.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Types of custom kinds, read from a definition's openAPIV3Schema. Whether that schema is a good one is the matter of
/// {@link SchemaRules} and {@link StructuralRules}; here everything is read as well as it can be.
public final class CustomSchemas {
    static final int DEEPEST = 100;

    private CustomSchemas() {}

    /// The type of the whole object: the definition's schema with apiVersion, kind and metadata as every object has
    /// them.
    public static Schema read(@Nullable JsonNode openApi, boolean preserveUnknown) {
        boolean none = openApi == null || !openApi.isObject();
        Schema root = openApi == null || none ? new Schema(Schema.Type.OBJECT) : type(openApi, 0);
        if (root.type != Schema.Type.OBJECT) {
            root = new Schema(Schema.Type.OBJECT);
        }
        if (none || preserveUnknown) {
            root.preserveUnknown = true;
        }
        whole(root);
        return root;
    }

    private static void whole(Schema schema) {
        schema.metadata = schema.properties.get("metadata");
        schema.properties.putIfAbsent("apiVersion", new Schema(Schema.Type.STRING));
        schema.properties.putIfAbsent("kind", new Schema(Schema.Type.STRING));
        schema.properties.put("metadata", ModelSchemas.of("ObjectMeta"));
        schema.always = Set.of("metadata");
    }

    static Schema type(JsonNode json, int depth) {
        if (depth > DEEPEST) {
            return Schema.any();
        }
        Schema schema = new Schema(kindOf(json));
        schema.description = json.path("description").asText("");
        schema.format = json.path("format").asText("");
        schema.nullable = json.path("nullable").asBoolean();
        schema.preserveUnknown =
                json.path("x-kubernetes-preserve-unknown-fields").asBoolean();
        schema.embedded = json.path("x-kubernetes-embedded-resource").asBoolean();
        members(json, schema, depth);
        merging(json, schema);
        schema.required = List.copyOf(Faults.texts(json.path("required")));
        schema.limits = limits(json);
        schema.allOf = all(json.path("allOf"), depth);
        schema.anyOf = all(json.path("anyOf"), depth);
        schema.oneOf = all(json.path("oneOf"), depth);
        schema.not = json.path("not").isObject() ? type(json.get("not"), depth + 1) : null;
        schema.rules = json.path("x-kubernetes-validations").isEmpty() ? null : json.get("x-kubernetes-validations");
        schema.defaultValue = json.hasNonNull("default") ? json.get("default") : null;
        return schema;
    }

    private static List<Schema> all(JsonNode array, int depth) {
        List<Schema> all = new ArrayList<>();
        array.forEach(each -> all.add(type(each, depth + 1)));
        return List.copyOf(all);
    }

    private static Schema.Type kindOf(JsonNode json) {
        if (json.path("x-kubernetes-int-or-string").asBoolean()) {
            return Schema.Type.INT_OR_STRING;
        }
        return switch (json.path("type").asText("")) {
            case "object" -> Schema.Type.OBJECT;
            case "array" -> Schema.Type.ARRAY;
            case "string" -> Schema.Type.STRING;
            case "integer" -> Schema.Type.INTEGER;
            case "number" -> Schema.Type.NUMBER;
            case "boolean" -> Schema.Type.BOOLEAN;
            default -> Schema.Type.ANY;
        };
    }

    private static void members(JsonNode json, Schema schema, int depth) {
        for (Map.Entry<String, JsonNode> each : json.path("properties").properties()) {
            schema.properties.put(each.getKey(), type(each.getValue(), depth + 1));
        }
        JsonNode additional = json.path("additionalProperties");
        if (additional.isObject()) {
            schema.additional = type(additional, depth + 1);
        } else if (additional.asBoolean()) {
            schema.preserveUnknown = true;
        }
        if (schema.embedded) {
            whole(schema);
        }
        if (json.path("items").isObject()) {
            schema.items = type(json.get("items"), depth + 1);
        }
    }

    private static void merging(JsonNode json, Schema schema) {
        schema.merge = switch (json.path("x-kubernetes-list-type").asText("")) {
            case "map" -> Schema.Merge.MAP;
            case "set" -> Schema.Merge.SET;
            default ->
                schema.type == Schema.Type.ARRAY
                                || json.path("x-kubernetes-map-type").asText("").equals("atomic")
                        ? Schema.Merge.ATOMIC
                        : Schema.Merge.GRANULAR;
        };
        schema.mergeKeys = List.copyOf(Faults.texts(json.path("x-kubernetes-list-map-keys")));
    }

    private static Limits limits(JsonNode json) {
        List<JsonNode> allowed = new ArrayList<>();
        json.path("enum").forEach(allowed::add);
        String pattern =
                json.hasNonNull("pattern") && !json.get("pattern").asText().isEmpty()
                        ? json.get("pattern").asText()
                        : null;
        Limits limits = new Limits(
                List.copyOf(allowed),
                pattern,
                number(json, "minimum"),
                number(json, "maximum"),
                json.path("exclusiveMinimum").asBoolean(),
                json.path("exclusiveMaximum").asBoolean(),
                number(json, "multipleOf"),
                json.path("minLength").asLong(0),
                json.path("maxLength").asLong(Long.MAX_VALUE),
                json.path("minItems").asLong(0),
                json.path("maxItems").asLong(Long.MAX_VALUE),
                json.path("minProperties").asLong(0),
                json.path("maxProperties").asLong(Long.MAX_VALUE),
                json.path("uniqueItems").asBoolean());
        return limits.equals(Limits.NONE) ? Limits.NONE : limits;
    }

    private static @Nullable Double number(JsonNode json, String field) {
        return json.path(field).isNumber() ? Double.valueOf(json.get(field).asDouble()) : null;
    }
}
