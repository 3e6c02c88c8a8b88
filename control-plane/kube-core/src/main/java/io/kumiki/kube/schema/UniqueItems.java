package io.kumiki.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Lists that are sets or maps hold every item, or every item's keys, once.
public final class UniqueItems {
    private UniqueItems() {}

    public static void check(JsonNode value, Schema schema, String path, List<Violation> violations) {
        if (value instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> each : object.properties()) {
                Schema known = schema.properties.get(each.getKey());
                if (known != null && known.name.isEmpty()) {
                    String below = path.isEmpty() ? each.getKey() : path + "." + each.getKey();
                    check(each.getValue(), known, below, violations);
                } else if (known == null && schema.additional != null) {
                    check(each.getValue(), schema.additional, path + "[" + each.getKey() + "]", violations);
                }
            }
        } else if (value instanceof ArrayNode array) {
            array(array, schema, path, violations);
        }
    }

    private static void array(ArrayNode array, Schema schema, String path, List<Violation> violations) {
        if (schema.merge == Schema.Merge.SET) {
            duplicates(array, path, violations);
        } else if (schema.merge == Schema.Merge.MAP) {
            ArrayNode keys = Json.array();
            for (int i = 0; i < array.size(); i++) {
                if (!array.get(i).isObject() && !array.get(i).isNull()) {
                    violations.add(Faults.invalid(
                            path + "[" + i + "]", array.get(i), "must be an object for an array of list-type map"));
                    return;
                }
                keys.add(keys(array.get(i), schema));
            }
            duplicates(keys, path, violations);
        }
        Schema items = schema.items;
        for (int i = 0; items != null && i < array.size(); i++) {
            check(array.get(i), items, path + "[" + i + "]", violations);
        }
    }

    private static ObjectNode keys(JsonNode item, Schema list) {
        ObjectNode keys = Json.object();
        for (String name : list.mergeKeys) {
            if (item.has(name)) {
                keys.set(name, item.get(name));
            }
        }
        return keys;
    }

    /// The second of its like is told, further ones are not.
    private static void duplicates(ArrayNode items, String path, List<Violation> violations) {
        Map<JsonNode, Integer> times = new HashMap<>();
        for (int i = 0; i < items.size(); i++) {
            if (times.merge(items.get(i), 1, Integer::sum) == 2) {
                violations.add(Faults.duplicate(path + "[" + i + "]", items.get(i)));
            }
        }
    }
}
