package io.kumiki.localcluster.node.engine;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/// What an engine tells while it fetches an image: one JSON object a line, for each layer how much of it has come.
final class PullReport {
    private static final int LONGEST_LINE = 64 * 1024;
    private static final int MOST_LAYERS = 1_000;

    private record Layer(long current, long total) {}

    private final Map<String, Layer> layers = new LinkedHashMap<>();

    /// To its end.
    ///
    /// @throws EngineFault when the engine says that it failed
    static void read(InputStream in, Consumer<String> progress) throws IOException {
        PullReport report = new PullReport();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        byte[] chunk = new byte[8 * 1024];
        for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
            for (int i = 0; i < n; i++) {
                if (chunk[i] == '\n') {
                    report.line(line.toByteArray(), progress);
                    line.reset();
                } else if (line.size() == LONGEST_LINE) {
                    throw new EngineFault(
                            200, "the engine's report has a line of more than " + LONGEST_LINE + " bytes");
                } else {
                    line.write(chunk[i]);
                }
            }
        }
        report.line(line.toByteArray(), progress);
    }

    private void line(byte[] line, Consumer<String> progress) throws EngineFault {
        JsonNode said = parsed(line);
        String error = said.path("error").asText("");
        if (!error.isEmpty()) {
            throw new EngineFault(500, error.strip());
        }
        JsonNode detail = said.path("progressDetail");
        String id = said.path("id").asText("");
        if (detail.has("total") && layers.size() < MOST_LAYERS) {
            layers.put(
                    id,
                    new Layer(
                            detail.path("current").asLong(),
                            detail.path("total").asLong()));
        }
        long current = 0;
        long total = 0;
        for (Layer layer : layers.values()) {
            current += Math.min(layer.current(), layer.total());
            total += layer.total();
        }
        if (total > 0) {
            progress.accept(current / 1_000_000 + " of " + total / 1_000_000 + " MB in " + layers.size() + " layers");
        }
    }

    private static JsonNode parsed(byte[] line) throws EngineFault {
        try {
            return line.length == 0 || new String(line, java.nio.charset.StandardCharsets.UTF_8).isBlank()
                    ? Json.object()
                    : Json.parse(line);
        } catch (Json.Malformed e) {
            throw new EngineFault(200, "the engine's report is not JSON: " + e.getMessage());
        }
    }
}
