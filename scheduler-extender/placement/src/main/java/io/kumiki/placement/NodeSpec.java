package io.kumiki.placement;

/// What a node offers when it is empty.
///
/// @param model GPU model; empty where there is no GPU
public record NodeSpec(String name, int cpuMilli, int memoryMib, int gpus, String model, int pods) {}
