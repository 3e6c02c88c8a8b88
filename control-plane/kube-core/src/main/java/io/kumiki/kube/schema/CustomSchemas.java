package io.kumiki.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// Types of custom kinds, read from a definition's openAPIV3Schema. Only structural schemas are read: every value
/// has a type.
public final class CustomSchemas {
    private static final Set<String> FORBIDDEN = Set.of(
            "definitions",
            "dependencies",
            "deprecated",
            "discriminator",
            "id",
            "patternProperties",
            "readOnly",
            "writeOnly",
            "xml",
            "$ref");
    private static final int DEEPEST = 100;

    private final List<Violation> violations = new ArrayList<>();

    private CustomSchemas() {}

    /// @param violations everything that is wrong with the schema
    public record Read(Schema schema, List<Violation> violations) {}

    /// The type of the whole object: the definition's schema with apiVersion, kind and metadata as every object has
    /// them.
    public static Read read(@Nullable JsonNode openApi, boolean preserveUnknown, String path) {
        CustomSchemas reader = new CustomSchemas();
        JsonNode given = openApi == null || openApi.isMissingNode() || openApi.isNull() ? null : openApi;
        Schema root = given == null ? new Schema(Schema.Type.OBJECT) : reader.type(given, path, 0);
        if (root.type != Schema.Type.OBJECT) {
            reader.violations.add(
                    new Violation(path + ".type", "FieldValueInvalid", "Invalid value: must be object at the root"));
            root = new Schema(Schema.Type.OBJECT);
        }
        if (given == null || preserveUnknown) {
            root.preserveUnknown = true;
        }
        root.properties.put("apiVersion", new Schema(Schema.Type.STRING));
        root.properties.put("kind", new Schema(Schema.Type.STRING));
        root.properties.put("metadata", ModelSchemas.of("ObjectMeta"));
        return new Read(root, reader.violations);
    }

    private Schema type(JsonNode json, String path, int depth) {
        if (depth > DEEPEST) {
            violations.add(new Violation(path, "FieldValueTooLong", "Too long: nested deeper than " + DEEPEST));
            return Schema.any();
        }
        for (Map.Entry<String, JsonNode> each : json.properties()) {
            if (FORBIDDEN.contains(each.getKey())) {
                violations.add(new Violation(
                        path + "." + each.getKey(),
                        "FieldValueForbidden",
                        "Forbidden: " + each.getKey() + " is not supported"));
            }
        }
        Schema schema = new Schema(kindOf(json, path));
        schema.description = json.path("description").asText("");
        schema.format = json.path("format").asText("");
        schema.nullable = json.path("nullable").asBoolean();
        schema.preserveUnknown =
                json.path("x-kubernetes-preserve-unknown-fields").asBoolean();
        schema.embedded = json.path("x-kubernetes-embedded-resource").asBoolean();
        members(json, schema, path, depth);
        merging(json, schema);
        List<String> required = new ArrayList<>();
        json.path("required").forEach(each -> required.add(each.asText()));
        schema.required = List.copyOf(required);
        schema.limits = limits(json, path);
        if (json.has("default")) {
            List<Violation> wrong = Decoding.check(json.get("default"), schema, path + ".default");
            violations.addAll(wrong);
            schema.defaultValue = json.get("default");
        }
        return schema;
    }

    private Schema.Type kindOf(JsonNode json, String path) {
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
            case "" -> {
                if (!json.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
                    violations.add(new Violation(
                            path + ".type",
                            "FieldValueRequired",
                            "Required value: must not be empty for specified object fields"));
                }
                yield Schema.Type.ANY;
            }
            default -> {
                violations.add(
                        new Violation(
                                path + ".type",
                                "FieldValueNotSupported",
                                "Unsupported value: \"" + json.path("type").asText()
                                        + "\": supported values: \"array\", \"boolean\", \"integer\", \"number\", \"object\", \"string\""));
                yield Schema.Type.ANY;
            }
        };
    }

    private void members(JsonNode json, Schema schema, String path, int depth) {
        for (Map.Entry<String, JsonNode> each : json.path("properties").properties()) {
            schema.properties.put(
                    each.getKey(), type(each.getValue(), path + ".properties[" + each.getKey() + "]", depth + 1));
        }
        JsonNode additional = json.path("additionalProperties");
        if (additional.isObject()) {
            schema.additional = type(additional, path + ".additionalProperties", depth + 1);
        } else if (additional.asBoolean()) {
            schema.preserveUnknown = true;
        }
        if (schema.embedded) {
            schema.properties.putIfAbsent("apiVersion", new Schema(Schema.Type.STRING));
            schema.properties.putIfAbsent("kind", new Schema(Schema.Type.STRING));
            schema.properties.put("metadata", ModelSchemas.of("ObjectMeta"));
        }
        if (json.path("items").isObject()) {
            schema.items = type(json.get("items"), path + ".items", depth + 1);
        } else if (schema.type == Schema.Type.ARRAY && !schema.preserveUnknown) {
            violations.add(new Violation(path + ".items", "FieldValueRequired", "Required value: must be specified"));
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
        List<String> keys = new ArrayList<>();
        json.path("x-kubernetes-list-map-keys").forEach(each -> keys.add(each.asText()));
        schema.mergeKeys = List.copyOf(keys);
    }

    private Limits limits(JsonNode json, String path) {
        List<JsonNode> allowed = new ArrayList<>();
        json.path("enum").forEach(allowed::add);
        String pattern = json.hasNonNull("pattern") ? json.get("pattern").asText() : null;
        if (pattern != null) {
            try {
                Pattern.compile(pattern);
            } catch (PatternSyntaxException e) {
                violations.add(new Violation(
                        path + ".pattern",
                        "FieldValueInvalid",
                        "Invalid value: \"" + pattern + "\": " + e.getDescription()));
            }
        }
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

    /// What a definition may say that this version does not act on: the client is told.
    public static List<String> notEnforced(JsonNode openApi) {
        List<String> found = new ArrayList<>();
        look(openApi == null ? Json.object() : openApi, "", found);
        return found;
    }

    private static void look(JsonNode json, String path, List<String> found) {
        if (found.size() > 3 || !(json instanceof ObjectNode object)) {
            return;
        }
        for (String word : List.of("x-kubernetes-validations", "oneOf", "anyOf", "allOf", "not")) {
            if (object.has(word) && !object.path("x-kubernetes-int-or-string").asBoolean()) {
                found.add((path.isEmpty() ? "the schema" : path) + ": " + word);
            }
        }
        object.path("properties")
                .properties()
                .forEach(each -> look(each.getValue(), path + "." + each.getKey(), found));
        look(object.path("items"), path + "[]", found);
        look(object.path("additionalProperties"), path + ".*", found);
    }
}
