package io.kumiki.extender.foreign;

import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A group declares one minimum for all its pods; a Gang wants one for each class.
public final class Sizes {
    private Sizes() {}

    /// Each class needs all its pods, but what there is above the declared minimum, which the largest classes can do
    /// without.
    ///
    /// @param pods by class; their sum is at least the minimum
    /// @param floors which no class goes below, where there is one
    public static SortedMap<String, Integer> minima(
            Map<String, Integer> pods, int minimum, Map<String, Integer> floors) {
        var minima = new TreeMap<>(pods);
        int above = pods.values().stream().mapToInt(Integer::intValue).sum() - minimum;
        while (above > 0) {
            var largest = minima.entrySet().stream()
                    .filter(each -> each.getValue() > floors.getOrDefault(each.getKey(), 0))
                    .max(Comparator.comparingInt((Map.Entry<String, Integer> each) -> each.getValue())
                            .thenComparing(Map.Entry::getKey));
            if (largest.isEmpty()) {
                return minima;
            }
            minima.merge(largest.get().getKey(), -1, Integer::sum);
            above--;
        }
        return minima;
    }
}
