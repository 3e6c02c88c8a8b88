package io.kumiki.pipelines.engine;

import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.TaskRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Records to commit in one transaction, then commands to carry out in order.
///
/// @param run null when its row did not change
/// @param tasks new and changed tasks, each at most once
/// @param artifacts new artifacts
/// @param results finished tasks that later runs may take from the cache: to be put there in the same transaction
public record Decision(
        @Nullable RunRecord run,
        List<TaskRecord> tasks,
        List<ArtifactRecord> artifacts,
        List<Reusable> results,
        List<Command> commands) {

    public record Reusable(String fingerprint, String taskId) {}

    public Decision {
        tasks = List.copyOf(tasks);
        artifacts = List.copyOf(artifacts);
        results = List.copyOf(results);
        commands = List.copyOf(commands);
    }

    public boolean empty() {
        return run == null && tasks.isEmpty() && artifacts.isEmpty() && results.isEmpty() && commands.isEmpty();
    }
}
