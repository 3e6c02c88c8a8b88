package io.kumiki.store;

import io.kumiki.store.list.Keys;
import io.kumiki.store.list.ListQuery;
import io.kumiki.store.list.ListedTable;
import io.kumiki.store.list.Page;
import io.kumiki.store.sql.Cursor;
import io.kumiki.store.sql.Micros;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Groups of runs.
public final class Experiments {
    private static final String COLUMNS = "id, namespace, display_name, description, archived, created_at, last_run_at";
    private static final ListedTable<ExperimentRecord> LIST = new ListedTable<>(
            "experiments",
            7,
            COLUMNS,
            new Keys("experiments")
                    .text("id", "id", "experiment_id")
                    .text("display_name", "name", "display_name")
                    .time("created_at", "created_at")
                    .time("last_run_at", "last_run_created_at")
                    .text("description", "description")
                    .text("namespace", "namespace")
                    .storage("archived", "storage_state"),
            null,
            Set.of(),
            Experiments::row);

    private final Tx tx;

    Experiments(Tx tx) {
        this.tx = tx;
    }

    /// AlreadyExists when the namespace has one of that display name.
    public void insert(ExperimentRecord e) {
        if (get(e.id()) != null || byName(e.namespace(), e.displayName()) != null) {
            throw new StoreFault.AlreadyExists(
                    "experiment '" + e.displayName() + "' exists already in namespace " + e.namespace());
        }
        tx.sql()
                .update(
                        "INSERT INTO experiments (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?)",
                        e.id(),
                        e.namespace(),
                        e.displayName(),
                        e.description(),
                        e.archived(),
                        Micros.of(e.createdAt()),
                        Micros.of(e.lastRunAt()));
        tx.changed(Change.EXPERIMENT, e.id(), null);
    }

    public @Nullable ExperimentRecord get(String id) {
        return tx.sql().one("SELECT " + COLUMNS + " FROM experiments WHERE id = ?", Experiments::row, id);
    }

    public @Nullable ExperimentRecord byName(String namespace, String displayName) {
        return tx.sql()
                .one(
                        "SELECT " + COLUMNS + " FROM experiments WHERE namespace = ? AND display_name = ?",
                        Experiments::row,
                        namespace,
                        displayName);
    }

    public Page<ExperimentRecord> list(ListQuery query) {
        return LIST.page(tx.sql(), query);
    }

    /// Archiving archives its runs too; unarchiving leaves them archived, as KFP does.
    public void archive(String id, boolean yes) {
        if (tx.sql().update("UPDATE experiments SET archived = ? WHERE id = ?", yes, id) == 0) {
            throw new StoreFault.NotFound("no experiment " + id);
        }
        tx.changed(Change.EXPERIMENT, id, null);
        if (yes) {
            for (String run : tx.sql()
                    .list("SELECT id FROM runs WHERE experiment_id = ? AND archived = 0", row -> row.text(1), id)) {
                tx.runs().archive(run, true);
            }
        }
    }

    /// Keeps the runs.
    public boolean delete(String id) {
        boolean existed = tx.sql().update("DELETE FROM experiments WHERE id = ?", id) > 0;
        if (existed) {
            tx.changed(Change.EXPERIMENT, id, null);
        }
        return existed;
    }

    private static ExperimentRecord row(Cursor row) {
        return new ExperimentRecord(
                row.text(1), row.text(2), row.text(3), row.text(4), row.flag(5), row.time(6), row.timeOrAbsent(7));
    }
}
