package io.kumiki.planner;

import io.kumiki.placement.Demand;
import io.kumiki.placement.PodMix;
import java.util.HashMap;
import java.util.Map;

/// Which demands come, learned as they come: of two equal numbers of arrivals the later ones count more.
final class Arrivals {
    /// An arrival counts half as much after this many others.
    private static final double HALF_LIFE = 4096;
    private static final double LARGEST = 1e100;

    private final Map<Demand, Double> counts = new HashMap<>();
    private double weight = 1;
    private long seen;
    private long learnedAt;

    void add(Demand demand, int pods) {
        if (demand.gpus() == 0) {
            return;
        }
        counts.merge(demand, weight * pods, Double::sum);
        seen += pods;
        weight *= Math.pow(2, pods / HALF_LIFE);
        if (weight > LARGEST) {
            counts.replaceAll((_, count) -> count / weight);
            weight = 1;
        }
    }

    /// Whether enough came since the last time that learning anew is worth its cost.
    boolean news() {
        return seen > learnedAt && seen - learnedAt >= Math.min(learnedAt, 1024);
    }

    PodMix learn() {
        learnedAt = seen;
        return new PodMix(counts);
    }
}
