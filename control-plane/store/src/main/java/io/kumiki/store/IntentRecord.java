package io.kumiki.store;

import java.time.Instant;

/// What somebody asked of a run, kept until the run loop has acted on it.
public record IntentRecord(long id, String runId, Kind kind, Instant at) {
    public enum Kind {
        STOP,
        RETRY,
        DELETE
    }
}
