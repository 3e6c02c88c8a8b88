package io.kumiki.store;

import io.kumiki.model.run.TaskRecord;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tasks of runs.
public final class Tasks {
    Tasks() {}

    /// Inserts or replaces.
    public void put(Collection<TaskRecord> tasks) {
        throw new UnsupportedOperationException();
    }

    /// In order of creation.
    public List<TaskRecord> ofRun(String runId) {
        throw new UnsupportedOperationException();
    }

    public @Nullable TaskRecord get(String id) {
        throw new UnsupportedOperationException();
    }
}
