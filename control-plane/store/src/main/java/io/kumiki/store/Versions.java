package io.kumiki.store;

import io.kumiki.store.list.ListQuery;
import io.kumiki.store.list.Page;
import org.jspecify.annotations.Nullable;

/// Versions of pipelines.
public final class Versions {
    Versions() {}

    /// AlreadyExists when the pipeline has one of that name.
    public void insert(VersionRecord version) {
        throw new UnsupportedOperationException();
    }

    public @Nullable VersionRecord get(String id) {
        throw new UnsupportedOperationException();
    }

    public @Nullable VersionRecord latest(String pipelineId) {
        throw new UnsupportedOperationException();
    }

    public long count(String pipelineId) {
        throw new UnsupportedOperationException();
    }

    public Page<VersionRecord> list(ListQuery query) {
        throw new UnsupportedOperationException();
    }

    /// Display name, description and tags.
    public void update(VersionRecord version) {
        throw new UnsupportedOperationException();
    }

    public boolean delete(String id) {
        throw new UnsupportedOperationException();
    }
}
