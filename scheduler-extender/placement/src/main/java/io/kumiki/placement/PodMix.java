package io.kumiki.placement;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What pods come, as learned so far: how often each demand was seen. Part of the planner's input, so that the same
/// mix gives the same plan.
///
/// @param together demands of which several came at once, as members of one gang
public record PodMix(Map<Demand, Double> counts, Set<Demand> together) {
    /// By (GPUs, milli, CPU), then the rest: the order in which shapes are drawn.
    static final Comparator<Demand> ORDER = Comparator.comparingInt(Demand::gpus)
            .thenComparingInt(Demand::gpuMilli)
            .thenComparingInt(Demand::cpuMilli)
            .thenComparingInt(Demand::memoryMib)
            .thenComparing(d -> String.join("|", d.models()))
            .thenComparing(d -> d.extended().toString());

    public PodMix {
        var sorted = new TreeMap<Demand, Double>(ORDER);
        sorted.putAll(counts);
        counts = Collections.unmodifiableMap(sorted);
        var several = new TreeSet<>(ORDER);
        several.addAll(together);
        together = Collections.unmodifiableSet(several);
    }

    public static PodMix of(Collection<Demand> seen) {
        var counts = new TreeMap<Demand, Double>(ORDER);
        seen.forEach(d -> counts.merge(d, 1.0, Double::sum));
        return new PodMix(counts, Set.of());
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
