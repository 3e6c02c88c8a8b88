package io.kumiki.store;

import io.kumiki.store.list.Keys;
import io.kumiki.store.list.ListQuery;
import io.kumiki.store.list.ListedTable;
import io.kumiki.store.list.Page;
import io.kumiki.store.sql.Cursor;
import io.kumiki.store.sql.Micros;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Versions of pipelines.
public final class Versions {
    private static final String COLUMNS =
            "id, pipeline_id, name, display_name, description, created_at, spec_id, code_source_url, package_url, tags";
    private static final ListedTable<VersionRecord> LIST = new ListedTable<>(
            "versions",
            10,
            COLUMNS,
            new Keys("pipeline versions")
                    .text("id", "id", "pipeline_version_id")
                    .text("pipeline_id", "pipeline_id")
                    .text("name", "name")
                    .text("display_name", "display_name")
                    .time("created_at", "created_at")
                    .text("description", "description")
                    .text(
                            "COALESCE((SELECT namespace FROM pipelines WHERE pipelines.id = versions.pipeline_id), '')",
                            "namespace")
                    .family("tags.", name -> Tags.key("versions", name)),
            null,
            Set.of(),
            Versions::row);

    private final Tx tx;

    Versions(Tx tx) {
        this.tx = tx;
    }

    /// AlreadyExists when the pipeline has one of that name.
    public void insert(VersionRecord v) {
        boolean taken = tx.sql()
                        .number(
                                "SELECT COUNT(*) FROM versions WHERE id = ? OR (pipeline_id = ? AND name = ?)",
                                v.id(),
                                v.pipelineId(),
                                v.name())
                > 0;
        if (taken) {
            throw new StoreFault.AlreadyExists(
                    "pipeline version '" + v.name() + "' exists already in pipeline " + v.pipelineId());
        }
        tx.sql()
                .update(
                        "INSERT INTO versions (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        v.id(),
                        v.pipelineId(),
                        v.name(),
                        v.displayName(),
                        v.description(),
                        Micros.of(v.createdAt()),
                        v.specId(),
                        v.codeSourceUrl(),
                        v.packageUrl(),
                        Texts.tags(v.tags()));
        Tags.replace(tx.sql(), v.id(), v.tags());
        tx.changed(Change.VERSION, v.id(), null);
    }

    public @Nullable VersionRecord get(String id) {
        return tx.sql().one("SELECT " + COLUMNS + " FROM versions WHERE id = ?", Versions::row, id);
    }

    public @Nullable VersionRecord latest(String pipelineId) {
        return tx.sql()
                .one(
                        "SELECT " + COLUMNS
                                + " FROM versions WHERE pipeline_id = ? ORDER BY created_at DESC, id DESC LIMIT 1",
                        Versions::row,
                        pipelineId);
    }

    public long count(String pipelineId) {
        return tx.sql().number("SELECT COUNT(*) FROM versions WHERE pipeline_id = ?", pipelineId);
    }

    public Page<VersionRecord> list(ListQuery query) {
        return LIST.page(tx.sql(), query);
    }

    /// Display name, description and tags.
    public void update(VersionRecord v) {
        int changed = tx.sql()
                .update(
                        "UPDATE versions SET display_name = ?, description = ?, tags = ? WHERE id = ?",
                        v.displayName(),
                        v.description(),
                        Texts.tags(v.tags()),
                        v.id());
        if (changed == 0) {
            throw new StoreFault.NotFound("no pipeline version " + v.id());
        }
        Tags.replace(tx.sql(), v.id(), v.tags());
        tx.changed(Change.VERSION, v.id(), null);
    }

    public boolean delete(String id) {
        boolean existed = tx.sql().update("DELETE FROM versions WHERE id = ?", id) > 0;
        if (existed) {
            tx.sql().update("DELETE FROM tags WHERE owner = ?", id);
            tx.changed(Change.VERSION, id, null);
        }
        return existed;
    }

    private static VersionRecord row(Cursor row) {
        return new VersionRecord(
                row.text(1),
                row.text(2),
                row.text(3),
                row.text(4),
                row.text(5),
                row.time(6),
                row.text(7),
                row.text(8),
                row.text(9),
                Texts.tags(row.text(10)));
    }
}
