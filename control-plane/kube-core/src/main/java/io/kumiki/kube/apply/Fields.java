package io.kumiki.kube.apply;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.schema.Schema;
import io.kumiki.model.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Which fields a value has, and which of them differ between two values, seen through its type.
final class Fields {
    private static final List<String> OF_SERVER = List.of(
            "name",
            "namespace",
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "selfLink",
            "managedFields");

    private Fields() {}

    /// The part of an object that somebody can own.
    static ObjectNode ownable(ObjectNode object) {
        ObjectNode copy = Json.object();
        copy.setAll(object);
        copy.remove(List.of("apiVersion", "kind"));
        if (object.get("metadata") instanceof ObjectNode metadata) {
            ObjectNode own = Json.object();
            own.setAll(metadata);
            own.remove(OF_SERVER);
            if (own.isEmpty()) {
                copy.remove("metadata");
            } else {
                copy.set("metadata", own);
            }
        }
        return copy;
    }

    /// The part of an object that can be owned through its own path or through a subresource: status belongs to its
    /// own path only.
    static ObjectNode ownable(ObjectNode object, Kind kind, String part) {
        ObjectNode copy = ownable(object);
        if (kind.status() && !part.equals("status")) {
            copy.remove("status");
        }
        return copy;
    }

    static FieldSet of(JsonNode value, @Nullable Schema schema) {
        FieldSet set = new FieldSet();
        add(set, value, schema, false);
        return set;
    }

    /// @param every whether a list or map is a field of its own beside what it holds, as it is when it is new
    private static void add(FieldSet set, JsonNode value, @Nullable Schema schema, boolean every) {
        if (value instanceof ObjectNode object && granular(object, schema)) {
            for (Map.Entry<String, JsonNode> each : object.properties()) {
                FieldSet child = set.child("f:" + each.getKey());
                add(child, each.getValue(), schema == null ? null : schema.member(each.getKey()), every);
                if (every || (each.getValue().isContainerNode() && free(schema, each.getKey()))) {
                    child.addSelf();
                }
            }
        } else if (value instanceof ArrayNode array && !array.isEmpty() && keyed(array, schema)) {
            items(array, schema).forEach((step, item) -> {
                FieldSet child = set.child(step);
                child.addSelf();
                if (item.isObject()) {
                    add(child, item, schema == null ? null : schema.items(), every);
                }
            });
        } else {
            set.addSelf();
        }
    }

    private static boolean free(@Nullable Schema schema, String member) {
        return schema != null && !schema.properties().containsKey(member);
    }

    static boolean granular(ObjectNode object, @Nullable Schema schema) {
        return !object.isEmpty() && (schema == null || schema.merge() != Schema.Merge.ATOMIC);
    }

    /// Whether items are told apart: by keys that all of them have, or as members of a set.
    static boolean keyed(JsonNode array, @Nullable Schema schema) {
        if (schema == null) {
            return false;
        }
        if (schema.merge() == Schema.Merge.SET) {
            return true;
        }
        if (schema.merge() != Schema.Merge.MAP) {
            return false;
        }
        for (JsonNode item : array) {
            for (String key : schema.mergeKeys()) {
                if (!item.has(key) && !key.equals("protocol")) {
                    return false;
                }
            }
        }
        return true;
    }

    static Map<String, JsonNode> items(JsonNode array, @Nullable Schema schema) {
        Map<String, JsonNode> found = new LinkedHashMap<>();
        for (JsonNode item : array) {
            found.put(step(item, schema), item);
        }
        return found;
    }

    private static String step(JsonNode item, @Nullable Schema schema) {
        if (schema == null || schema.merge() == Schema.Merge.SET) {
            return "v:" + Json.write(item);
        }
        List<String> keys = schema.mergeKeys();
        StringBuilder step = new StringBuilder("k:{");
        for (String key : keys.size() == 1 ? keys : new TreeSet<>(keys)) {
            step.append(step.length() == 3 ? "\"" : ",\"").append(key).append("\":");
            // The one key with a default: ports without protocol are TCP.
            value(item.has(key) ? item.get(key) : TextNode.valueOf("TCP"), step);
        }
        return step.append('}').toString();
    }

