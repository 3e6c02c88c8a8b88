package io.kumiki.store;

import io.kumiki.model.Json;
import io.kumiki.model.run.TaskKind;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import io.kumiki.store.sql.Cursor;
import io.kumiki.store.sql.Micros;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Tasks of runs.
public final class Tasks {
    private static final String COLUMNS = """
            id, run_id, parent_id, path, name, display_name, kind, state, attempt, iteration, iterations, pod_name, fingerprint,\
             cached_from, error_reason, error_message, created_at, started_at, finished_at, wake_at, inputs, outputs, notes, history""";
    private static final String PUT = "INSERT INTO tasks (" + COLUMNS + ") VALUES ("
            + Arrays.stream(COLUMNS.split(", ")).map(c -> "?").collect(Collectors.joining(", "))
            + ") ON CONFLICT (id) DO UPDATE SET "
            + Arrays.stream(COLUMNS.split(", "))
                    .filter(c -> !c.equals("id") && !c.equals("run_id") && !c.equals("created_at"))
                    .map(c -> c + " = excluded." + c)
                    .collect(Collectors.joining(", "));

    private final Tx tx;

    Tasks(Tx tx) {
        this.tx = tx;
    }

    /// Inserts or replaces; id, run and creation time of a task never change.
    public void put(Collection<TaskRecord> tasks) {
        for (TaskRecord t : tasks) {
            tx.sql()
                    .update(
                            PUT,
                            t.id(),
                            t.runId(),
                            t.parentId(),
                            t.path(),
                            t.name(),
                            t.displayName(),
                            t.kind().name(),
                            t.state().name(),
                            t.attempt(),
                            t.index(),
                            t.iterations(),
                            t.podName(),
                            t.fingerprint(),
                            t.cachedFrom(),
                            t.error() == null ? null : t.error().reason(),
                            t.error() == null ? null : t.error().message(),
                            Micros.of(t.createdAt()),
                            Micros.of(t.startedAt()),
                            Micros.of(t.finishedAt()),
                            Micros.of(t.wakeAt()),
                            Json.write(t.inputs()),
                            Json.write(t.outputs()),
                            Json.write(t.notes()),
                            Texts.history(t.history()));
            tx.changed(Change.TASK, t.id(), t.runId());
        }
    }

    /// In order of creation.
    public List<TaskRecord> ofRun(String runId) {
        return tx.sql()
                .list(
                        "SELECT " + COLUMNS + " FROM tasks WHERE run_id = ? ORDER BY created_at, path",
                        Tasks::row,
                        runId);
    }

    /// How many tasks that do something themselves (not DAGs, loops and iterations) a run has, by state.
    public Map<TaskState, Integer> counts(String runId) {
        var counts = new EnumMap<TaskState, Integer>(TaskState.class);
        tx.sql().list("""
                        SELECT state, COUNT(*) FROM tasks
                        WHERE run_id = ? AND kind IN ('CONTAINER', 'IMPORTER', 'CREATE_PVC', 'DELETE_PVC') GROUP BY state""", row -> counts.put(TaskState.valueOf(row.text(1)), (int) row.number(2)), runId);
        return counts;
    }

    public @Nullable TaskRecord get(String id) {
        return tx.sql().one("SELECT " + COLUMNS + " FROM tasks WHERE id = ?", Tasks::row, id);
    }

    private static TaskRecord row(Cursor row) {
        return new TaskRecord(
                row.text(1),
                row.text(2),
                row.textOrNull(3),
                row.text(4),
                row.text(5),
                row.text(6),
                TaskKind.valueOf(row.text(7)),
                TaskState.valueOf(row.text(8)),
                (int) row.number(9),
                row.intOrNull(10),
                row.intOrNull(11),
                Texts.object(row.text(21)),
                Texts.object(row.text(22)),
                row.textOrNull(12),
                row.textOrNull(13),
                row.textOrNull(14),
                Texts.fault(row, 15),
                row.time(17),
                row.timeOrAbsent(18),
                row.timeOrAbsent(19),
                row.timeOrAbsent(20),
                Texts.object(row.text(23)),
                Texts.history(row.text(24)));
    }
}
