package io.kumiki.store;

import io.kumiki.store.list.ListQuery;
import io.kumiki.store.list.Page;
import org.jspecify.annotations.Nullable;

/// Named pipelines; what they contain is in their versions.
public final class Pipelines {
    Pipelines() {}

    /// AlreadyExists when the namespace has one of that name.
    public void insert(PipelineRecord pipeline) {
        throw new UnsupportedOperationException();
    }

    public @Nullable PipelineRecord get(String id) {
        throw new UnsupportedOperationException();
    }

    public @Nullable PipelineRecord byName(String namespace, String name) {
        throw new UnsupportedOperationException();
    }

    public Page<PipelineRecord> list(ListQuery query) {
        throw new UnsupportedOperationException();
    }

    /// Display name, description and tags.
    public void update(PipelineRecord pipeline) {
        throw new UnsupportedOperationException();
    }

    /// With its versions.
    public boolean delete(String id) {
        throw new UnsupportedOperationException();
    }
}
