package io.kumiki.pipelines;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What the platform document asks for the run as a whole.
///
/// @param workspace the shared folder of all steps, when the pipeline has one
/// @param ttlOnCompletion how long the cluster objects of a finished run are kept; the two others win for their
///     outcome
/// @param deadline how long the whole run may take
public record RunPolicy(
        @Nullable Workspace workspace,
        @Nullable Duration ttlOnCompletion,
        @Nullable Duration ttlOnSuccess,
        @Nullable Duration ttlOnFailure,
        @Nullable Duration deadline) {

    /// @param claimPatch the PersistentVolumeClaimSpec fields the user wants
    public record Workspace(String size, com.fasterxml.jackson.databind.node.ObjectNode claimPatch) {}
}
