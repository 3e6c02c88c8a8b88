package io.kumiki.runs;

import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.pipelines.engine.Command;
import io.kumiki.pipelines.engine.Decision;
import io.kumiki.store.Tx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Decisions on their way to one commit. Of a row that changed several times only the last state is written.
final class Batch {
    private final Map<String, TaskRecord> tasks = new LinkedHashMap<>();
    private final List<ArtifactRecord> artifacts = new ArrayList<>();
    private final List<Decision.Reusable> results = new ArrayList<>();
    private final List<Long> intents = new ArrayList<>();
    private @Nullable RunRecord run;
    /// To be carried out once the rows are safe.
    final List<Command> effects = new ArrayList<>();

    private int decisions;

    void add(Decision d) {
        decisions++;
        if (d.run() != null) {
            run = d.run();
        }
        for (var t : d.tasks()) {
            tasks.put(t.id(), t);
        }
        artifacts.addAll(d.artifacts());
        for (var r : d.results()) {
            // What a simulated node pretended must never stand in for a real result.
            var task = tasks.get(r.taskId());
            if (task == null || !task.notes().path(Notes.SIMULATED).asBoolean()) {
                results.add(r);
            }
        }
    }

    void intentDone(long id) {
        intents.add(id);
    }

    boolean rowsPending() {
        return run != null || !tasks.isEmpty() || !artifacts.isEmpty() || !results.isEmpty() || !intents.isEmpty();
    }

    /// A result that a look-up must be able to see first.
    boolean resultsPending() {
        return !results.isEmpty();
    }

    int decisions() {
        return decisions;
    }

    void write(Tx tx, RunRecord of, Instant now) {
        if (run != null) {
            tx.runs().progress(run);
        }
        if (!artifacts.isEmpty()) {
            tx.artifacts().insert(artifacts);
        }
        if (!tasks.isEmpty()) {
            tx.tasks().put(tasks.values());
        }
        for (var r : results) {
            tx.cache().put(of.namespace(), of.pipelineName(), r.fingerprint(), r.taskId(), now);
        }
        intents.forEach(tx.intents()::done);
    }

    /// The rows are on disk.
    void written() {
        run = null;
        tasks.clear();
        artifacts.clear();
        results.clear();
        intents.clear();
        decisions = 0;
    }
}
