package io.kumiki.kube.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.schema.Schema;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Kubernetes' own patch: like a merge patch, but lists whose type has a merge key are merged item by item, and
/// directives
/// (`$patch`, `$retainKeys`, `$deleteFromPrimitiveList/…`, `$setElementOrder/…`) say the rest.
public final class StrategicMergePatch {
    private static final String DIRECTIVE = "$patch";
    private static final String RETAIN = "$retainKeys";
    private static final String DELETE_FROM = "$deleteFromPrimitiveList/";
    private static final String ORDER = "$setElementOrder/";

    private StrategicMergePatch() {}

    public static JsonNode apply(ObjectNode document, JsonNode patch, Schema schema) {
        if (!(patch instanceof ObjectNode changes)) {
            throw new PatchFault("a strategic merge patch is an object");
        }
        return object(document, changes, schema);
    }

    private static ObjectNode object(ObjectNode target, ObjectNode patch, @Nullable Schema schema) {
        String directive = patch.path(DIRECTIVE).asText("");
        switch (directive) {
            case "", "merge" -> {}
            case "replace" -> {
                return plain(patch);
            }
            case "delete" -> {
                return Json.object();
            }
            default -> throw new PatchFault("$patch: " + directive + " is not one of delete, replace, merge");
        }
        ObjectNode result = target.deepCopy();
        retain(result, patch);
        for (Map.Entry<String, JsonNode> change : patch.properties()) {
            String field = change.getKey();
            if (field.startsWith(DELETE_FROM)) {
                deletePrimitives(result, field.substring(DELETE_FROM.length()), change.getValue());
            } else if (!field.startsWith("$")) {
                member(result, field, change.getValue(), schema == null ? null : schema.member(field));
            }
        }
        for (Map.Entry<String, JsonNode> change : patch.properties()) {
            if (change.getKey().startsWith(ORDER)) {
                String field = change.getKey().substring(ORDER.length());
                order(result, field, change.getValue(), schema == null ? null : schema.member(field));
            }
        }
        return result;
    }

    private static void member(ObjectNode result, String field, JsonNode value, @Nullable Schema schema) {
        JsonNode now = result.get(field);
        if (value.isNull()) {
            result.remove(field);
        } else if (value instanceof ObjectNode changes) {
            boolean gone = changes.path(DIRECTIVE).asText("").equals("delete");
            if (gone) {
                result.remove(field);
            } else {
                result.set(field, object(now instanceof ObjectNode old ? old : Json.object(), changes, schema));
            }
        } else if (value instanceof ArrayNode items) {
            result.set(field, array(now instanceof ArrayNode old ? old : Json.array(), items, schema));
        } else {
            result.set(field, value);
        }
    }

    private static ArrayNode array(ArrayNode target, ArrayNode patch, @Nullable Schema schema) {
        boolean replace = false;
        for (JsonNode item : patch) {
            replace |= item.isObject()
                    && item.size() == 1
                    && item.path(DIRECTIVE).asText("").equals("replace");
        }
        if (replace || schema == null || !schema.patchStrategy().contains("merge")) {
            return plain(patch, replace);
        }
        return schema.patchMergeKey().isEmpty() ? union(target, patch) : byKey(target, patch, schema);
    }

    private static ArrayNode union(ArrayNode target, ArrayNode patch) {
        ArrayNode result = target.deepCopy();
        patch.forEach(item -> {
            if (!contains(result, item)) {
                result.add(item);
            }
        });
        return result;
    }

    private static ArrayNode byKey(ArrayNode target, ArrayNode patch, Schema schema) {
        String key = schema.patchMergeKey();
        ArrayNode result = target.deepCopy();
        for (JsonNode item : patch) {
            if (!(item instanceof ObjectNode change)) {
                throw new PatchFault("items merged by \"" + key + "\" have to be objects, found " + item.getNodeType());
            }
            JsonNode wanted = change.get(key);
            if (wanted == null) {
                throw new PatchFault("map: " + item + " does not contain declared merge key: " + key);
            }
            int at = find(result, key, wanted);
            boolean delete = change.path(DIRECTIVE).asText("").equals("delete");
            if (delete) {
                while (at >= 0) {
                    result.remove(at);
                    at = find(result, key, wanted);
                }
            } else if (at >= 0 && result.get(at) instanceof ObjectNode old) {
                result.set(at, object(old, change, schema.items()));
            } else {
                result.add(object(Json.object(), change, schema.items()));
            }
        }
        return result;
    }

    private static int find(ArrayNode items, String key, JsonNode wanted) {
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).path(key).equals(wanted)) {
                return i;
            }
        }
        return -1;
    }

    private static void retain(ObjectNode result, ObjectNode patch) {
        JsonNode kept = patch.get(RETAIN);
        if (kept != null) {
            List<String> names = new ArrayList<>();
            kept.forEach(each -> names.add(each.asText()));
            result.retain(names);
        }
    }

    private static void deletePrimitives(ObjectNode result, String field, JsonNode gone) {
        if (result.get(field) instanceof ArrayNode items) {
            ArrayNode left = Json.array();
            items.forEach(item -> {
                if (!contains(gone, item)) {
                    left.add(item);
                }
            });
            result.set(field, left);
        }
    }

    /// Named items in the given order; the others keep their place behind what stood before them.
    private static void order(ObjectNode result, String field, JsonNode order, @Nullable Schema schema) {
        if (!(result.get(field) instanceof ArrayNode items) || schema == null) {
            return;
        }
        String key = schema.patchMergeKey();
        ArrayNode sorted = Json.array();
        for (JsonNode wanted : order) {
            for (JsonNode item : items) {
                boolean same =
                        key.isEmpty() ? item.equals(wanted) : item.path(key).equals(wanted.path(key));
                if (same && !contains(sorted, item)) {
                    sorted.add(item);
                }
            }
        }
        int place = 0;
        for (JsonNode item : items) {
            int at = index(sorted, item);
            if (at >= 0) {
                place = at + 1;
            } else {
                sorted.insert(place++, item);
            }
        }
        result.set(field, sorted);
    }

    private static int index(ArrayNode items, JsonNode wanted) {
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).equals(wanted)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean contains(JsonNode items, JsonNode wanted) {
        for (JsonNode item : items) {
            if (item.equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    private static ArrayNode plain(ArrayNode patch, boolean dropDirective) {
        ArrayNode result = Json.array();
        for (JsonNode item : patch) {
            boolean directive = dropDirective && item.isObject() && item.size() == 1 && item.has(DIRECTIVE);
            if (!directive) {
                result.add(item instanceof ObjectNode object ? plain(object) : item);
            }
        }
        return result;
    }

    /// New content without directives and nulls.
    private static ObjectNode plain(ObjectNode patch) {
        ObjectNode result = Json.object();
        for (Map.Entry<String, JsonNode> each : patch.properties()) {
            if (each.getKey().startsWith("$") || each.getValue().isNull()) {
                continue;
            }
            JsonNode value = each.getValue();
            result.set(
                    each.getKey(),
                    value instanceof ObjectNode object
                            ? plain(object)
                            : value instanceof ArrayNode array ? plain(array, true) : value);
        }
        return result;
    }
}
