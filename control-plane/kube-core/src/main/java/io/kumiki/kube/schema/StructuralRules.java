package io.kumiki.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whether a schema is structural: every value has one type, said outside of all junctors, and junctors only narrow
/// what is so described. Pruning, defaulting and server-side apply rest on that.
final class StructuralRules {
    private static final List<String> FORBIDDEN_INSIDE = List.of(
            "type",
            "additionalProperties",
            "default",
            "title",
            "description",
            "nullable",
            "x-kubernetes-preserve-unknown-fields",
            "x-kubernetes-embedded-resource",
            "x-kubernetes-int-or-string",
            "x-kubernetes-list-map-keys",
            "x-kubernetes-list-type",
            "x-kubernetes-map-type",
            "x-kubernetes-validations");
    private static final Set<String> MUST_BE_EMPTY =
            Set.of("type", "title", "description", "x-kubernetes-list-map-keys", "x-kubernetes-validations");
    private static final Set<String> MUST_BE_FALSE = Set.of(
            "nullable",
            "x-kubernetes-preserve-unknown-fields",
            "x-kubernetes-embedded-resource",
            "x-kubernetes-int-or-string");

    /// Where a type stands, which decides how its absence is told.
    private enum Level {
        ROOT("must not be empty at the root"),
        ITEM("must not be empty for specified array items"),
        FIELD("must not be empty for specified object fields");

        private final String untyped;

        Level(String untyped) {
            this.untyped = untyped;
        }
    }

    private final List<Violation> violations = new ArrayList<>();

    private StructuralRules() {}

    static List<Violation> check(JsonNode schema, String path) {
        StructuralRules rules = new StructuralRules();
        rules.type(schema, Level.ROOT, path, 0);
        rules.complete(schema, schema, path, path);
        rules.violations.sort(Comparator.comparing(Violation::toString));
        return rules.violations;
    }

    private static String property(String path, String name) {
        return path + ".properties[" + name + "]";
    }

    private static boolean is(JsonNode schema, String extension) {
        return schema.path(extension).asBoolean();
    }

    private void type(JsonNode schema, Level level, String path, int depth) {
        if (depth > CustomSchemas.DEEPEST) {
            violations.add(Faults.forbidden(path, "nested deeper than " + CustomSchemas.DEEPEST));
            return;
        }
        String type = schema.path("type").asText("");
        if (type.equals("array") && !schema.path("items").isObject()) {
            violations.add(Faults.required(path + ".items", "must be specified"));
        }
        if (schema.path("items").isObject()) {
            type(schema.get("items"), Level.ITEM, path + ".items", depth + 1);
        }
        schema.path("properties")
                .properties()
                .forEach(each -> type(each.getValue(), Level.FIELD, property(path, each.getKey()), depth + 1));
        if (schema.has("additionalProperties")) {
            additional(schema, level, path, depth);
        }
        for (String other : List.of("x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource")) {
            if (is(schema, "x-kubernetes-int-or-string") && is(schema, other)) {
                violations.add(Faults.invalid(
                        path + "." + other, schema.get(other), "must be false if x-kubernetes-int-or-string is true"));
            }
        }
        boolean either = intOrString(schema.path("anyOf"));
        boolean eitherFirst = intOrString(schema.path("allOf").path(0).path("anyOf"));
        values(schema, either, eitherFirst, path);
        typed(schema, type, level, path);
        if (level == Level.ROOT || is(schema, "x-kubernetes-embedded-resource")) {
            whole(schema, level, path);
        }
    }

    private void additional(JsonNode schema, Level level, String path, int depth) {
        String at = path + ".additionalProperties";
        if (level == Level.ROOT) {
            violations.add(Faults.forbidden(at, "must not be used at the root"));
        }
        if (is(schema, "x-kubernetes-embedded-resource")) {
            violations.add(Faults.forbidden(at, "must not be used if x-kubernetes-embedded-resource is set"));
        }
        if (schema.get("additionalProperties").isObject()) {
            type(schema.get("additionalProperties"), Level.FIELD, at, depth + 1);
        }
    }

    /// The one way to say a type inside a junctor: `anyOf` of integer and string.
    private static boolean intOrString(JsonNode anyOf) {
        return anyOf.size() == 2 && only(anyOf.get(0), "integer") && only(anyOf.get(1), "string");
    }

    private static boolean only(JsonNode schema, String type) {
        return schema.size() == 1 && schema.path("type").asText().equals(type);
    }

    private void typed(JsonNode schema, String type, Level level, String path) {
        String at = path + ".type";
        if (is(schema, "x-kubernetes-embedded-resource") && !type.equals("object")) {
            String why = "must be object if x-kubernetes-embedded-resource is true";
            violations.add(type.isEmpty() ? Faults.required(at, why) : Faults.invalid(at, type, why));
        } else if (type.isEmpty()
                && !is(schema, "x-kubernetes-int-or-string")
                && !is(schema, "x-kubernetes-preserve-unknown-fields")) {
            violations.add(Faults.required(at, level.untyped));
        }
        if (level == Level.ROOT && !type.isEmpty() && !type.equals("object")) {
            violations.add(Faults.invalid(at, type, "must be object at the root"));
        }
    }

