package io.kumiki.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;

/// A path to a field, as rules and selectable fields write it: `.spec.size`, `['a.b'].c`, followed through a schema.
///
/// @param path as violations spell it
/// @param schema what the path leads to
/// @param problem why it leads nowhere; empty when it does not
public record FieldPath(String path, JsonNode schema, String problem) {

    /// @param brackets whether `['…']` may be used
    public static FieldPath parse(String text, JsonNode schema, boolean brackets) {
        StringBuilder path = new StringBuilder();
        JsonNode at = schema;
        int i = 0;
        while (i < text.length()) {
            boolean dotted = text.charAt(i) == '.';
            if (!dotted && text.charAt(i) != '[') {
                return wrong("expected [ or . but got: " + text.substring(i));
            }
            if (!dotted && !brackets) {
                return wrong("array notation is not allowed");
            }
            int end = dotted ? endOfName(text, i + 1) : text.indexOf("']", i);
            if (!dotted && (end < i + 2 || text.charAt(i + 1) != '\'')) {
                return wrong("expected single quoted string but got " + text.substring(i + 1));
            }
            String name = dotted
                    ? text.substring(i + 1, end)
                    : text.substring(i + 2, end).replace("\\'", "'").replace("\\\\", "\\");
            i = dotted ? end : end + 2;
            if (name.isEmpty()) {
                return wrong("unexpected end of JSON path");
            }
            boolean known = at.path("properties").isObject();
            JsonNode next = known ? at.path("properties").path(name) : at.path("additionalProperties");
            if (!next.isObject()) {
                return wrong("does not refer to a valid field");
            }
            path.append(known ? (path.isEmpty() ? "" : ".") + name : "[" + name + "]");
            at = next;
        }
        return new FieldPath(path.toString(), at, "");
    }

    /// The path as violations spell it, of a text that was found good when its definition was written.
    public static String spelled(String text) {
        String plain = text.replaceAll("\\['((?:[^'\\\\]|\\\\.)*)'\\]", ".$1").replaceAll("\\\\(.)", "$1");
        return plain.startsWith(".") ? plain.substring(1) : plain;
    }

    private static int endOfName(String text, int from) {
        int end = from;
        while (end < text.length() && ".[]".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    private static FieldPath wrong(String problem) {
        return new FieldPath("", MissingNode.getInstance(), problem);
    }
}
