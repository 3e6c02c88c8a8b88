package io.kumiki.conformance.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;

/// What came back.
public record Reply(int code, HttpHeaders headers, String text) {
    public JsonNode json() {
        return Json.parse(text);
    }

    /// A watch's lines.
    public List<JsonNode> lines() {
        List<JsonNode> lines = new ArrayList<>();
        text.lines().forEach(line -> lines.add(Json.parse(line)));
        return lines;
    }

    /// The text at a JSON pointer; empty when absent.
    public String at(String pointer) {
        return json().at(pointer).asText("");
    }

    public String header(String name) {
        return String.join(", ", headers.allValues(name));
    }

    /// The same, when it has this code.
    public Reply expect(int wanted) {
        if (code != wanted) {
            throw new AssertionError("HTTP " + code + " instead of " + wanted + ": " + text);
        }
        return this;
    }
}
