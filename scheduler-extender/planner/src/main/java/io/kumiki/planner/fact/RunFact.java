package io.kumiki.planner.fact;

import io.kumiki.model.scheduling.Gang;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What matters of a pod without a gang that holds devices, beside its [PodFact]. Times in seconds since 1970.
///
/// @param expectedSeconds how long it will run, null where nobody knows
/// @param saved when it last saved its state, null for never
/// @param restartSeconds what a restart costs, null where nobody said
/// @param movable null where it stays where it is: its owner did not say otherwise, or nobody makes it anew elsewhere
public record RunFact(
        String uid,
        int priority,
        long created,
        long started,
        @Nullable Long expectedSeconds,
        @Nullable Long saved,
        @Nullable Long restartSeconds,
        @Nullable Movable movable) {
    public RunFact(
            String uid,
            int priority,
            long created,
            long started,
            @Nullable Long expectedSeconds,
            @Nullable Long saved,
            @Nullable Long restartSeconds) {
        this(uid, priority, created, started, expectedSeconds, saved, restartSeconds, null);
    }

    /// Of a pod that may be moved.
    ///
    /// @param controller uid of the owner that makes it anew; the [PodFact] of a bound pod does not tell it
    /// @param shape what it asks of any node, `min` and `max` 1
    /// @param labels by which disruption budgets know it
    public record Movable(String controller, Gang.Members shape, Map<String, String> labels) {}
}
