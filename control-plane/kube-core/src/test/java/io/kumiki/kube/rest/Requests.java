package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.Caller;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Journal;
import io.kumiki.kube.Tokens;
import io.kumiki.kube.WatchFeed;
import io.kumiki.model.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Speaks HTTP to a cluster without a socket.
final class Requests {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    final Cluster cluster;
    Caller caller = Caller.administrator();

    record Reply(int code, JsonNode json, Map<String, String> headers) {
        String message() {
            return json.path("message").asText();
        }

        String at(String pointer) {
            return json.at(pointer).asText();
        }
    }

    Requests() {
        this(Tokens.none());
    }

    Requests(Tokens tokens) {
        this(tokens, Journal.memory());
    }

    Requests(Tokens tokens, Journal journal) {
        cluster = new Cluster(ClusterSettings.simulated(() -> now, 7).tokens(tokens), journal);
        cluster.resume();
        post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"n\"}}");
    }

    Reply send(String method, String url, String contentType, String body) {
        return send(method, url, Map.of("content-type", contentType), body);
    }

    Reply send(String method, String url, Map<String, String> headers, String body) {
        ApiAnswer answer = raw(method, url, headers, body);
        if (!(answer instanceof ApiAnswer.Whole whole)) {
            throw new AssertionError(answer);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        whole.body().forEach(bytes::writeBytes);
        String text = bytes.toString(StandardCharsets.UTF_8);
        return new Reply(
                whole.status(),
                text.startsWith("{")
                        ? Json.parse(text)
                        : Json.mapper().getNodeFactory().textNode(text),
                whole.headers());
    }

    ApiAnswer raw(String method, String url, Map<String, String> headers, String body) {
        String[] parts = url.split("\\?", 2);
        Map<String, List<String>> query = new LinkedHashMap<>();
        if (parts.length == 2) {
            for (String pair : parts[1].split("&")) {
                String[] both = pair.split("=", 2);
                query.computeIfAbsent(both[0], k -> new ArrayList<>())
                        .add(both.length == 2 ? java.net.URLDecoder.decode(both[1], StandardCharsets.UTF_8) : "");
            }
        }
        return cluster.handle(
                new ApiRequest(method, parts[0], query, headers, body.getBytes(StandardCharsets.UTF_8), caller));
    }

    Reply get(String url) {
        return send("GET", url, Map.of(), "");
    }

    Reply post(String url, String body) {
        return send("POST", url, "application/json", body);
    }

    Reply put(String url, String body) {
        return send("PUT", url, "application/json", body);
    }

    Reply delete(String url) {
        return send("DELETE", url, Map.of(), "");
    }

    Reply apply(String url, String manager, String body) {
        return send(
                "PATCH",
                url + (url.contains("?") ? "&" : "?") + "fieldManager=" + manager,
                "application/apply-patch+yaml",
                body);
    }

    Reply patch(String url, String kind, String body) {
        return send("PATCH", url, "application/" + kind + "+json", body);
    }

    /// Opens a watch; events collect in the list.
    List<JsonNode> watch(String url) {
        List<JsonNode> events = new ArrayList<>();
        ((ApiAnswer.Watch) raw("GET", url, Map.of(), "")).feed().open(new WatchFeed.Sink() {
            @Override
            public void frame(WatchFeed.Frame frame) {
                events.add(Json.parse(frame.bytes()));
            }

            @Override
            public void end() {
                events.add(Json.object().put("type", "END"));
            }
        });
        return events;
    }

    static ObjectNode pod(String name) {
        return (ObjectNode) Json.parse("""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s"},
             "spec":{"containers":[{"name":"main","image":"busybox","env":[{"name":"A","value":"1"}]}]}}\
            """.formatted(name));
    }
}
