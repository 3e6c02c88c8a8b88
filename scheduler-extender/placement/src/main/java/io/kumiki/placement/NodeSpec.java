package io.kumiki.placement;

import java.util.Map;

/// What a node offers when it is empty.
///
/// @param model GPU model; empty where there is no GPU
/// @param extended other countable resources by name
public record NodeSpec(
        String name, int cpuMilli, int memoryMib, int gpus, String model, int pods, Map<String, Long> extended) {
    public NodeSpec(String name, int cpuMilli, int memoryMib, int gpus, String model, int pods) {
        this(name, cpuMilli, memoryMib, gpus, model, pods, Map.of());
    }
}
