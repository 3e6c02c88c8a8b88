package io.kumiki.pipelines.engine;

import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.pipelines.Pipeline;
import java.time.Instant;
import java.util.Collection;
import java.util.Set;

/// One run. Single-threaded and deterministic; what it keeps in memory can be rebuilt from the rows it returned.
public final class RunEngine {
    private RunEngine() {}

    /// @param tasks all tasks of the run, in any order; empty before Begin
    /// @param artifacts those of [#artifactsOf]
    public static RunEngine of(
            Pipeline pipeline,
            RunRecord run,
            Collection<TaskRecord> tasks,
            Collection<ArtifactRecord> artifacts,
            PathLayout layout,
            ArtifactIds ids) {
        throw new UnsupportedOperationException();
    }

    /// The ids of all artifacts that these tasks refer to, also those of earlier runs (cache, import).
    public static Set<Long> artifactsOf(Collection<TaskRecord> tasks) {
        throw new UnsupportedOperationException();
    }

    public Decision on(RunEvent event, Instant now) {
        throw new UnsupportedOperationException();
    }

    public RunRecord run() {
        throw new UnsupportedOperationException();
    }
}
