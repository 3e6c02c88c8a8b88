package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/// What the shell must do after the decision's records are committed. Repeating one is harmless.
public sealed interface Command {
    /// Answer with CacheAnswer: the newest finished task of this fingerprint whose outputs still exist.
    record LookUpCache(String taskId, String fingerprint) implements Command {}

    /// Make the pod (its name follows from run, path and attempt; existing means done).
    ///
    /// @param started the main container has been seen running: a pod that is gone now was lost and must not be
    ///     made again
    record StartStep(StepRequest request, boolean started) implements Command {}

    /// End the pod; StepEnded or StepLost must follow, also when the pod was never made.
    record StopStep(String taskId, int attempt) implements Command {}

    /// Send Woke(taskId) at that time; a later one for the same task replaces it.
    record WakeAt(String taskId, Instant at) implements Command {}

    /// Answer with ArtifactAnswer: the newest artifact of the namespace with this uri, type and metadata.
    record LookUpArtifact(String taskId, String uri, String type, ObjectNode metadata) implements Command {}

    /// Make a PersistentVolumeClaim in the run's namespace; answer with VolumeDone or VolumeRefused.
    ///
    /// @param annotations for the claim's metadata
    /// @param spec a complete PersistentVolumeClaimSpec
    record CreateVolume(String taskId, String claim, ObjectNode annotations, ObjectNode spec) implements Command {}

    record DeleteVolume(String taskId, String claim) implements Command {}
}
