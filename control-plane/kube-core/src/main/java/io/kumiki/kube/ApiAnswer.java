package io.kumiki.kube;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.util.List;
import java.util.Map;

/// What goes back to the client. The shell writes it; only it knows sockets.
public sealed interface ApiAnswer {
    /// A complete body in parts, so that a list of stored objects is never copied into one array. A part of a long
    /// list may be made anew at each look.
    record Whole(int status, String contentType, List<byte[]> body, Map<String, String> headers) implements ApiAnswer {}

    /// Frames that keep coming: the shell opens the watch and sends each frame as a chunk or as a WebSocket
    /// message.
    ///
    /// @param headers of its beginning
    record Watch(WatchFeed feed, Map<String, String> headers) implements ApiAnswer {}

    /// The text of a container.
    record Log(PodLogs.Order order) implements ApiAnswer {}

    /// A connection into a pod, by WebSocket.
    record Connect(PodConnection order) implements ApiAnswer {}

    /// The request goes on to a port of a pod, and its answer comes back as it is.
    ///
    /// @param path and query, as the pod sees them
    record Forward(boolean tls, String host, int port, String path) implements ApiAnswer {}

    String JSON = "application/json";

    static Whole json(int status, JsonNode body) {
        return new Whole(status, JSON, List.of(Json.bytes(body)), Map.of());
    }

    static Whole of(ApiFault fault) {
        // A spent disruption budget does not come back within a second: clients shall not repeat it by themselves.
        boolean again = fault.code() == 503
                || fault.code() == 429 && !fault.status().path("details").has("causes");
        Map<String, String> headers = again ? Map.of("Retry-After", "1") : Map.of();
        return new Whole(fault.code(), JSON, List.of(Json.bytes(fault.status())), headers);
    }
}
