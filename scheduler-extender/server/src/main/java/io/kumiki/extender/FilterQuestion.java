package io.kumiki.extender;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.kumiki.model.Json;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What of a filter call says where a led pod goes; the rest of the pod is skipped, and no tree is made of it.
///
/// @param nodes that are offered
record FilterQuestion(String uid, Set<String> nodes) {
    /// Null where it is none as kube-scheduler writes it, or one that needs a closer look.
    static @Nullable FilterQuestion read(byte[] body) {
        try (JsonParser parser = Json.tokens().createParser(body)) {
            return parser.nextToken() == JsonToken.START_OBJECT ? read(parser) : null;
        } catch (IOException e) {
            return null;
        }
    }

    private static @Nullable FilterQuestion read(JsonParser parser) throws IOException {
        String uid = "";
        Set<String> nodes = new HashSet<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            if (field.equals("Pod") && value == JsonToken.START_OBJECT) {
                uid = uid(parser);
                if (uid.isEmpty()) {
                    return null;
                }
            } else if (field.equals("NodeNames") && value == JsonToken.START_ARRAY) {
                while (parser.nextToken() == JsonToken.VALUE_STRING) {
                    nodes.add(parser.getText());
                }
            } else {
                parser.skipChildren();
            }
        }
        return uid.isEmpty() ? null : new FilterQuestion(uid, nodes);
    }

    /// Empty where it has none, or is a member of one of the scheduler's own gangs.
    private static String uid(JsonParser parser) throws IOException {
        String uid = "";
        boolean grouped = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            boolean object = parser.nextToken() == JsonToken.START_OBJECT;
            if (object && field.equals("metadata")) {
                uid = text(parser, "uid");
            } else if (object && field.equals("spec")) {
                grouped = !text(parser, "schedulingGroup").isEmpty();
            } else {
                parser.skipChildren();
            }
        }
        return grouped ? "" : uid;
    }

    /// The field of the object, "there" for one that is no text.
    private static String text(JsonParser parser, String wanted) throws IOException {
        String found = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            if (field.equals(wanted)) {
                found = value == JsonToken.VALUE_STRING ? parser.getText() : "there";
            }
            parser.skipChildren();
        }
        return found;
    }
}