    /// A writer for each of many short texts costs more than all else that is done with them.
    private static void value(JsonNode value, StringBuilder text) {
        if (value.isTextual()) {
            text.append('"');
            JsonStringEncoder.getInstance().quoteAsString(value.textValue(), text);
            text.append('"');
        } else {
            text.append(Json.write(value));
        }
    }

    /// @param changed fields that are new or have another value
    /// @param removed fields that are no longer there
    record Difference(FieldSet changed, FieldSet removed) {}

    static Difference between(@Nullable JsonNode old, @Nullable JsonNode now, @Nullable Schema schema) {
        Difference difference = new Difference(new FieldSet(), new FieldSet());
        compare(old, now, schema, difference.changed, difference.removed);
        return difference;
    }

    private static void compare(
            @Nullable JsonNode old,
            @Nullable JsonNode now,
            @Nullable Schema schema,
            FieldSet changed,
            FieldSet removed) {
        if (old == null) {
            if (now != null) {
                add(changed, now, schema, true);
                changed.addSelf();
            }
        } else if (now == null) {
            removed.addAll(of(old, schema));
            removed.addSelf();
        } else if (old.equals(now)) {
            return;
        } else if (old instanceof ObjectNode a
                && now instanceof ObjectNode b
                && (schema == null || schema.merge() != Schema.Merge.ATOMIC)) {
            members(a, b, schema, changed, removed);
        } else if (old.isArray() && now.isArray() && keyed(old, schema) && keyed(now, schema)) {
            Map<String, JsonNode> before = items(old, schema);
            Map<String, JsonNode> after = items(now, schema);
            Schema of = schema == null ? null : schema.items();
            steps(before, after, of, changed, removed);
        } else {
            changed.addAll(of(now, schema));
        }
    }

    private static void members(
            ObjectNode a, ObjectNode b, @Nullable Schema schema, FieldSet changed, FieldSet removed) {
        for (Map.Entry<String, JsonNode> each : b.properties()) {
            String step = "f:" + each.getKey();
            Schema of = schema == null ? null : schema.member(each.getKey());
            JsonNode before = a.get(each.getKey());
            if (before == null && schema != null && schema.always(each.getKey())) {
                before = each.getValue().isArray() ? Json.array() : Json.object();
            }
            below(before, each.getValue(), of, step, changed, removed);
        }
        for (Map.Entry<String, JsonNode> each : a.properties()) {
            if (!b.has(each.getKey())) {
                Schema of = schema == null ? null : schema.member(each.getKey());
                below(each.getValue(), null, of, "f:" + each.getKey(), changed, removed);
            }
        }
    }

    private static void steps(
            Map<String, JsonNode> before,
            Map<String, JsonNode> after,
            @Nullable Schema of,
            FieldSet changed,
            FieldSet removed) {
        after.forEach((step, item) -> {
            JsonNode was = before.get(step);
            below(was, item, of, step, changed, removed);
            if (was == null) {
                changed.child(step).addSelf();
            }
        });
        before.forEach((step, item) -> {
            if (!after.containsKey(step)) {
                below(item, null, of, step, changed, removed);
            }
        });
    }

    private static void below(
            @Nullable JsonNode old,
            @Nullable JsonNode now,
            @Nullable Schema schema,
            String step,
            FieldSet changed,
            FieldSet removed) {
        FieldSet c = new FieldSet();
        FieldSet r = new FieldSet();
        compare(old, now, schema, c, r);
        if (!c.isEmpty()) {
            changed.put(step, c);
        }
        if (!r.isEmpty()) {
            removed.put(step, r);
        }
    }
}
