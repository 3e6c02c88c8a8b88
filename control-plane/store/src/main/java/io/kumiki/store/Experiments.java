package io.kumiki.store;

import io.kumiki.store.list.ListQuery;
import io.kumiki.store.list.Page;
import org.jspecify.annotations.Nullable;

/// Groups of runs.
public final class Experiments {
    Experiments() {}

    /// AlreadyExists when the namespace has one of that display name.
    public void insert(ExperimentRecord experiment) {
        throw new UnsupportedOperationException();
    }

    public @Nullable ExperimentRecord get(String id) {
        throw new UnsupportedOperationException();
    }

    public @Nullable ExperimentRecord byName(String namespace, String displayName) {
        throw new UnsupportedOperationException();
    }

    public Page<ExperimentRecord> list(ListQuery query) {
        throw new UnsupportedOperationException();
    }

    /// Archiving archives its runs too; unarchiving leaves them archived, as KFP does.
    public void archive(String id, boolean yes) {
        throw new UnsupportedOperationException();
    }

    /// Keeps the runs.
    public boolean delete(String id) {
        throw new UnsupportedOperationException();
    }
}
