package io.kumiki.extender;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Objects without the parts that nobody here reads: they are skipped as tokens and never become trees. Of a pod that
/// is more than half.
final class LeanObjects {
    /// @param without fields that are left out
    /// @param below fields of which parts are left out; those of an array are those of its elements
    private record Part(Set<String> without, Map<String, Part> below) {
        static final Part WHOLE = new Part(Set.of(), Map.of());

        Part of(String field) {
            return below.isEmpty() ? WHOLE : below.getOrDefault(field, WHOLE);
        }
    }

    private static final Part CONTAINERS = new Part(
            Set.of("env", "envFrom", "volumeMounts", "command", "args", "livenessProbe", "readinessProbe"), Map.of());
    private static final Part OBJECT = new Part(
            Set.of(),
            Map.of(
                    "metadata", new Part(Set.of("managedFields"), Map.of()),
                    "spec", new Part(Set.of(), Map.of("containers", CONTAINERS, "initContainers", CONTAINERS)),
                    "status", new Part(Set.of("containerStatuses", "initContainerStatuses", "images"), Map.of())));
    /// Whoever is asked about an object must have all of it that may be changed.
    private static final Part REVIEW = new Part(
            Set.of(),
            Map.of(
                    "request",
                    new Part(
                            Set.of(),
                            Map.of(
                                    "object",
                                    new Part(
                                            Set.of(),
                                            Map.of("metadata", new Part(Set.of("managedFields"), Map.of())))))));
    /// Of what is gone only its name is wanted.
    private static final Part GONE =
            new Part(Set.of("spec", "status"), Map.of("metadata", new Part(Set.of("managedFields"), Map.of())));

    private LeanObjects() {}

    /// One event of a watch: an object with `type` and `object`, from its first token on.
    static JsonNode event(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new IOException("an event of a watch is an object");
        }
        ObjectNode event = Json.object();
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            boolean gone = event.path("type").asText().equals("DELETED");
            event.set(field, value(parser, value, !field.equals("object") ? Part.WHOLE : gone ? GONE : OBJECT));
        }
        end(parser);
        return event;
    }

    private static void end(JsonParser parser) throws IOException {
        if (parser.nextToken() != null) {
            throw new IOException("more follows the object");
        }
    }

    /// The object whose first token the parser is at.
    static JsonNode object(JsonParser parser) throws IOException {
        return value(parser, parser.currentToken(), OBJECT);
    }

    /// One whole object; an empty one of no bytes.
    static JsonNode object(byte[] json) throws IOException {
        if (json.length == 0) {
            return Json.object();
        }
        try (JsonParser parser = Json.tokens().createParser(json)) {
            JsonNode object = value(parser, parser.nextToken(), OBJECT);
            end(parser);
            return object;
        }
    }

    /// An AdmissionReview without its object's managed fields. Throws [IllegalArgumentException] where it is no JSON.
    static JsonNode review(byte[] json) {
        try (JsonParser parser = Json.tokens().createParser(json)) {
            JsonNode review = value(parser, parser.nextToken(), REVIEW);
            end(parser);
            return review;
        } catch (IOException e) {
            throw new IllegalArgumentException("an AdmissionReview is wanted: " + e.getMessage(), e);
        }
    }

    private static JsonNode value(JsonParser parser, @Nullable JsonToken token, Part part) throws IOException {
        if (token == JsonToken.START_OBJECT && part != Part.WHOLE) {
            return fields(parser, part);
        }
        if (token == JsonToken.START_ARRAY && part != Part.WHOLE) {
            ArrayNode array = Json.array();
            for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                array.add(value(parser, next, part));
            }
            return array;
        }
        return Json.value(parser);
    }

    private static ObjectNode fields(JsonParser parser, Part part) throws IOException {
        ObjectNode object = Json.object();
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            if (part.without().contains(field)) {
                parser.skipChildren();
            } else {
                object.set(field, value(parser, value, part.of(field)));
            }
        }
        return object;
    }
}
