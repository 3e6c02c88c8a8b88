package io.kumiki.store;

import io.kumiki.store.sql.Cursor;
import io.kumiki.store.sql.Micros;
import java.time.Instant;
import java.util.List;

/// How the API asks the run loop for something.
public final class Intents {
    private final Tx tx;

    Intents(Tx tx) {
        this.tx = tx;
    }

    public long add(String runId, IntentRecord.Kind kind, Instant at) {
        long id = tx.next("intent", 1);
        tx.sql()
                .update(
                        "INSERT INTO intents (id, run_id, kind, asked_at) VALUES (?, ?, ?, ?)",
                        id,
                        runId,
                        kind.name(),
                        Micros.of(at));
        tx.changed(Change.INTENT, Long.toString(id), runId);
        return id;
    }

    /// Oldest first.
    public List<IntentRecord> pending() {
        return tx.sql().list("SELECT id, run_id, kind, asked_at FROM intents ORDER BY id", Intents::row);
    }

    /// Oldest first.
    public List<IntentRecord> ofRun(String runId) {
        return tx.sql()
                .list(
                        "SELECT id, run_id, kind, asked_at FROM intents WHERE run_id = ? ORDER BY id",
                        Intents::row,
                        runId);
    }

    public void done(long id) {
        tx.sql().update("DELETE FROM intents WHERE id = ?", id);
    }

    private static IntentRecord row(Cursor row) {
        return new IntentRecord(row.number(1), row.text(2), IntentRecord.Kind.valueOf(row.text(3)), row.time(4));
    }
}
