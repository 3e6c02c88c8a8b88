package io.kumiki.store;

import java.time.Instant;
import java.util.List;

/// Which finished tasks may be taken again.
public final class Cache {
    Cache() {}

    /// Newest first, at most ten; only tasks that still exist.
    public List<CacheEntry> find(String namespace, String pipelineName, String fingerprint) {
        throw new UnsupportedOperationException();
    }

    public void put(String namespace, String pipelineName, String fingerprint, String taskId, Instant at) {
        throw new UnsupportedOperationException();
    }

    /// Forgets a pipeline's entries; an empty pipeline name means the whole namespace. Returns how many.
    public int purge(String namespace, String pipelineName) {
        throw new UnsupportedOperationException();
    }
}
