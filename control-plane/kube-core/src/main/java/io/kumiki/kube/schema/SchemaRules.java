package io.kumiki.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a definition's schema may say at all, and how its extensions go together.
public final class SchemaRules {
    private static final List<String> TYPES = List.of("array", "boolean", "integer", "number", "object", "string");
    private static final List<String> UNSUPPORTED =
            List.of("id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref");
    private static final Set<String> META = Set.of("metadata", "kind", "apiVersion");
    private static final List<String> WITH_STATUS = List.of(
            "Description",
            "Type",
            "Format",
            "Title",
            "Maximum",
            "ExclusiveMaximum",
            "Minimum",
            "ExclusiveMinimum",
            "MaxLength",
            "MinLength",
            "Pattern",
            "MaxItems",
            "MinItems",
            "UniqueItems",
            "MultipleOf",
            "Required",
            "Items",
            "Properties",
            "ExternalDocs",
            "Example",
            "XPreserveUnknownFields",
            "XValidations");

    private final List<Violation> violations = new ArrayList<>();

    private SchemaRules() {}

    /// Everything that is wrong with a schema but its expressions.
    ///
    /// @param path of the schema in its definition
    /// @param status whether the version has the status subresource
    public static List<Violation> check(JsonNode schema, boolean status, String path) {
        SchemaRules rules = new SchemaRules();
        if (status) {
            rules.rootWithStatus(schema, path);
        }
        if (schema.path("nullable").asBoolean()) {
            rules.violations.add(Faults.forbidden(path + ".nullable", "nullable cannot be true at the root"));
        }
        // What cannot be read has no structure to speak of.
        List<Violation> structural = readable(schema) ? StructuralRules.check(schema, path) : List.of();
        rules.violations.addAll(structural);
        if (structural.isEmpty() && readable(schema)) {
            DefaultRules.check(CustomSchemas.read(schema, false), path, rules.violations);
        }
        rules.node(schema, path, new Place(true, false, ""));
        return rules.violations;
    }

    private static boolean readable(JsonNode schema) {
        if (UNSUPPORTED.stream().anyMatch(schema::hasNonNull)
                || schema.path("items").isArray()) {
            return false;
        }
        for (JsonNode each : schema) {
            if (each.isObject() && !readable(each)) {
                return false;
            }
        }
        return true;
    }

    /// @param meta whether it describes an object's own metadata, kind or apiVersion
    /// @param noDefaults why there may be no defaults; empty when there may
    private record Place(boolean root, boolean meta, String noDefaults) {
        Place inner() {
            return new Place(false, meta, noDefaults);
        }
    }

