package io.kumiki.quota;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// Whole amounts by resource name: `nvidia.com/gpu`, `cpu` in milli, `memory` in bytes. What is absent is none; a
/// limit of 0 is one, so what is named as 0 stays named. Additions saturate instead of overflowing.
public record Amounts(Map<String, Long> of) {
    public static final Amounts NONE = new Amounts(Map.of());

    public Amounts {
        var kept = new TreeMap<String, Long>();
        of.forEach((resource, amount) -> {
            if (amount < 0) {
                throw new IllegalArgumentException(resource + " is negative: " + amount);
            }
            kept.put(resource, amount);
        });
        of = Collections.unmodifiableMap(kept);
    }

    public static Amounts of(String resource, long amount) {
        return new Amounts(Map.of(resource, amount));
    }

    public long get(String resource) {
        return of.getOrDefault(resource, 0L);
    }

    public Amounts plus(Amounts other) {
        var sum = new TreeMap<>(of);
        other.of.forEach((resource, amount) -> sum.merge(resource, amount, Amounts::saturated));
        return new Amounts(sum);
    }

    /// What is left; a resource of which more is taken than there is stays at none.
    public Amounts minus(Amounts other) {
        var left = new TreeMap<>(of);
        other.of.forEach(
                (resource, amount) -> left.computeIfPresent(resource, (_, have) -> Math.max(0, have - amount)));
        left.values().removeIf(amount -> amount == 0);
        return new Amounts(left);
    }

    private static long saturated(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
