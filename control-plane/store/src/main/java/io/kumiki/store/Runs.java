package io.kumiki.store;

import io.kumiki.model.Json;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.store.list.Keys;
import io.kumiki.store.list.ListQuery;
import io.kumiki.store.list.ListedTable;
import io.kumiki.store.list.Page;
import io.kumiki.store.sql.Cursor;
import io.kumiki.store.sql.Micros;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Runs, without their tasks.
public final class Runs {
    private static final String COLUMNS = """
            id, namespace, experiment_id, display_name, description, pipeline_id, version_id, spec_id, pipeline_name, resource_name,\
             pipeline_root, service_account, state, archived, created_at, scheduled_at, started_at, finished_at, error_reason,\
             error_message, recurring_run_id""";
    private static final String FULL = COLUMNS
            + ", (SELECT parameters FROM run_details WHERE run_id = runs.id), (SELECT history FROM run_details WHERE run_id = runs.id)";
    private static final Keys KEYS = new Keys("runs")
            .text("id", "run_id", "id")
            .text("display_name", "display_name", "name")
            .time("created_at", "created_at")
            .time("finished_at", "finished_at")
            .text("description", "description")
            .time("scheduled_at", "scheduled_at")
            .storage("archived", "storage_state")
            .text("state", "state", "status")
            .text("namespace", "namespace")
            .text("experiment_id", "experiment_id")
            .text("(SELECT history FROM run_details WHERE run_id = runs.id)", "state_history")
            .text("(SELECT parameters FROM run_details WHERE run_id = runs.id)", "runtime_details")
            .text("recurring_run_id", "recurring_run_id")
            .text("pipeline_id", "pipeline_id")
            .text("version_id", "pipeline_version_id")
            .text("pipeline_name", "pipeline_name")
            .ordered("experiment_id", "pipeline_id", "recurring_run_id")
            .family("metric:", Runs::metricKey);
    private static final Set<String> COUNTED = Set.of("namespace", "experiment_id", "pipeline_id", "archived", "state");
    private static final ListedTable<RunRecord> LIGHT =
            new ListedTable<>("runs", 21, COLUMNS, KEYS, "run_counts", COUNTED, row -> row(row, false));
    private static final ListedTable<RunRecord> COMPLETE =
            new ListedTable<>("runs", 23, FULL, KEYS, "run_counts", COUNTED, row -> row(row, true));

    private record Place(String namespace, String experimentId, String pipelineId, boolean archived, String state) {}

    private final Tx tx;

    Runs(Tx tx) {
        this.tx = tx;
    }

    /// Also moves the experiment's last_run_created_at.
    public void insert(RunRecord r) {
        if (place(r.id()) != null) {
            throw new StoreFault.AlreadyExists("run " + r.id() + " exists already");
        }
        tx.sql()
                .update(
                        "INSERT INTO runs (" + COLUMNS
                                + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        r.id(),
                        r.namespace(),
                        r.experimentId(),
                        r.displayName(),
                        r.description(),
                        Texts.orEmpty(r.pipelineId()),
                        Texts.orEmpty(r.versionId()),
                        r.specId(),
                        r.pipelineName(),
                        r.resourceName(),
                        r.pipelineRoot(),
                        r.serviceAccount(),
                        r.state().name(),
                        r.archived(),
                        Micros.of(r.createdAt()),
                        Micros.of(r.scheduledAt()),
                        Micros.of(r.startedAt()),
                        Micros.of(r.finishedAt()),
                        r.error() == null ? null : r.error().reason(),
                        r.error() == null ? null : r.error().message(),
                        Texts.orEmpty(r.recurringRunId()));
        tx.sql()
                .update(
                        "INSERT INTO run_details (run_id, parameters, history) VALUES (?, ?, ?)",
                        r.id(),
                        Json.write(r.parameters()),
                        Texts.history(r.history()));
        count(placeOf(r), 1);
        long created = Micros.of(r.createdAt());
        if (tx.sql()
                        .update(
                                "UPDATE experiments SET last_run_at = ? WHERE id = ? AND last_run_at < ?",
                                created,
                                r.experimentId(),
                                created)
                > 0) {
            tx.changed(Change.EXPERIMENT, r.experimentId(), null);
        }
        tx.changed(Change.RUN, r.id(), r.id());
    }

    /// The columns that the engine owns: state, started, finished, error, history.
    public void progress(RunRecord r) {
        Place before = place(r.id());
        if (before == null) {
            throw new StoreFault.NotFound("no run " + r.id());
        }
        tx.sql()
                .update(
                        "UPDATE runs SET state = ?, started_at = ?, finished_at = ?, error_reason = ?, error_message = ? WHERE id = ?",
                        r.state().name(),
                        Micros.of(r.startedAt()),
                        Micros.of(r.finishedAt()),
                        r.error() == null ? null : r.error().reason(),
                        r.error() == null ? null : r.error().message(),
                        r.id());
        tx.sql().update("UPDATE run_details SET history = ? WHERE run_id = ?", Texts.history(r.history()), r.id());
        if (!before.state.equals(r.state().name())) {
            count(before, -1);
            count(
                    new Place(
                            before.namespace,
                            before.experimentId,
                            before.pipelineId,
                            before.archived,
                            r.state().name()),
                    1);
        }
        tx.changed(Change.RUN, r.id(), r.id());
    }