    /// A whole object chooses neither the type of kind and apiVersion nor more of metadata than its names.
    private void whole(JsonNode schema, Level level, String path) {
        JsonNode properties = schema.path("properties");
        for (String field : List.of("kind", "apiVersion")) {
            String type = properties.path(field).path("type").asText("");
            if (properties.has(field) && !type.equals("string")) {
                violations.add(Faults.invalid(property(path, field) + ".type", type, "must be string"));
            }
        }
        if (properties.path("metadata") instanceof ObjectNode metadata) {
            String at = property(path, "metadata");
            String type = metadata.path("type").asText("");
            if (!type.equals("object")) {
                violations.add(Faults.invalid(at + ".type", type, "must be object"));
            }
            if (level == Level.ROOT && !onlyNames(metadata)) {
                violations.add(Faults.forbidden(
                        at,
                        "must not specify anything other than name and generateName, but metadata is implicitly"
                                + " specified"));
            }
        }
        if (is(schema, "x-kubernetes-embedded-resource")
                && !is(schema, "x-kubernetes-preserve-unknown-fields")
                && properties.isEmpty()) {
            violations.add(Faults.required(
                    path + ".properties",
                    "must not be empty if x-kubernetes-embedded-resource is true without"
                            + " x-kubernetes-preserve-unknown-fields"));
        }
    }

    private static boolean onlyNames(ObjectNode metadata) {
        ObjectNode rest = metadata.deepCopy();
        rest.remove(List.of("type", "default"));
        rest.withObject("/properties").remove(List.of("name", "generateName"));
        if (rest.path("properties").isEmpty()) {
            rest.remove("properties");
        }
        return rest.isEmpty();
    }

    private void values(JsonNode schema, boolean skipAnyOf, boolean skipFirstAllOf, String path) {
        JsonNode anyOf = schema.path("anyOf");
        for (int i = 0; !skipAnyOf && i < anyOf.size(); i++) {
            inside(anyOf.get(i), false, path + ".anyOf[" + i + "]");
        }
        JsonNode allOf = schema.path("allOf");
        for (int i = 0; i < allOf.size(); i++) {
            inside(allOf.get(i), skipFirstAllOf && i == 0, path + ".allOf[" + i + "]");
        }
        JsonNode oneOf = schema.path("oneOf");
        for (int i = 0; i < oneOf.size(); i++) {
            inside(oneOf.get(i), false, path + ".oneOf[" + i + "]");
        }
        if (schema.path("not").isObject()) {
            inside(schema.get("not"), false, path + ".not");
        }
        String pattern = schema.path("pattern").asText("");
        String problem = pattern.isEmpty() ? null : Patterns.problem(pattern);
        if (problem != null) {
            violations.add(Faults.invalid(
                    path + ".pattern", pattern, "must be a valid regular expression, but isn't: " + problem));
        }
    }

    private void inside(JsonNode schema, boolean skipAnyOf, String path) {
        values(schema, skipAnyOf, false, path);
        if (schema.path("items").isObject()) {
            inside(schema.get("items"), false, path + ".items");
        }
        for (Map.Entry<String, JsonNode> each : schema.path("properties").properties()) {
            inside(each.getValue(), false, property(path, each.getKey()));
        }
        for (String word : FORBIDDEN_INSIDE) {
            if (said(schema.get(word))) {
                String must =
                        MUST_BE_EMPTY.contains(word) ? "empty" : MUST_BE_FALSE.contains(word) ? "false" : "undefined";
                violations.add(Faults.forbidden(path + "." + word, "must be " + must + " to be structural"));
            }
        }
        if (schema.path("properties").has("metadata")) {
            violations.add(Faults.forbidden(property(path, "metadata"), "must not be specified in a nested context"));
        }
    }

    private static boolean said(@Nullable JsonNode value) {
        return value != null
                && !value.isNull()
                && !(value.isBoolean() && !value.asBoolean())
                && !(value.isTextual() && value.asText().isEmpty())
                && !(value.isArray() && value.isEmpty());
    }

    /// What junctors speak of is described outside of them.
    private void complete(JsonNode values, JsonNode schema, String at, String inside) {
        for (String junctor : List.of("allOf", "anyOf", "oneOf")) {
            for (int i = 0; i < values.path(junctor).size(); i++) {
                described(values.path(junctor).get(i), schema, at, inside + "." + junctor + "[" + i + "]");
            }
        }
        if (values.path("not").isObject()) {
            described(values.get("not"), schema, at, inside + ".not");
        }
    }

    private void described(JsonNode values, JsonNode schema, String at, String inside) {
        if (!schema.isObject()) {
            violations.add(Faults.required(at, "because it is defined in " + inside));
            return;
        }
        complete(values, schema, at, inside);
        if (values.path("items").isObject()) {
            described(values.get("items"), schema.path("items"), at + ".items", inside + ".items");
        }
        for (Map.Entry<String, JsonNode> each : values.path("properties").properties()) {
            String name = each.getKey();
            JsonNode known = schema.path("properties").path(name);
            described(each.getValue(), known, property(at, name), property(inside, name));
        }
    }
}
