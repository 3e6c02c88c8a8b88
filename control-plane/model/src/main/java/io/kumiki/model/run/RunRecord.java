package io.kumiki.model.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One run, without its tasks.
///
/// @param specId content address of the pipeline spec (and platform spec) the run executes
/// @param parameters what the user gave, as given; defaults are filled in by the engine
/// @param pipelineRoot resolved at creation, e.g. `minio://mlpipeline/v2/artifacts`
/// @param resourceName `<pipeline name>-<5 random>`, what KFP calls the job resource name
/// @param archived KFP's storage_state ARCHIVED
public record RunRecord(
        String id,
        String namespace,
        String experimentId,
        String displayName,
        String description,
        @Nullable String pipelineId,
        @Nullable String versionId,
        String specId,
        String pipelineName,
        String resourceName,
        ObjectNode parameters,
        String pipelineRoot,
        String serviceAccount,
        RunState state,
        boolean archived,
        Instant createdAt,
        Instant scheduledAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable RunFault error,
        @Nullable String recurringRunId,
        List<StateChange> history) {
    public RunRecord {
        history = List.copyOf(history);
    }

    public RunRecord moved(RunState to, Instant now, @Nullable RunFault fault) {
        var longer = new java.util.ArrayList<>(history);
        longer.add(new StateChange(now, to.name()));
        return new RunRecord(
                id,
                namespace,
                experimentId,
                displayName,
                description,
                pipelineId,
                versionId,
                specId,
                pipelineName,
                resourceName,
                parameters,
                pipelineRoot,
                serviceAccount,
                to,
                archived,
                createdAt,
                scheduledAt,
                startedAt == null && to != RunState.PENDING ? now : startedAt,
                to.terminal() ? now : null,
                fault,
                recurringRunId,
                longer);
    }

    public RunRecord archived(boolean yes) {
        return new RunRecord(
                id,
                namespace,
                experimentId,
                displayName,
                description,
                pipelineId,
                versionId,
                specId,
                pipelineName,
                resourceName,
                parameters,
                pipelineRoot,
                serviceAccount,
                state,
                yes,
                createdAt,
                scheduledAt,
                startedAt,
                finishedAt,
                error,
                recurringRunId,
                history);
    }
}
