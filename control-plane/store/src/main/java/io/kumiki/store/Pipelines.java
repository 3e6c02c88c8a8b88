package io.kumiki.store;

import io.kumiki.store.list.Keys;
import io.kumiki.store.list.ListQuery;
import io.kumiki.store.list.ListedTable;
import io.kumiki.store.list.Page;
import io.kumiki.store.sql.Cursor;
import io.kumiki.store.sql.Micros;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Named pipelines; what they contain is in their versions.
public final class Pipelines {
    private static final String COLUMNS = "id, namespace, name, display_name, description, created_at, tags";
    private static final ListedTable<PipelineRecord> LIST = new ListedTable<>(
            "pipelines",
            7,
            COLUMNS,
            new Keys("pipelines")
                    .text("id", "id", "pipeline_id")
                    .text("name", "name")
                    .text("display_name", "display_name")
                    .time("created_at", "created_at")
                    .text("description", "description")
                    .text("namespace", "namespace")
                    .family("tags.", name -> Tags.key("pipelines", name)),
            null,
            Set.of(),
            Pipelines::row);

    private final Tx tx;

    Pipelines(Tx tx) {
        this.tx = tx;
    }

    /// AlreadyExists when the namespace has one of that name.
    public void insert(PipelineRecord p) {
        if (get(p.id()) != null || byName(p.namespace(), p.name()) != null) {
            throw new StoreFault.AlreadyExists(
                    "pipeline '" + p.name() + "' exists already in namespace " + p.namespace());
        }
        tx.sql()
                .update(
                        "INSERT INTO pipelines (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?)",
                        p.id(),
                        p.namespace(),
                        p.name(),
                        p.displayName(),
                        p.description(),
                        Micros.of(p.createdAt()),
                        Texts.tags(p.tags()));
        Tags.replace(tx.sql(), p.id(), p.tags());
        tx.changed(Change.PIPELINE, p.id(), null);
    }

    public @Nullable PipelineRecord get(String id) {
        return tx.sql().one("SELECT " + COLUMNS + " FROM pipelines WHERE id = ?", Pipelines::row, id);
    }

    public @Nullable PipelineRecord byName(String namespace, String name) {
        return tx.sql()
                .one(
                        "SELECT " + COLUMNS + " FROM pipelines WHERE namespace = ? AND name = ?",
                        Pipelines::row,
                        namespace,
                        name);
    }

    public Page<PipelineRecord> list(ListQuery query) {
        return LIST.page(tx.sql(), query);
    }

    /// Display name, description and tags.
    public void update(PipelineRecord p) {
        int changed = tx.sql()
                .update(
                        "UPDATE pipelines SET display_name = ?, description = ?, tags = ? WHERE id = ?",
                        p.displayName(),
                        p.description(),
                        Texts.tags(p.tags()),
                        p.id());
        if (changed == 0) {
            throw new StoreFault.NotFound("no pipeline " + p.id());
        }
        Tags.replace(tx.sql(), p.id(), p.tags());
        tx.changed(Change.PIPELINE, p.id(), null);
    }

    /// With its versions.
    public boolean delete(String id) {
        boolean existed = tx.sql().update("DELETE FROM pipelines WHERE id = ?", id) > 0;
        if (existed) {
            for (String version :
                    tx.sql().list("SELECT id FROM versions WHERE pipeline_id = ?", row -> row.text(1), id)) {
                tx.versions().delete(version);
            }
            tx.sql().update("DELETE FROM tags WHERE owner = ?", id);
            tx.changed(Change.PIPELINE, id, null);
        }
        return existed;
    }

    private static PipelineRecord row(Cursor row) {
        return new PipelineRecord(
                row.text(1), row.text(2), row.text(3), row.text(4), row.text(5), row.time(6), Texts.tags(row.text(7)));
    }
}
