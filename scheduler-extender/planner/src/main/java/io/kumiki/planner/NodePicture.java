package io.kumiki.planner;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A node with what is free on it and who holds the rest.
///
/// @param place one value per level; null where the node has no such label
/// @param gpus devices
/// @param free milli-GPUs
/// @param cpuMilli what gangs may use, less a reserve; negative free amounts mean that others took of it
/// @param memoryMib likewise
/// @param unhealthy devices that the node has but does not offer
public record NodePicture(
        String name,
        List<@Nullable String> place,
        String type,
        int gpus,
        long free,
        boolean shared,
        boolean ready,
        boolean schedulable,
        boolean simulated,
        long cpuMilli,
        long cpuFree,
        long memoryMib,
        long memoryMibFree,
        int unhealthy,
        List<Held> held) {
    /// What one gang, or one pod of none, holds of the node's GPUs.
    ///
    /// @param gpus milli
    /// @param since seconds since 1970; null where it is not known
    public record Held(
            long gpus,
            boolean gang,
            String namespace,
            String name,
            @Nullable String tenant,
            String phase,
            @Nullable Long since,
            @Nullable Integer priority,
            List<Integer> devices) {}
}
