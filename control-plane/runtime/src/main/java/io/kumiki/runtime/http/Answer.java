package io.kumiki.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a handler returns: status, headers, and a body that is either whole or written as a stream.
public record Answer(int status, Map<String, String> headers, Payload payload) {
    /// The body.
    public sealed interface Payload permits Whole, Streamed {}

    public record Whole(byte[] bytes) implements Payload {}

    /// Written by the writer on the request's own thread; each write waits until the peer has taken it.
    public record Streamed(StreamWriter writer) implements Payload {}

    @FunctionalInterface
    public interface StreamWriter {
        void write(OutputStream out) throws IOException, InterruptedException;
    }

    public static Answer json(JsonNode body) {
        return json(200, body);
    }

    public static Answer json(int status, JsonNode body) {
        return bytes(status, "application/json", Json.bytes(body));
    }

    public static Answer text(int status, String body) {
        return bytes(status, "text/plain; charset=utf-8", body.getBytes(StandardCharsets.UTF_8));
    }

    public static Answer bytes(int status, String contentType, byte[] body) {
        return new Answer(status, Map.of("Content-Type", contentType), new Whole(body));
    }

    public static Answer empty(int status) {
        return new Answer(status, Map.of(), new Whole(new byte[0]));
    }

    public static Answer stream(String contentType, StreamWriter writer) {
        return new Answer(200, Map.of("Content-Type", contentType), new Streamed(writer));
    }

    public Answer with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, more, payload);
    }
}
