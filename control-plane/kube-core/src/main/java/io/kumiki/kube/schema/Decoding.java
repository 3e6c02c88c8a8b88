package io.kumiki.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// One walk over an object with its type: sets defaults, drops what the type does not know, collects what is wrong.
public final class Decoding {
    private static final int MOST = 50;

    private final List<Violation> violations = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();
    private final boolean defaults;

    private Decoding(boolean defaults) {
        this.defaults = defaults;
    }

    /// @param unknown paths of fields that were dropped
    public record Decoded(List<Violation> violations, List<String> unknown) {}

    /// Changes the object in place.
    public static Decoded decode(ObjectNode object, Schema schema) {
        Decoding walk = new Decoding(true);
        walk.value(object, schema, "");
        return new Decoded(walk.violations, walk.unknown);
    }

    /// Drops what the type does not know and says what that was.
    public static List<String> prune(ObjectNode object, Schema schema) {
        Decoding walk = new Decoding(false);
        walk.value(object, schema, "");
        return walk.unknown;
    }

    /// For defaults in a definition: whether a value fits its type.
    static List<Violation> check(JsonNode value, Schema schema, String path) {
        Decoding walk = new Decoding(false);
        walk.value(value.deepCopy(), schema, path);
        return walk.violations;
    }

    private void value(JsonNode value, Schema schema, String path) {
        if (violations.size() > MOST) {
            return;
        }
        if (!fits(value, schema)) {
            wrongType(value, schema, path);
            return;
        }
        switch (schema.type) {
            case OBJECT -> object((ObjectNode) value, schema, path);
            case ARRAY -> array((ArrayNode) value, schema, path);
            case ANY -> {
                if (value instanceof ObjectNode free && (!schema.properties.isEmpty() || schema.additional != null)) {
                    object(free, schema, path);
                }
            }
            default -> {}
        }
        if (schema.limits != Limits.NONE) {
            limits(value, schema, path);
        }
    }

    private static boolean fits(JsonNode value, Schema schema) {
        return switch (schema.type) {
            case OBJECT -> value.isObject();
            case ARRAY -> value.isArray();
            case STRING -> value.isTextual();
            case BOOLEAN -> value.isBoolean();
            case INTEGER ->
                value.isIntegralNumber()
                        || (value.isNumber()
                                && value.decimalValue().stripTrailingZeros().scale() <= 0);
            case NUMBER -> value.isNumber();
            case INT_OR_STRING -> value.isTextual() || value.isNumber();
            case ANY -> true;
        };
    }

    private void wrongType(JsonNode value, Schema schema, String path) {
        String wanted = switch (schema.type) {
            case INT_OR_STRING -> "an integer or a string";
            default -> schema.type.name().toLowerCase(java.util.Locale.ROOT);
        };
        String found = switch (value.getNodeType()) {
            case OBJECT, POJO -> "object";
            case ARRAY -> "array";
            case BOOLEAN -> "boolean";
            case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
            case NULL, MISSING -> "null";
            default -> "string";
        };
        add(
                path,
                "FieldValueTypeInvalid",
                "Invalid value: \"" + found + "\": " + path + " in body must be of type " + wanted + ": \"" + found
                        + "\"");
    }