    private void rootWithStatus(JsonNode schema, String path) {
        for (Map.Entry<String, JsonNode> each : schema.properties()) {
            String word = each.getKey();
            String name = switch (word) {
                case "x-kubernetes-preserve-unknown-fields" -> "XPreserveUnknownFields";
                case "x-kubernetes-validations" -> "XValidations";
                default -> word.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1);
            };
            if (word.equals("type") && !each.getValue().asText().equals("object")) {
                violations.add(Faults.invalid(
                        path + ".type",
                        each.getValue(),
                        "only \"object\" is allowed as the type at the root of the schema if the status subresource is"
                                + " enabled"));
            } else if (!WITH_STATUS.contains(name)) {
                violations.add(Faults.invalid(
                        path,
                        schema,
                        "only [" + String.join(" ", WITH_STATUS)
                                + "] fields are allowed at the root of the schema if the status subresource is"
                                + " enabled"));
                return;
            }
        }
    }

    private void node(JsonNode schema, String path, Place place) {
        standard(schema, path, place);
        members(schema, path, place);
        for (String junctor : List.of("allOf", "oneOf", "anyOf")) {
            for (int i = 0; i < schema.path(junctor).size(); i++) {
                node(schema.path(junctor).get(i), path + "." + junctor + "[" + i + "]", place.inner());
            }
        }
        for (String one : List.of("not", "items")) {
            if (schema.path(one).isObject()) {
                node(schema.get(one), path + "." + one, place.inner());
            }
        }
        JsonNode preserve = schema.path("x-kubernetes-preserve-unknown-fields");
        if (preserve.isBoolean() && !preserve.asBoolean()) {
            String at = path + ".x-kubernetes-preserve-unknown-fields";
            violations.add(Faults.invalid(at, preserve, "must be true or undefined"));
        }
        extensionOf(schema, path, "x-kubernetes-map-type", "object", List.of("atomic", "granular"));
        extensionOf(schema, path, "x-kubernetes-list-type", "array", List.of("atomic", "set", "map"));
        lists(schema, path);
        RuleWords.check(schema, path, violations);
    }

    private void standard(JsonNode schema, String path, Place place) {
        String type = schema.path("type").asText("");
        if (!type.isEmpty() && !TYPES.contains(type)) {
            violations.add(Faults.unsupported(path + ".type", schema.get("type"), TYPES));
        }
        if (type.equals("null")) {
            violations.add(
                    Faults.forbidden(path + ".type", "type cannot be set to null, use nullable as an alternative"));
        }
        if (schema.hasNonNull("default") && !place.noDefaults.isEmpty()) {
            violations.add(Faults.forbidden(path + ".default", "must not be set " + place.noDefaults));
        }
        for (String word : UNSUPPORTED) {
            if (schema.hasNonNull(word)) {
                violations.add(Faults.forbidden(path + "." + word, word + " is not supported"));
            }
        }
        if (schema.path("items").isArray()) {
            violations.add(Faults.forbidden(path + ".items", "items must be a schema object and not an array"));
        }
        if (place.meta && schema.path("x-kubernetes-embedded-resource").asBoolean()) {
            violations.add(Faults.forbidden(
                    path + ".x-kubernetes-embedded-resource", "must not be used inside of resource meta"));
        }
        if (schema.path("uniqueItems").asBoolean()) {
            violations.add(Faults.forbidden(
                    path + ".uniqueItems",
                    "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
        }
    }

    private void members(JsonNode schema, String path, Place place) {
        JsonNode additional = schema.path("additionalProperties");
        JsonNode properties = schema.path("properties");
        boolean closed = additional.isBoolean() && !additional.asBoolean();
        if (!properties.isEmpty() && (additional.isObject() || closed)) {
            violations.add(Faults.forbidden(
                    path + ".additionalProperties", "additionalProperties and properties are mutual exclusive"));
        }
        if (additional.isObject()) {
            String why = place.meta ? "inside additionalProperties applying to object metadata" : place.noDefaults;
            node(additional, path + ".additionalProperties", new Place(false, place.meta, why));
        }
        boolean whole =
                place.root || schema.path("x-kubernetes-embedded-resource").asBoolean();
        for (Map.Entry<String, JsonNode> each : properties.properties()) {
            String name = each.getKey();
            boolean meta = whole && META.contains(name);
            String why = meta && place.root ? "in top-level " + name : place.noDefaults;
            node(each.getValue(), path + ".properties[" + name + "]", new Place(false, place.meta || meta, why));
        }
    }

    private void extensionOf(JsonNode schema, String path, String word, String type, List<String> values) {
        if (!schema.has(word)) {
            return;
        }
        String given = schema.path("type").asText("");
        if (!given.equals(type)) {
            String at = path + ".type";
            String why = "must be " + type + " if " + word + " is specified";
            violations.add(given.isEmpty() ? Faults.required(at, why) : Faults.invalid(at, given, why));
        }
        if (!values.contains(schema.get(word).asText())) {
            violations.add(Faults.unsupported(path + "." + word, schema.get(word), values));
        }
    }

    private void lists(JsonNode schema, String path) {
        String list = schema.path("x-kubernetes-list-type").asText("");
        JsonNode items = schema.path("items");
        JsonNode keys = schema.path("x-kubernetes-list-map-keys");
        if (list.equals("set")) {
            setItems(items, path);
        }
        if (!keys.isEmpty() && !list.equals("map")) {
            String why = "must be map if x-kubernetes-list-map-keys is non-empty";
            String at = path + ".x-kubernetes-list-type";
            violations.add(list.isEmpty() ? Faults.required(at, why) : Faults.invalid(at, list, why));
        }
        if ((list.equals("set") || list.equals("map")) && items.path("nullable").asBoolean()) {
            violations.add(Faults.forbidden(
                    path + ".items.nullable", "cannot be nullable when x-kubernetes-list-type is " + list));
        }
        if (!list.equals("map")) {
            return;
        }
        if (keys.isEmpty()) {
            violations.add(Faults.required(
                    path + ".x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map"));
        }
        String type = items.path("type").asText("");
        if (!items.isObject()) {
            violations.add(Faults.required(path + ".items", "must have a schema if x-kubernetes-list-type is map"));
        } else if (!type.equals("object")) {
            violations.add(Faults.invalid(
                    path + ".items.type", type, "must be object if parent array's x-kubernetes-list-type is map"));
        } else {
            mapKeys(items, keys, path);
        }
    }

    private void setItems(JsonNode items, String path) {
        String why = "must be atomic as item of a list with x-kubernetes-list-type=set";
        JsonNode inner = items.path("x-kubernetes-list-type");
        String type = items.path("type").asText("");
        if (type.equals("array") && !inner.asText("atomic").equals("atomic")) {
            violations.add(Faults.invalid(path + ".items.x-kubernetes-list-type", inner, why));
        }
        if (type.equals("object")
                && !items.path("x-kubernetes-map-type").asText("").equals("atomic")) {
            JsonNode shown = inner.isMissingNode() ? NullNode.getInstance() : inner;
            violations.add(Faults.invalid(path + ".items.x-kubernetes-map-type", shown, why));
        }
    }

    private void mapKeys(JsonNode items, JsonNode keys, String path) {
        List<String> required = Faults.texts(items.path("required"));
        Set<String> seen = new HashSet<>();
        String at = path + ".x-kubernetes-list-map-keys";
        for (String key : Faults.texts(keys)) {
            JsonNode property = items.path("properties").path(key);
            String where = path + ".items.properties[" + key + "]";
            String type = property.path("type").asText("");
            if (property.isMissingNode()) {
                violations.add(Faults.invalid(at, keys, "entries must all be names of item properties"));
            } else if (type.equals("array") || type.equals("object")) {
                violations.add(Faults.invalid(
                        where + ".type",
                        "object",
                        "must be a scalar type if parent array's x-kubernetes-list-type is map"));
            }
            if (!seen.add(key)) {
                violations.add(Faults.invalid(at, keys, "must not contain duplicate entries"));
            }
            String why = "this property is in x-kubernetes-list-map-keys, so it ";
            if (!property.isMissingNode() && !required.contains(key) && !property.hasNonNull("default")) {
                violations.add(
                        Faults.required(where + ".default", why + "must have a default or be a required property"));
            }
            if (property.path("nullable").asBoolean()) {
                violations.add(Faults.forbidden(where + ".nullable", why + "cannot be nullable"));
            }
        }
    }
}
