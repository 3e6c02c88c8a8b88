package io.kumiki.store;

import java.time.Instant;
import java.util.List;

/// How the API asks the run loop for something.
public final class Intents {
    Intents() {}

    public long add(String runId, IntentRecord.Kind kind, Instant at) {
        throw new UnsupportedOperationException();
    }

    /// Oldest first.
    public List<IntentRecord> pending() {
        throw new UnsupportedOperationException();
    }

    public void done(long id) {
        throw new UnsupportedOperationException();
    }
}
