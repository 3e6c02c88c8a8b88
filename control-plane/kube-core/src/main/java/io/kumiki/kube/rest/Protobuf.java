package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.rest.MessageTypes.Field;
import io.kumiki.model.Json;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Function;

/// Reads the few bodies that a current kubectl sends as protobuf whatever a server offers: reviews, token requests,
/// delete options and the simple kinds of `kubectl create`. Everything else is asked for as JSON.
final class Protobuf {
    static final String CONTENT_TYPE = "application/vnd.kubernetes.protobuf";

    private static final byte[] MAGIC = {'k', '8', 's', 0};
    private static final int DEEPEST = 20;
    private static final DateTimeFormatter MICRO =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private Protobuf() {}

    static ObjectNode read(byte[] body) {
        if (body.length < MAGIC.length || !Arrays.equals(body, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw ApiFault.badRequest("the body is not a Kubernetes protobuf document");
        }
        try {
            ObjectNode envelope = message(new WireBytes(body, MAGIC.length, body.length), "Unknown", 0);
            String kind = envelope.path("typeMeta").path("kind").asText();
            if (!MessageTypes.known(kind) || !envelope.has("raw") && kind.isEmpty()) {
                throw Bodies.unsupported(CONTENT_TYPE + " (" + kind + ")", "application/json, application/yaml");
            }
            byte[] raw = Base64.getDecoder().decode(envelope.path("raw").asText());
            ObjectNode object = Json.object();
            object.put(
                            "apiVersion",
                            envelope.path("typeMeta").path("apiVersion").asText())
                    .put("kind", kind);
            object.setAll(message(new WireBytes(raw, 0, raw.length), kind, 0));
            return object;
        } catch (IndexOutOfBoundsException e) {
            throw ApiFault.badRequest("the protobuf document ends too early");
        }
    }

    private static ObjectNode message(WireBytes in, String type, int depth) {
        if (depth > DEEPEST) {
            throw ApiFault.badRequest("the protobuf document is nested too deeply");
        }
        ObjectNode object = Json.object();
        while (!in.isEmpty()) {
            long tag = in.varint();
            Field field = MessageTypes.field(type, (int) (tag >>> 3));
            int wire = (int) (tag & 7);
            if (wire == 0) {
                long value = in.varint();
                if (field == null) {
                    unread(type, tag, value == 0);
                } else if (field.type().equals("t")) {
                    object.put(field.name(), value != 0);
                } else if (field.type().equals("f")) {
                    if (value != 0) {
                        object.put(field.name(), true);
                    }
                } else if (value != 0 || !field.type().equals("z")) {
                    object.put(field.name(), value);
                }
            } else if (wire == 2) {
                WireBytes part = in.part();
                if (field == null) {
                    unread(type, tag, part.isEmpty());
                } else {
                    put(object, field, part, depth);
                }
            } else {
                in.skip(wire);
            }
        }
        return object;
    }

    private static void unread(String type, long tag, boolean empty) {
        if (!empty && MessageTypes.whole(type)) {
            throw Bodies.unsupported(
                    CONTENT_TYPE + " (field " + (tag >>> 3) + " of " + type + ")",
                    "application/json, application/yaml");
        }
    }

    private static void put(ObjectNode object, Field field, WireBytes in, int depth) {
        switch (field.type()) {
            case "-" -> {}
            case "o" -> {
                if (!in.isEmpty()) {
                    object.put(field.name(), in.text());
                }
            }
            case "I" -> object.set(field.name(), either(message(in, "IntOrString", depth + 1)));
            case "s" -> object.put(field.name(), in.text());
            case "b" -> object.put(field.name(), in.base64());
            case "*s" -> object.withArray("/" + field.name()).add(in.text());
            case "M" -> entry(in, object.withObject("/" + field.name()), part -> TextNode.valueOf(part.text()));
            case "B" -> entry(in, object.withObject("/" + field.name()), part -> TextNode.valueOf(part.base64()));
            case "Q" ->
                entry(
                        in,
                        object.withObject("/" + field.name()),
                        part -> message(part, "Quantity", depth + 1).path("string"));
            case "X" ->
                entry(
                        in,
                        object.withObject("/" + field.name()),
                        part -> message(part, "Values", depth + 1).withArray("/items"));
            case "T" ->
                object.put(
                        field.name(),
                        Instant.ofEpochSecond(message(in, "Time", depth + 1)
                                        .path("seconds")
                                        .asLong())
                                .toString());
            case "U" -> object.put(field.name(), micro(message(in, "Time", depth + 1)));
            default -> {
                boolean repeated = field.type().startsWith("*");
                ObjectNode part = message(in, repeated ? field.type().substring(1) : field.type(), depth + 1);
                if (repeated) {
                    object.withArray("/" + field.name()).add(part);
                } else {
                    object.set(field.name(), part);
                }
            }
        }
    }

    private static JsonNode either(ObjectNode part) {
        return part.path("type").asInt() == 0
                ? IntNode.valueOf(part.path("intVal").asInt())
                : TextNode.valueOf(part.path("strVal").asText());
    }

    /// A lease's times have microseconds, always six digits.
    private static String micro(ObjectNode time) {
        return MICRO.format(Instant.ofEpochSecond(
                time.path("seconds").asLong(), time.path("nanos").asLong()));
    }

    private static void entry(WireBytes in, ObjectNode map, Function<WireBytes, JsonNode> read) {
        String key = "";
        JsonNode value = TextNode.valueOf("");
        while (!in.isEmpty()) {
            long tag = in.varint();
            WireBytes part = in.part();
            if (tag >>> 3 == 1) {
                key = part.text();
            } else {
                value = read.apply(part);
            }
        }
        map.set(key, value);
    }
}
