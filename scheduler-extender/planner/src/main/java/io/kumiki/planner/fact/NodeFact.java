package io.kumiki.planner.fact;

import java.util.List;
import java.util.Map;

/// What matters of a Node. Equal facts mean that nothing happened: heartbeats wake nobody.
///
/// @param usable Ready, not cordoned, not being deleted
/// @param allocatable CPU in milli, everything else in units
/// @param ready its condition says so; it may be cordoned all the same
/// @param unhealthy GPUs that it has but does not offer
public record NodeFact(
        String name,
        boolean usable,
        Map<String, String> labels,
        List<Taint> taints,
        Map<String, Long> allocatable,
        boolean ready,
        int unhealthy) {
    public NodeFact(
            String name,
            boolean usable,
            Map<String, String> labels,
            List<Taint> taints,
            Map<String, Long> allocatable) {
        this(name, usable, labels, taints, allocatable, usable, 0);
    }

    public record Taint(String key, String value, String effect) {}

    public NodeFact {
        labels = Map.copyOf(labels);
        taints = List.copyOf(taints);
        allocatable = Map.copyOf(allocatable);
    }

    public long amount(String resource) {
        return allocatable.getOrDefault(resource, 0L);
    }
}
