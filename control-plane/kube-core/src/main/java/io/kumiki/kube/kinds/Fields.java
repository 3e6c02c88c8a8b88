package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// Fields by their dotted paths.
public final class Fields {
    private Fields() {}

    public static JsonNode at(JsonNode object, String path) {
        JsonNode node = object;
        int start = 0;
        while (start <= path.length()) {
            int dot = path.indexOf('.', start);
            int end = dot < 0 ? path.length() : dot;
            node = node.path(path.substring(start, end));
            start = end + 1;
        }
        return node;
    }

    /// Empty when the field is absent; `false` for an absent truth value is what its caller has to know.
    public static String text(JsonNode object, String path) {
        JsonNode node = at(object, path);
        return node.isValueNode() ? node.asText("") : "";
    }

    /// Sets a text field that is absent, null or empty.
    public static void fill(ObjectNode object, String field, String value) {
        if (!object.hasNonNull(field) || object.path(field).asText("").isEmpty()) {
            object.put(field, value);
        }
    }
}
