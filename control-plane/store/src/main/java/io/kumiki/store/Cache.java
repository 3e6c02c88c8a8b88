package io.kumiki.store;

import io.kumiki.store.sql.Micros;
import java.time.Instant;
import java.util.List;

/// Which finished tasks may be taken again.
public final class Cache {
    private final Tx tx;

    Cache(Tx tx) {
        this.tx = tx;
    }

    /// Newest first, at most ten; only tasks that still exist.
    public List<CacheEntry> find(String namespace, String pipelineName, String fingerprint) {
        return tx.sql()
                .list("""
                        SELECT c.task_id, c.made_at FROM cache c JOIN tasks t ON t.id = c.task_id
                        WHERE c.namespace = ? AND c.pipeline_name = ? AND c.fingerprint = ?
                        ORDER BY c.made_at DESC, c.task_id LIMIT 10""", row -> new CacheEntry(row.text(1), row.time(2)), namespace, pipelineName, fingerprint);
    }

    public void put(String namespace, String pipelineName, String fingerprint, String taskId, Instant at) {
        tx.sql().update("""
                        INSERT INTO cache (namespace, pipeline_name, fingerprint, task_id, made_at) VALUES (?, ?, ?, ?, ?)
                        ON CONFLICT (namespace, pipeline_name, fingerprint, task_id) DO UPDATE SET made_at = excluded.made_at""", namespace, pipelineName, fingerprint, taskId, Micros.of(at));
    }

    /// Forgets a pipeline's entries; an empty pipeline name means the whole namespace. Returns how many.
    public int purge(String namespace, String pipelineName) {
        return pipelineName.isEmpty()
                ? tx.sql().update("DELETE FROM cache WHERE namespace = ?", namespace)
                : tx.sql()
                        .update("DELETE FROM cache WHERE namespace = ? AND pipeline_name = ?", namespace, pipelineName);
    }
}
