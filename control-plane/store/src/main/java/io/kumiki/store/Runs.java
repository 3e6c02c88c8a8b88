package io.kumiki.store;

import io.kumiki.model.run.RunRecord;
import io.kumiki.store.list.ListQuery;
import io.kumiki.store.list.Page;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Runs, without their tasks.
public final class Runs {
    Runs() {}

    /// Also moves the experiment's last_run_created_at.
    public void insert(RunRecord run) {
        throw new UnsupportedOperationException();
    }

    /// The columns that the engine owns: state, started, finished, error, history.
    public void progress(RunRecord run) {
        throw new UnsupportedOperationException();
    }

    public void archive(String id, boolean yes) {
        throw new UnsupportedOperationException();
    }

    public @Nullable RunRecord get(String id) {
        throw new UnsupportedOperationException();
    }

    /// Light rows: parameters and history are empty.
    public Page<RunRecord> list(ListQuery query) {
        throw new UnsupportedOperationException();
    }

    /// Rows with parameters and history.
    public Page<RunRecord> listFull(ListQuery query) {
        throw new UnsupportedOperationException();
    }

    /// Runs whose state is not terminal, oldest first.
    public List<String> unfinishedIds() {
        throw new UnsupportedOperationException();
    }

    /// Numbers out of system.Metrics artifacts: run id → metric → value.
    public Map<String, Map<String, Double>> metrics(Collection<String> runIds) {
        throw new UnsupportedOperationException();
    }

    /// With tasks, cache entries and intents; artifact rows stay.
    public boolean delete(String id) {
        throw new UnsupportedOperationException();
    }
}
