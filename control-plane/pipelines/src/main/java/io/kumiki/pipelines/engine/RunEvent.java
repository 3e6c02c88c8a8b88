package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.TaskRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What happened. Repeated, late or foreign events change nothing.
public sealed interface RunEvent {
    /// The run's row has been committed; nothing has started.
    record Begin() implements RunEvent {}

    /// The process has started again: every outstanding command is issued once more.
    record Resumed() implements RunEvent {}

    /// The step's main container runs.
    ///
    /// @param notes merged into the task's notes, e.g. `{"Simulated":true,"image":"python:3.11 → python3.12"}`
    record StepStarted(String taskId, int attempt, String podName, ObjectNode notes) implements RunEvent {}

    /// What a person should know while a step waits: why its pod is pending.
    record StepNoted(String taskId, int attempt, String podName, ObjectNode notes) implements RunEvent {}

    /// The step's pod has ended and its outputs are in object storage.
    record StepEnded(String taskId, int attempt, StepOutcome outcome) implements RunEvent {}

    /// Not the user's fault (node gone, pod evicted, deleted): run again, not counted as a failure.
    record StepLost(String taskId, int attempt, RunFault why) implements RunEvent {}

    /// The pod can never be made.
    record StepRefused(String taskId, int attempt, RunFault why) implements RunEvent {}

    /// The answer to LookUpCache; `hit` null when nothing usable was found.
    record CacheAnswer(String taskId, @Nullable CacheHit hit) implements RunEvent {}

    /// @param outputs the artifacts that the earlier task's outputs refer to
    record CacheHit(TaskRecord task, List<ArtifactRecord> outputs) {
        public CacheHit {
            outputs = List.copyOf(outputs);
        }
    }

    /// The answer to LookUpArtifact; `found` null when there is none like it.
    record ArtifactAnswer(String taskId, @Nullable ArtifactRecord found) implements RunEvent {}

    /// A CreateVolume or DeleteVolume has been carried out; a claim that was there already (or gone already)
    /// counts.
    record VolumeDone(String taskId) implements RunEvent {}

    record VolumeRefused(String taskId, RunFault why) implements RunEvent {}

    /// The time asked for by WakeAt has come.
    record Woke(String taskId) implements RunEvent {}

    record StopRequested() implements RunEvent {}

    /// Run what failed or was stopped again; what succeeded is kept.
    record RetryRequested() implements RunEvent {}
}
