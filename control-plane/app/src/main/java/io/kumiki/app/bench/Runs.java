package io.kumiki.app.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;

/// Reads times off a finished run.
final class Runs {
    private Runs() {}

    /// created_at → finished_at; a run that did not succeed is no measurement.
    static double seconds(JsonNode run) {
        if (!run.path("state").asText().equals("SUCCEEDED")) {
            throw new IllegalStateException("run " + run.path("display_name").asText() + " ended "
                    + run.path("state").asText() + ": "
                    + run.path("error").path("message").asText());
        }
        return Duration.between(
                                Instant.parse(run.path("created_at").asText()),
                                Instant.parse(run.path("finished_at").asText()))
                        .toNanos()
                / 1e9;
    }
}
