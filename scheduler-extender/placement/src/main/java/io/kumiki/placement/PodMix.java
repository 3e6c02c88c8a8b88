package io.kumiki.placement;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What pods come, as learned so far: how often each demand was seen. Part of the planner's input, so that the same
/// mix gives the same plan.
public record PodMix(Map<Demand, Double> counts) {
    /// By (GPUs, milli, CPU), then the rest: the order in which shapes are drawn.
    static final Comparator<Demand> ORDER = Comparator.comparingInt(Demand::gpus)
            .thenComparingInt(Demand::gpuMilli)
            .thenComparingInt(Demand::cpuMilli)
            .thenComparingInt(Demand::memoryMib)
            .thenComparing(d -> String.join("|", d.models()));

    public PodMix {
        var sorted = new TreeMap<Demand, Double>(ORDER);
        sorted.putAll(counts);
        counts = java.util.Collections.unmodifiableMap(sorted);
    }

    public static PodMix of(Collection<Demand> seen) {
        var counts = new TreeMap<Demand, Double>(ORDER);
        seen.forEach(d -> counts.merge(d, 1.0, Double::sum));
        return new PodMix(counts);
    }

    /// Shapes as the look-ahead sees them: memory ignored.
    Map<Demand, Double> shapes() {
        var shapes = new TreeMap<Demand, Double>(ORDER);
        counts.forEach((demand, count) -> shapes.merge(demand.withoutMemory(), count, Double::sum));
        return shapes;
    }

    /// Demands for several devices: the classes whose room is protected by a price.
    List<Demand> classes() {
        return counts.keySet().stream().filter(d -> d.gpus() >= 2).toList();
    }

    double totalMilli() {
        return counts.entrySet().stream()
                .mapToDouble(e -> e.getValue() * e.getKey().totalGpuMilli())
                .sum();
    }
}
