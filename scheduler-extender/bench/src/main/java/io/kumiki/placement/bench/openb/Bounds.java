package io.kumiki.placement.bench.openb;

import java.util.Map;

/// What no placement can exceed at 130 % load, in % of all GPUs: a linear program per workload over node groups and
/// ways to cut devices, CPU pooled in each group, memory and wholeness dropped, solved once (seed 42). Whoever arrived
/// before 92 % load must be in it (85 % for gpushare80, gpushare100 and gpuspec33), with repacking for free. Strict
/// only for policies that refuse nobody before that load; for gpushare and gpuspec an indication.
final class Bounds {
    private static final Map<String, Double> NO_EARLY_REFUSAL = Map.ofEntries(
            Map.entry("default", 96.65),
            Map.entry("cpu050", 96.68),
            Map.entry("cpu100", 96.64),
            Map.entry("cpu200", 96.61),
            Map.entry("cpu250", 96.62),
            Map.entry("gpushare40", 95.25),
            Map.entry("gpushare60", 92.73),
            Map.entry("gpushare80", 91.42),
            Map.entry("gpushare100", 89.10),
            Map.entry("multigpu20", 97.11),
            Map.entry("multigpu30", 97.47),
            Map.entry("multigpu40", 97.92),
            Map.entry("multigpu50", 98.14),
            Map.entry("gpuspec10", 96.65),
            Map.entry("gpuspec20", 96.65),
            Map.entry("gpuspec25", 96.65),
            Map.entry("gpuspec33", 97.21));

    private Bounds() {}

    static double noEarlyRefusal(String workload) {
        Double bound = NO_EARLY_REFUSAL.get(workload);
        if (bound == null) {
            throw new IllegalArgumentException("no bound is known for " + workload);
        }
        return bound;
    }
}
