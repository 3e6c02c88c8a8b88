package io.kumiki.store;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.store.list.Keys;
import io.kumiki.store.list.ListQuery;
import io.kumiki.store.list.ListedTable;
import io.kumiki.store.list.Page;
import io.kumiki.store.sql.Cursor;
import io.kumiki.store.sql.Micros;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Rows that make bytes in object storage known.
public final class Artifacts {
    private static final String COLUMNS =
            "id, namespace, run_id, task_id, output, position, name, type, schema_version, uri, created_at, metadata";
    private static final ListedTable<ArtifactRecord> LIST = new ListedTable<>(
            "artifacts",
            12,
            COLUMNS,
            new Keys("artifacts")
                    .number("id", "id", "artifact_id")
                    .text("namespace", "namespace")
                    .text("run_id", "run_id")
                    .text("task_id", "task_id")
                    .text("name", "name", "display_name")
                    .text("type", "type")
                    .text("uri", "uri")
                    .time("created_at", "created_at"),
            null,
            Set.of(),
            Artifacts::row);

    private final Tx tx;

    Artifacts(Tx tx) {
        this.tx = tx;
    }

    /// Repeating is harmless: the same id is the same artifact.
    public void insert(Collection<ArtifactRecord> artifacts) {
        for (ArtifactRecord a : artifacts) {
            int added = tx.sql()
                    .update(
                            "INSERT INTO artifacts (" + COLUMNS
                                    + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                            a.id(),
                            a.namespace(),
                            Texts.orEmpty(a.runId()),
                            Texts.orEmpty(a.taskId()),
                            a.key(),
                            a.index(),
                            a.name(),
                            a.type(),
                            a.schemaVersion(),
                            a.uri(),
                            Micros.of(a.createdAt()),
                            Json.write(a.metadata()));
            if (added > 0) {
                metrics(a);
                tx.changed(Change.ARTIFACT, Long.toString(a.id()), a.runId());
            }
        }
    }

    public @Nullable ArtifactRecord get(long id) {
        return tx.sql().one("SELECT " + COLUMNS + " FROM artifacts WHERE id = ?", Artifacts::row, id);
    }

    public List<ArtifactRecord> get(Collection<Long> ids) {
        var found = new ArrayList<ArtifactRecord>(ids.size());
        for (Long id : ids) {
            ArtifactRecord artifact = get(id.longValue());
            if (artifact != null) {
                found.add(artifact);
            }
        }
        return found;
    }

    public List<ArtifactRecord> ofRun(String runId) {
        return tx.sql()
                .list("SELECT " + COLUMNS + " FROM artifacts WHERE run_id = ? ORDER BY id", Artifacts::row, runId);
    }

    /// Newest first.
    public List<ArtifactRecord> byUri(String namespace, String uri) {
        return tx.sql()
                .list(
                        "SELECT " + COLUMNS + " FROM artifacts WHERE namespace = ? AND uri = ? ORDER BY id DESC",
                        Artifacts::row,
                        namespace,
                        uri);
    }

    public Page<ArtifactRecord> list(ListQuery query) {
        return LIST.page(tx.sql(), query);
    }

    /// Reserves n ids and returns the first; gaps are allowed.
    public long nextIds(int n) {
        return tx.next("artifact", n);
    }

    /// What runs can be sorted and compared by.
    private void metrics(ArtifactRecord a) {
        if (a.runId() == null || !a.type().equals("system.Metrics")) {
            return;
        }
        for (var entry : a.metadata().properties()) {
            JsonNode value = entry.getValue();
            if (value.isNumber() && Double.isFinite(value.doubleValue())) {
                tx.sql()
                        .update(
                                "INSERT INTO run_metrics (run_id, name, value) VALUES (?, ?, ?)"
                                        + " ON CONFLICT (run_id, name) DO UPDATE SET value = excluded.value",
                                a.runId(),
                                entry.getKey(),
                                value.doubleValue());
            }
        }
    }

    private static ArtifactRecord row(Cursor row) {
        return new ArtifactRecord(
                row.number(1),
                row.text(2),
                row.textOrAbsent(3),
                row.textOrAbsent(4),
                row.text(5),
                (int) row.number(6),
                row.text(7),
                row.text(8),
                row.text(9),
                row.text(10),
                Texts.object(row.text(12)),
                row.time(11));
    }
}