    public void archive(String id, boolean yes) {
        Place before = place(id);
        if (before == null) {
            throw new StoreFault.NotFound("no run " + id);
        }
        if (before.archived != yes) {
            tx.sql().update("UPDATE runs SET archived = ? WHERE id = ?", yes, id);
            count(before, -1);
            count(new Place(before.namespace, before.experimentId, before.pipelineId, yes, before.state), 1);
            tx.changed(Change.RUN, id, id);
        }
    }

    public @Nullable RunRecord get(String id) {
        return tx.sql().one("SELECT " + FULL + " FROM runs WHERE id = ?", row -> row(row, true), id);
    }

    /// Light rows: parameters and history are empty.
    public Page<RunRecord> list(ListQuery query) {
        return LIGHT.page(tx.sql(), query);
    }

    /// Rows with parameters and history.
    public Page<RunRecord> listFull(ListQuery query) {
        return COMPLETE.page(tx.sql(), query);
    }

    /// Runs whose state is not terminal, oldest first.
    public List<String> unfinishedIds() {
        return tx.sql()
                .list(
                        "SELECT id FROM runs WHERE namespace IN (SELECT DISTINCT namespace FROM run_counts)"
                                + " AND state IN ('PENDING', 'RUNNING', 'CANCELING') ORDER BY created_at, id",
                        row -> row.text(1));
    }

    /// Numbers out of system.Metrics artifacts: run id → metric → value.
    public Map<String, Map<String, Double>> metrics(Collection<String> runIds) {
        var found = new LinkedHashMap<String, Map<String, Double>>();
        for (String id : runIds) {
            var values = new TreeMap<String, Double>();
            tx.sql()
                    .list(
                            "SELECT name, value FROM run_metrics WHERE run_id = ?",
                            row -> values.put(row.text(1), row.real(2)),
                            id);
            if (!values.isEmpty()) {
                found.put(id, values);
            }
        }
        return found;
    }

    /// With tasks, cache entries and intents; artifact rows stay.
    public boolean delete(String id) {
        Place place = place(id);
        if (place == null) {
            return false;
        }
        tx.sql().update("DELETE FROM cache WHERE task_id IN (SELECT id FROM tasks WHERE run_id = ?)", id);
        for (String table : List.of("tasks", "run_details", "run_metrics", "intents")) {
            tx.sql().update("DELETE FROM " + table + " WHERE run_id = ?", id);
        }
        tx.sql().update("DELETE FROM runs WHERE id = ?", id);
        count(place, -1);
        tx.changed(Change.RUN, id, id);
        return true;
    }

    private @Nullable Place place(String id) {
        return tx.sql()
                .one(
                        "SELECT namespace, experiment_id, pipeline_id, archived, state FROM runs WHERE id = ?",
                        row -> new Place(row.text(1), row.text(2), row.text(3), row.flag(4), row.text(5)),
                        id);
    }

    private static Place placeOf(RunRecord r) {
        return new Place(
                r.namespace(),
                r.experimentId(),
                Texts.orEmpty(r.pipelineId()),
                r.archived(),
                r.state().name());
    }

    private void count(Place place, int change) {
        tx.sql()
                .update(
                        "INSERT INTO run_counts (namespace, experiment_id, pipeline_id, archived, state, n) VALUES (?, ?, ?, ?, ?, ?)"
                                + " ON CONFLICT (namespace, experiment_id, pipeline_id, archived, state)"
                                + " DO UPDATE SET n = run_counts.n + excluded.n",
                        place.namespace,
                        place.experimentId,
                        place.pipelineId,
                        place.archived,
                        place.state,
                        change);
    }

    /// Runs without that metric sort as the smallest.
    private static Keys.Key metricKey(String name) {
        return new Keys.Key(
                "COALESCE((SELECT value FROM run_metrics WHERE run_metrics.run_id = runs.id AND run_metrics.name = ?), -1e308)",
                Keys.Kind.NUMBER,
                List.of(name));
    }

    private static RunRecord row(Cursor row, boolean full) {
        return new RunRecord(
                row.text(1),
                row.text(2),
                row.text(3),
                row.text(4),
                row.text(5),
                row.textOrAbsent(6),
                row.textOrAbsent(7),
                row.text(8),
                row.text(9),
                row.text(10),
                full ? Texts.object(row.text(22)) : Json.object(),
                row.text(11),
                row.text(12),
                RunState.valueOf(row.text(13)),
                row.flag(14),
                row.time(15),
                row.time(16),
                row.timeOrAbsent(17),
                row.timeOrAbsent(18),
                Texts.fault(row, 19),
                row.textOrAbsent(21),
                full ? Texts.history(row.text(23)) : List.of());
    }
}
