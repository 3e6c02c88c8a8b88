package io.kumiki.planner.fact;

import org.jspecify.annotations.Nullable;

/// What matters of a pod without a gang that holds devices, beside its [PodFact]. Times in seconds since 1970.
///
/// @param expectedSeconds how long it will run, null where nobody knows
/// @param saved when it last saved its state, null for never
/// @param restartSeconds what a restart costs, null where nobody said
public record RunFact(
        String uid,
        int priority,
        long created,
        long started,
        @Nullable Long expectedSeconds,
        @Nullable Long saved,
        @Nullable Long restartSeconds) {}
