package io.kumiki.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A value beside the one it had before the update, as far as both can be told to be the same thing: members of
/// objects by name, items of lists by their keys. What did not change may stay as wrong as it was.
public final class Correlation {
    private final JsonNode now;
    private final JsonNode before;
    private final Schema schema;
    private final Map<String, @Nullable Correlation> members = new HashMap<>();
    private @Nullable Boolean same;
    private @Nullable Map<List<JsonNode>, JsonNode> byKeys;

    public Correlation(JsonNode now, JsonNode before, Schema schema) {
        this.now = now;
        this.before = before;
        this.schema = schema;
    }

    /// Whether nothing changed in it.
    public boolean same() {
        Boolean known = same;
        if (known == null) {
            known = now.equals(before);
            same = known;
        }
        return known;
    }

    /// `null` when there was no such member.
    public @Nullable Correlation key(String field) {
        if (!members.containsKey(field)) {
            Schema of = schema.member(field);
            boolean both = now.isObject() && before.isObject() && now.has(field) && before.has(field);
            members.put(field, both && of != null ? new Correlation(now.get(field), before.get(field), of) : null);
        }
        return members.get(field);
    }

    /// `null` unless the list has keys and an item with the same ones was there.
    public @Nullable Correlation index(int at) {
        Schema items = schema.items;
        if (schema.merge != Schema.Merge.MAP || items == null || !before.isArray()) {
            return null;
        }
        Map<List<JsonNode>, JsonNode> known = byKeys;
        if (known == null) {
            known = new HashMap<>();
            for (JsonNode item : before) {
                known.putIfAbsent(keys(schema, item), item);
            }
            byKeys = known;
        }
        JsonNode found = known.get(keys(schema, now.path(at)));
        return found == null ? null : new Correlation(now.path(at), found, items);
    }

    private static List<JsonNode> keys(Schema list, JsonNode item) {
        return list.mergeKeys.stream().map(item::path).toList();
    }

    /// For rules that compare with the old value: what an item was before, `null` when unknown.
    public static @Nullable JsonNode earlier(Schema list, @Nullable JsonNode array, JsonNode item) {
        if (list.merge != Schema.Merge.MAP || array == null || !(item instanceof ObjectNode)) {
            return null;
        }
        List<JsonNode> wanted = keys(list, item);
        for (JsonNode each : array) {
            if (keys(list, each).equals(wanted)) {
                return each;
            }
        }
        return null;
    }
}
