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
    public static SortedMap<String, Integer> minima(Map<String, Integer> pods, int minimum) {
        var minima = new TreeMap<>(pods);
        int above = pods.values().stream().mapToInt(Integer::intValue).sum() - minimum;
        while (above > 0) {
            String largest = minima.entrySet().stream()
                    .max(Comparator.comparingInt((Map.Entry<String, Integer> each) -> each.getValue())
                            .thenComparing(Map.Entry::getKey))
                    .orElseThrow()
                    .getKey();
            minima.merge(largest, -1, Integer::sum);
            above--;
        }
        return minima;
    }
}
