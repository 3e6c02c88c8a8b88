package io.kumiki.placement;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What one pod asks of a node.
///
/// @param gpus devices; 0 for a pod that needs none
/// @param gpuMilli of each device: 1,000 is a whole one, less only when `gpus` is 1
/// @param models allowed GPU models, sorted; empty for any
/// @param extended other countable resources by name, such as MIG profiles
public record Demand(
        int cpuMilli, int memoryMib, int gpus, int gpuMilli, List<String> models, Map<String, Long> extended) {
    public Demand {
        models = models.stream().sorted().toList();
        extended = extended.isEmpty() ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(extended));
        if (extended.values().stream().anyMatch(amount -> amount < 0)) {
            throw new IllegalArgumentException("a demand is never negative");
        }
        if (cpuMilli < 0 || memoryMib < 0 || gpus < 0 || gpuMilli < 0 || gpuMilli > 1000) {
            throw new IllegalArgumentException("a demand is never negative, and a device has 1,000 milli");
        }
        if (gpus > 1 && gpuMilli != 1000) {
            throw new IllegalArgumentException(
                    "several devices are asked for whole, not " + gpuMilli + " milli of each");
        }
    }

    public Demand(int cpuMilli, int memoryMib, int gpus, int gpuMilli, List<String> models) {
        this(cpuMilli, memoryMib, gpus, gpuMilli, models, Map.of());
    }

    /// The same demand on other GPU models.
    public Demand on(List<String> others) {
        return new Demand(cpuMilli, memoryMib, gpus, gpuMilli, others, extended);
    }

    public long totalGpuMilli() {
        return (long) gpus * gpuMilli;
    }

    public boolean allows(String model) {
        return gpus == 0 || models.isEmpty() || models.contains(model);
    }

    /// The same demand as the look-ahead sees it: memory stays a filter.
    Demand withoutMemory() {
        return new Demand(cpuMilli, 0, gpus, gpuMilli, models);
    }
}
