package io.kumiki.runs.pod;

import io.kumiki.model.run.RunFault;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a pod's status means for its step.
public sealed interface PodNews {
    /// Nothing of the user's has begun. `why` is a sentence when something holds the pod, else null.
    record Waiting(@Nullable String why) implements PodNews {}

    record Running(Instant since) implements PodNews {}

    /// The main container has ended and its outputs are on their way.
    record Publishing() implements PodNews {}

    /// Over.
    ///
    /// @param exitCode of the main container
    /// @param reason Kubernetes' word: Completed, Error, OOMKilled, Evicted, DeadlineExceeded, …
    /// @param message Kubernetes' sentence, empty when it has none
    record Ended(int exitCode, String reason, String message, Instant at) implements PodNews {}

    /// Over, and not by the step's fault: its node went, it was preempted, storage could not be reached.
    record Lost(RunFault why) implements PodNews {}

    /// It can never run: its image does not exist here, its inputs cannot be had.
    record Refused(RunFault why) implements PodNews {}
}
