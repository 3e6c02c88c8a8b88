package io.kumiki.planner;

import java.util.List;
import java.util.Map;

/// What matters of a Node. Equal facts mean that nothing happened: heartbeats wake nobody.
///
/// @param usable Ready, not cordoned, not being deleted
/// @param allocatable CPU in milli, everything else in units
public record NodeFact(
        String name, boolean usable, Map<String, String> labels, List<Taint> taints, Map<String, Long> allocatable) {
    public record Taint(String key, String value, String effect) {}

    public NodeFact {
        labels = Map.copyOf(labels);
        taints = List.copyOf(taints);
        allocatable = Map.copyOf(allocatable);
    }

    long amount(String resource) {
        return allocatable.getOrDefault(resource, 0L);
    }
}
