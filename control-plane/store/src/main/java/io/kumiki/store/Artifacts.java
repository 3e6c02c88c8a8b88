package io.kumiki.store;

import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.store.list.ListQuery;
import io.kumiki.store.list.Page;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows that make bytes in object storage known.
public final class Artifacts {
    Artifacts() {}

    /// Repeating is harmless: the same id is the same artifact.
    public void insert(Collection<ArtifactRecord> artifacts) {
        throw new UnsupportedOperationException();
    }

    public @Nullable ArtifactRecord get(long id) {
        throw new UnsupportedOperationException();
    }

    public List<ArtifactRecord> get(Collection<Long> ids) {
        throw new UnsupportedOperationException();
    }

    public List<ArtifactRecord> ofRun(String runId) {
        throw new UnsupportedOperationException();
    }

    /// Newest first.
    public List<ArtifactRecord> byUri(String namespace, String uri) {
        throw new UnsupportedOperationException();
    }

    public Page<ArtifactRecord> list(ListQuery query) {
        throw new UnsupportedOperationException();
    }

    /// Reserves n ids and returns the first; gaps are allowed.
    public long nextIds(int n) {
        throw new UnsupportedOperationException();
    }
}
