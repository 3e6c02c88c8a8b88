package io.kumiki.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.kumiki.kube.scheduling.Quantity;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One walk over an object with its type: sets defaults, drops what the type does not know, collects what is wrong.
public final class Decoding {
    private static final int MOST = 50;

    private final List<Violation> violations = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();
    private final boolean defaults;
    /// Whether what is wrong is told: always for built-in types; of a custom object only its metadata, the rest is
    /// the matter of {@link Validation}.
    private boolean judging;

    private final boolean custom;

    private Decoding(boolean defaults, boolean custom) {
        this.defaults = defaults;
        this.custom = custom;
        this.judging = !custom;
    }

    /// @param unknown paths of fields that were dropped
    public record Decoded(List<Violation> violations, List<String> unknown) {}

    /// Changes the object in place.
    public static Decoded decode(ObjectNode object, Schema schema) {
        return walk(object, schema, true, !schema.name.isEmpty());
    }

    private static Decoded walk(JsonNode value, Schema schema, boolean defaults, boolean builtIn) {
        Decoding walk = new Decoding(defaults, !builtIn);
        walk.value(value, schema, "");
        return new Decoded(walk.violations, walk.unknown);
    }

    /// Drops what the type does not know and says what that was.
    public static List<String> prune(JsonNode object, Schema schema) {
        return walk(object, schema, false, !schema.name.isEmpty()).unknown();
    }

    private void value(JsonNode value, Schema schema, String path) {
        boolean before = judging;
        judging |= !schema.name.isEmpty();
        content(value, schema, path);
        judging = before;
    }

    private void content(JsonNode value, Schema schema, String path) {
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
            case INT_OR_STRING -> quantity(value, schema, path);
            default -> {}
        }
    }

    private void quantity(JsonNode value, Schema schema, String path) {
        if (!custom && schema.format.equals("quantity")) {
            try {
                var unused = Quantity.parse(value.asText());
            } catch (NumberFormatException e) {
                add(
                        path,
                        "FieldValueTypeInvalid",
                        "quantities must match the regular expression"
                                + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$': " + e.getMessage());
            }
        }
    }

    /// A quantity of a built-in type may be any number.
    private static boolean fits(JsonNode value, Schema schema) {
        return schema.type == Schema.Type.INT_OR_STRING
                ? value.isTextual() || value.isNumber()
                : Validation.fits(value, schema);
    }

    private void wrongType(JsonNode value, Schema schema, String path) {
        String wanted = switch (schema.type) {
            case INT_OR_STRING -> "an integer or a string";
            default -> schema.type.name().toLowerCase(java.util.Locale.ROOT);
        };
        String found = Validation.kindOf(value);
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
            } else if (entry.getValue().isNull() && !member.nullable && (custom || member.type != Schema.Type.ANY)) {
                JsonNode given = schema.properties.containsKey(entry.getKey()) ? null : member.defaultValue;
                if (given != null && defaults) {
                    entry.setValue(given.deepCopy());
                } else {
                    gone.add(entry.getKey());
                }
            } else if (!entry.getValue().isNull()) {
                if (member.type == Schema.Type.INTEGER && entry.getValue().isFloatingPointNumber()) {
                    entry.setValue(whole(entry.getValue()));
                }
                if (!custom && entry.getValue().isNumber() && member.format.equals("quantity")) {
                    entry.setValue(
                            TextNode.valueOf(entry.getValue().decimalValue().toPlainString()));
                }
                value(entry.getValue(), member, below);
                if (defaults && nothing(entry.getKey(), entry.getValue(), schema, member)) {
                    gone.add(entry.getKey());
                }
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

    private static boolean nothing(String name, JsonNode value, Schema schema, Schema member) {
        return schema.terse
                && value.isContainerNode()
                && value.isEmpty()
                && (value.isArray() || (member.additional != null && member.properties.isEmpty()))
                && !schema.required.contains(name)
                && !schema.always.contains(name);
    }

    /// A whole number written with a fraction of zero is kept without it.
    private static JsonNode whole(JsonNode number) {
        boolean whole = Validation.whole(number) && Math.abs(number.doubleValue()) < 1L << 53;
        return whole ? com.fasterxml.jackson.databind.node.LongNode.valueOf(number.longValue()) : number;
    }

    private static boolean isMeta(String field) {
        return field.equals("apiVersion") || field.equals("kind") || field.equals("metadata");
    }

    private void fill(ObjectNode object, Schema schema, String path) {
        for (Map.Entry<String, Schema> each : schema.properties.entrySet()) {
            JsonNode given = each.getValue().defaultValue;
            String below = path.isEmpty() ? each.getKey() : path + "." + each.getKey();
            if (given != null && !object.has(each.getKey())) {
                JsonNode copy = given.deepCopy();
                object.set(each.getKey(), copy);
                value(copy, each.getValue(), below);
            }
        }
    }

    private void array(ArrayNode array, Schema schema, String path) {
        Schema items = schema.items;
        if (items != null) {
            for (int i = 0; i < array.size(); i++) {
                JsonNode given = items.defaultValue;
                if (array.get(i).isNull() && !items.nullable && given != null && defaults) {
                    array.set(i, given.deepCopy());
                }
                if (!array.get(i).isNull() || !items.nullable) {
                    value(array.get(i), items, path + "[" + i + "]");
                }
            }
        }
        if (schema.unique && (schema.merge == Schema.Merge.MAP || schema.merge == Schema.Merge.SET)) {
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

    private void add(String path, String reason, String message) {
        if (judging) {
            violations.add(new Violation(path, reason, message));
        }
    }
}
