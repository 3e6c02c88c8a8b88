package io.kumiki.kube.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import java.util.List;

/// RFC 6902: all operations or none.
public final class JsonPatch {
    private static final int MOST_OPERATIONS = 10_000;

    private JsonPatch() {}

    public static JsonNode apply(JsonNode document, JsonNode patch) {
        if (!patch.isArray()) {
            throw new PatchFault("a JSON patch is a list of operations");
        }
        if (patch.size() > MOST_OPERATIONS) {
            throw ApiFault.of(
                    413,
                    "RequestEntityTooLarge",
                    "The allowed maximum operations in a JSON patch is " + MOST_OPERATIONS + ", got " + patch.size());
        }
        JsonNode result = document.deepCopy();
        CopyBounds bounds = new CopyBounds();
        for (JsonNode operation : patch) {
            String name = operation.path("op").asText();
            if (name.equals("copy") || name.equals("move")) {
                bounds.check(name, find(result, from(operation)), pointer(operation));
            }
            result = one(result, operation);
        }
        return result;
    }

    private static JsonPointer pointer(JsonNode operation) {
        if (!operation.path("path").isTextual()) {
            throw new PatchFault("an operation lacks its path");
        }
        return JsonPointer.parse(operation.path("path").asText());
    }

    private static JsonNode one(JsonNode document, JsonNode operation) {
        JsonPointer path = pointer(operation);
        String name = operation.path("op").asText();
        return switch (name) {
            case "add" -> add(document, path, value(operation));
            case "replace" -> {
                find(document, path);
                yield path.whole() ? value(operation).deepCopy() : add(remove(document, path), path, value(operation));
            }
            case "remove" -> remove(document, path);
            case "test" -> {
                if (!find(document, path).equals(value(operation))) {
                    throw new PatchFault("testing value " + path + " failed");
                }
                yield document;
            }
            case "copy" -> add(document, path, find(document, from(operation)));
            case "move" -> {
                JsonPointer from = from(operation);
                if (from.contains(path)) {
                    throw new PatchFault(from + " cannot be moved into itself");
                }
                JsonNode moved = find(document, from);
                yield place(remove(document, from), path, moved);
            }
            default ->
                throw new PatchFault(
                        "the operation \"" + name + "\" is not one of add, replace, remove, test, copy, move");
        };
    }

    private static JsonNode value(JsonNode operation) {
        if (!operation.has("value")) {
            throw new PatchFault("the operation at " + operation.path("path").asText() + " lacks its value");
        }
        return operation.get("value");
    }

    private static JsonPointer from(JsonNode operation) {
        if (!operation.path("from").isTextual()) {
            throw new PatchFault("the operation at " + operation.path("path").asText() + " lacks from");
        }
        return JsonPointer.parse(operation.path("from").asText());
    }

    private static JsonNode add(JsonNode document, JsonPointer path, JsonNode value) {
        return place(document, path, value.deepCopy());
    }

    private static JsonNode place(JsonNode document, JsonPointer path, JsonNode copy) {
        if (path.whole()) {
            return copy;
        }
        JsonNode parent = walk(document, path.parents(), path);
        if (parent instanceof ObjectNode object) {
            object.set(path.last(), copy);
        } else if (parent instanceof ArrayNode array) {
            array.insert(path.last().equals("-") ? array.size() : index(path, array.size()), copy);
        } else {
            throw missing(path);
        }
        return document;
    }

    private static JsonNode remove(JsonNode document, JsonPointer path) {
        find(document, path);
        if (path.whole()) {
            throw new PatchFault("the whole document cannot be removed");
        }
        JsonNode parent = walk(document, path.parents(), path);
        if (parent instanceof ObjectNode object) {
            object.remove(path.last());
        } else if (parent instanceof ArrayNode array) {
            array.remove(index(path, array.size() - 1));
        }
        return document;
    }

    private static JsonNode find(JsonNode document, JsonPointer path) {
        return walk(document, path.tokens(), path);
    }

    private static JsonNode walk(JsonNode document, List<String> tokens, JsonPointer whole) {
        JsonNode node = document;
        for (String token : tokens) {
            if (node instanceof ArrayNode array) {
                node = array.get(index(new JsonPointer(List.of(token)), array.size() - 1));
            } else if (node instanceof ObjectNode object && object.has(token)) {
                node = object.get(token);
            } else {
                throw missing(whole);
            }
        }
        return node;
    }

    private static int index(JsonPointer path, int last) {
        String text = path.last();
        if (!text.matches("0|[1-9][0-9]{0,8}")) {
            throw new PatchFault("\"" + text + "\" is no place in a list");
        }
        int index = Integer.parseInt(text);
        if (index > last) {
            throw new PatchFault("place " + index + " is beyond the end of a list, whose last allowed one is " + last);
        }
        return index;
    }

    private static PatchFault missing(JsonPointer path) {
        return new PatchFault("the path " + path + " does not exist");
    }
}
