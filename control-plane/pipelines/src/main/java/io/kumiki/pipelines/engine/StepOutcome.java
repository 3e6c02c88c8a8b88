package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/// How an attempt's pod ended, as raw facts; the engine judges.
///
/// @param exitCode of the main container
/// @param reason Kubernetes' word: Completed, Error, OOMKilled, DeadlineExceeded, …
/// @param message a sentence, empty when there is none (the last lines of the log are welcome)
/// @param published the step's `outcome.json` as the agent wrote it (version 1), null when there is none
public record StepOutcome(
        int exitCode,
        String reason,
        String message,
        @Nullable JsonNode published) {}