    private void object(ObjectNode object, Schema schema, String path) {
        List<String> gone = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            Schema member = schema.member(entry.getKey());
            String below = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
            if (member == null) {
                if (!schema.preserveUnknown
                        && schema.type == Schema.Type.OBJECT
                        && !(schema.embedded && isMeta(entry.getKey()))) {
                    gone.add(entry.getKey());
                    unknown.add(below);
                }
            } else if (entry.getValue().isNull() && !member.nullable && !(member.type == Schema.Type.ANY)) {
                gone.add(entry.getKey());
            } else if (!entry.getValue().isNull()) {
                value(entry.getValue(), member, below);
            }
        }
        object.remove(gone);
        if (defaults) {
            fill(object, schema, path);
        }
        for (String name : schema.required) {
            if (!object.hasNonNull(name)) {
                String below = path.isEmpty() ? name : path + "." + name;
                add(below, "FieldValueRequired", "Required value");
            }
        }
    }

    private static boolean isMeta(String field) {
        return field.equals("apiVersion") || field.equals("kind") || field.equals("metadata");
    }

    private void fill(ObjectNode object, Schema schema, String path) {
        for (Map.Entry<String, Schema> each : schema.properties.entrySet()) {
            JsonNode given = each.getValue().defaultValue;
            if (given != null && !object.has(each.getKey())) {
                JsonNode copy = given.deepCopy();
                object.set(each.getKey(), copy);
                value(copy, each.getValue(), path + "." + each.getKey());
            }
        }
    }

    private void array(ArrayNode array, Schema schema, String path) {
        Schema items = schema.items;
        if (items != null) {
            for (int i = 0; i < array.size(); i++) {
                if (!array.get(i).isNull() || !items.nullable) {
                    value(array.get(i), items, path + "[" + i + "]");
                }
            }
        }
        if (schema.merge == Schema.Merge.MAP || schema.merge == Schema.Merge.SET) {
            duplicates(array, schema, path);
        }
    }

    private void duplicates(ArrayNode array, Schema schema, String path) {
        Set<Object> seen = new HashSet<>();
        for (int i = 0; i < array.size(); i++) {
            JsonNode item = array.get(i);
            Object key = schema.merge == Schema.Merge.SET
                    ? item
                    : schema.mergeKeys.stream().map(item::path).toList();
            if (!seen.add(key)) {
                add(
                        path + "[" + i + "]",
                        "FieldValueDuplicate",
                        "Duplicate value: " + (schema.merge == Schema.Merge.SET ? item : keyText(item, schema)));
            }
        }
    }

    private static String keyText(JsonNode item, Schema schema) {
        ObjectNode key = io.kumiki.model.Json.object();
        schema.mergeKeys.forEach(name -> key.set(name, item.get(name)));
        return key.toString();
    }

    private void limits(JsonNode value, Schema schema, String path) {
        Limits limits = schema.limits;
        if (!limits.allowed().isEmpty() && !limits.allowed().contains(value)) {
            StringBuilder all = new StringBuilder();
            limits.allowed()
                    .forEach(each -> all.append(all.isEmpty() ? "" : ", ").append(each));
            add(path, "FieldValueNotSupported", "Unsupported value: " + value + ": supported values: " + all);
        }
        if (value.isTextual()) {
            text(value.asText(), limits, path);
        } else if (value.isNumber()) {
            number(value, limits, path);
        } else if (value.isArray()) {
            range(value.size(), limits.minItems(), limits.maxItems(), "items", path);
            if (limits.uniqueItems() && new HashSet<>(list(value)).size() < value.size()) {
                add(path, "FieldValueInvalid", "Invalid value: items must be unique");
            }
        } else if (value.isObject()) {
            range(value.size(), limits.minProperties(), limits.maxProperties(), "properties", path);
        }
    }

    private static List<JsonNode> list(JsonNode array) {
        List<JsonNode> all = new ArrayList<>();
        array.forEach(all::add);
        return all;
    }

    private void text(String value, Limits limits, String path) {
        range(value.codePointCount(0, value.length()), limits.minLength(), limits.maxLength(), "characters", path);
        String pattern = limits.pattern();
        if (pattern != null && !matches(pattern, value)) {
            add(
                    path,
                    "FieldValueInvalid",
                    "Invalid value: \"" + value + "\": " + path + " in body should match '" + pattern + "'");
        }
    }

    private static boolean matches(String pattern, String value) {
        try {
            return Patterns.compiled(pattern).matcher(value).find();
        } catch (PatternSyntaxException e) {
            return true;
        }
    }

    private void number(JsonNode value, Limits limits, String path) {
        double number = value.doubleValue();
        Double low = limits.minimum();
        Double high = limits.maximum();
        if (low != null && (number < low || (limits.exclusiveMinimum() && number == low))) {
            add(
                    path,
                    "FieldValueInvalid",
                    "Invalid value: " + value + ": " + path + " in body should be greater than "
                            + (limits.exclusiveMinimum() ? "" : "or equal to ") + plain(low));
        }
        if (high != null && (number > high || (limits.exclusiveMaximum() && number == high))) {
            add(
                    path,
                    "FieldValueInvalid",
                    "Invalid value: " + value + ": " + path + " in body should be less than "
                            + (limits.exclusiveMaximum() ? "" : "or equal to ") + plain(high));
        }
        Double step = limits.multipleOf();
        if (step != null && step != 0 && Math.abs(number / step - Math.rint(number / step)) > 1e-9) {
            add(
                    path,
                    "FieldValueInvalid",
                    "Invalid value: " + value + ": " + path + " in body should be a multiple of " + plain(step));
        }
    }

    private static String plain(@Nullable Double value) {
        return value == null
                ? ""
                : new java.math.BigDecimal(value).stripTrailingZeros().toPlainString();
    }

    private void range(long found, long low, long high, String what, String path) {
        if (found < low) {
            add(
                    path,
                    "FieldValueInvalid",
                    "Invalid value: " + path + " in body should have at least " + low + " " + what + ", found "
                            + found);
        }
        if (found > high) {
            add(
                    path,
                    "FieldValueTooLong",
                    "Too long: " + path + " in body may have at most " + high + " " + what + ", found " + found);
        }
    }

    private void add(String path, String reason, String message) {
        violations.add(new Violation(path, reason, message));
    }

    /// Compiled once; definitions use few patterns and many objects.
    private static final class Patterns {
        private static final Map<String, Pattern> COMPILED = new java.util.concurrent.ConcurrentHashMap<>();

        static Pattern compiled(String text) {
            if (COMPILED.size() > 4096) {
                COMPILED.clear();
            }
            return COMPILED.computeIfAbsent(text, Pattern::compile);
        }
    }
}
