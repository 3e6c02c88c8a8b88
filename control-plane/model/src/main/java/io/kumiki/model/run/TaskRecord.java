package io.kumiki.model.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One node of a run's tree. The engine can be rebuilt from a run's records alone.
///
/// @param id derived from (run, path), so that a repeated decision names the same task
/// @param path unique in the run: task names joined by `/`, an iteration as its index: `for-loop-1/17/train`
/// @param name the task's key in its DAG
/// @param inputs resolved parameter values and artifact references as the task saw them:
///     `{"parameters":{..},"artifacts":{key:[artifactId,..]}}`
/// @param outputs same shape; for LOOPs and DAGs what their outputs resolved to
/// @param attempt 1 for the first pod; retries raise it
/// @param iterations for a LOOP: how many items; else null
/// @param podName the current attempt's pod, `null` where no pod is ever made
/// @param cachedFrom the task whose outputs were taken
/// @param notes chips and sentences for a person: `{"Simulated":true,"image":"python:3.11 → python3.11"}`
public record TaskRecord(
        String id,
        String runId,
        @Nullable String parentId,
        String path,
        String name,
        String displayName,
        TaskKind kind,
        TaskState state,
        int attempt,
        @Nullable Integer index,
        @Nullable Integer iterations,
        ObjectNode inputs,
        ObjectNode outputs,
        @Nullable String podName,
        @Nullable String fingerprint,
        @Nullable String cachedFrom,
        @Nullable RunFault error,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Instant wakeAt,
        ObjectNode notes,
        List<StateChange> history) {
    public TaskRecord {
        history = List.copyOf(history);
    }
}
