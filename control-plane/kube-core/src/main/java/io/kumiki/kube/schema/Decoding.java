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
    /// Members and positions on the way to the value that is looked at; text only when there is something to tell.
    private final List<Object> way = new ArrayList<>();

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
        walk.value(value, schema);
        return new Decoded(walk.violations, walk.unknown);
    }

    /// Drops what the type does not know and says what that was.
    public static List<String> prune(JsonNode object, Schema schema) {
        return walk(object, schema, false, !schema.name.isEmpty()).unknown();
    }

    private String path() {
        StringBuilder path = new StringBuilder();
        for (Object step : way) {
            if (step instanceof Integer position) {
                path.append('[').append(position.intValue()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step);
            }
        }
        return path.toString();
    }

    private String path(String member) {
        String path = path();
        return path.isEmpty() ? member : path + "." + member;
    }

    private void below(Object step, JsonNode value, Schema schema) {
        way.add(step);
        value(value, schema);
        way.removeLast();
    }

    private void value(JsonNode value, Schema schema) {
        boolean before = judging;
        judging |= !schema.name.isEmpty();
        content(value, schema);
        judging = before;
    }

    private void content(JsonNode value, Schema schema) {
        if (violations.size() > MOST) {
            return;
        }
        if (!fits(value, schema)) {
            wrongType(value, schema);
            return;
        }
        switch (schema.type) {
            case OBJECT -> object((ObjectNode) value, schema);
            case ARRAY -> array((ArrayNode) value, schema);
            case ANY -> {
                if (value instanceof ObjectNode free && (!schema.properties.isEmpty() || schema.additional != null)) {
                    object(free, schema);
                }
            }
            case INT_OR_STRING -> quantity(value, schema);
            default -> {}
        }
    }

    private void quantity(JsonNode value, Schema schema) {
        if (!custom && schema.format.equals("quantity")) {
            try {
                var unused = Quantity.parse(value.asText());
            } catch (NumberFormatException e) {
                add(
                        path(),
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

    private void wrongType(JsonNode value, Schema schema) {
        String path = path();
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

    private void object(ObjectNode object, Schema schema) {
        List<String> gone = new ArrayList<>(0);
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            Schema member = schema.member(entry.getKey());
            if (member == null) {
                if (!schema.preserveUnknown
                        && schema.type == Schema.Type.OBJECT
                        && !(schema.embedded && isMeta(entry.getKey()))) {
                    gone.add(entry.getKey());
                    unknown.add(path(entry.getKey()));
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
                below(entry.getKey(), entry.getValue(), member);
                if (defaults && nothing(entry.getKey(), entry.getValue(), schema, member)) {
                    gone.add(entry.getKey());
                }
            }
        }
        if (!gone.isEmpty()) {
            object.remove(gone);
        }
        if (defaults) {
            fill(object, schema);
        }
        for (String name : schema.required) {
            if (!object.hasNonNull(name)) {
                add(path(name), "FieldValueRequired", "Required value");
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

    private void fill(ObjectNode object, Schema schema) {
        for (Map.Entry<String, Schema> each : schema.properties.entrySet()) {
            JsonNode given = each.getValue().defaultValue;
            if (given != null && !object.has(each.getKey())) {
                JsonNode copy = given.deepCopy();
                object.set(each.getKey(), copy);
                below(each.getKey(), copy, each.getValue());
            }
        }
    }

    private void array(ArrayNode array, Schema schema) {
        Schema items = schema.items;
        if (items != null) {
            for (int i = 0; i < array.size(); i++) {
                JsonNode given = items.defaultValue;
                if (array.get(i).isNull() && !items.nullable && given != null && defaults) {
                    array.set(i, given.deepCopy());
                }
                if (!array.get(i).isNull() || !items.nullable) {
                    below(i, array.get(i), items);
                }
            }
        }
        if (schema.unique && (schema.merge == Schema.Merge.MAP || schema.merge == Schema.Merge.SET)) {
            duplicates(array, schema);
        }
    }

    private void duplicates(ArrayNode array, Schema schema) {
        Set<Object> seen = new HashSet<>();
        for (int i = 0; i < array.size(); i++) {
            JsonNode item = array.get(i);
            Object key = schema.merge == Schema.Merge.SET
                    ? item
                    : schema.mergeKeys.stream().map(item::path).toList();
            if (!seen.add(key)) {
                add(
                        path() + "[" + i + "]",
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
