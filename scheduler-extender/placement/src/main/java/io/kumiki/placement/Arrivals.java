package io.kumiki.placement;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Which demands come, learned as they come: of two equal numbers of arrivals the later ones count more. Pods without
/// devices count, too: they take the CPU without which devices lie idle.
public final class Arrivals {
    /// An arrival counts half as much after this many others.
    private static final double HALF_LIFE = 4096;

    private static final double LARGEST = 1e100;
    /// Beyond this many demands the rarest half is forgotten.
    private static final int MOST = 1024;

    private final Map<Demand, Double> counts = new HashMap<>();
    private final Set<Demand> together = new HashSet<>();
    private double weight = 1;
    private long seen;
    private long learnedAt;

    /// @param pods that came one by one
    public void add(Demand demand, int pods) {
        counts.merge(demand, weight * pods, Double::sum);
        seen += pods;
        weight *= Math.pow(2, pods / HALF_LIFE);
        if (weight > LARGEST) {
            counts.replaceAll((_, count) -> count / weight);
            weight = 1;
        }
        if (counts.size() > MOST) {
            forget();
        }
    }

    /// @param members of one gang that came at once
    public void addGang(Demand demand, int members) {
        add(demand, members);
        if (members > 1 && counts.containsKey(demand)) {
            together.add(demand);
        }
    }

    private void forget() {
        counts.entrySet().stream()
                .sorted(Map.Entry.<Demand, Double>comparingByValue()
                        .thenComparing(Map.Entry.comparingByKey(PodMix.ORDER)))
                .limit(MOST / 2)
                .map(Map.Entry::getKey)
                .toList()
                .forEach(counts::remove);
        together.retainAll(counts.keySet());
    }

    /// Whether enough came since the last time that learning anew is worth its cost.
    public boolean news() {
        return seen > learnedAt && seen - learnedAt >= Math.min(learnedAt, 1024);
    }

    /// Pods without devices count as at most as many as those with some: where jobs that need none come every minute,
    /// they would hide everybody else from the look-ahead.
    public PodMix learn() {
        learnedAt = seen;
        double plain = sum(false);
        double scale = plain == 0 ? 1 : Math.min(1, sum(true) / plain);
        var mix = new HashMap<Demand, Double>();
        counts.forEach((demand, count) -> mix.put(demand, demand.gpus() == 0 ? count * scale : count));
        return new PodMix(mix, together);
    }

    private double sum(boolean devices) {
        return counts.entrySet().stream()
                .filter(e -> e.getKey().gpus() > 0 == devices)
                .sorted(Map.Entry.comparingByKey(PodMix.ORDER))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }
}
