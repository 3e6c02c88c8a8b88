package io.kumiki.kube.cel.cost;

/// The least and the most that a size or a cost can be. Sums and products end at the largest number.
record Bounds(long min, long max) {
    static final Bounds NONE = new Bounds(0, 0);
    static final Bounds ONE = new Bounds(1, 1);
    static final Bounds UNKNOWN = new Bounds(0, Long.MAX_VALUE);
    /// What a union begins with.
    static final Bounds NOTHING_YET = new Bounds(Long.MAX_VALUE, 0);

    static Bounds of(long both) {
        return new Bounds(both, both);
    }

    static Bounds upTo(long max) {
        return new Bounds(0, max);
    }

    Bounds plus(Bounds other) {
        return new Bounds(sum(min, other.min), sum(max, other.max));
    }

    Bounds times(Bounds other) {
        return new Bounds(product(min, other.min), product(max, other.max));
    }

    Bounds scaled(double factor) {
        return new Bounds(scaled(min, factor), scaled(max, factor));
    }

    Bounds union(Bounds other) {
        return new Bounds(Math.min(min, other.min), Math.max(max, other.max));
    }

    static long sum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    static long product(long a, long b) {
        return b != 0 && a > Long.MAX_VALUE / b ? Long.MAX_VALUE : a * b;
    }

    /// Rounded up.
    private static long scaled(long amount, double factor) {
        return (long) Math.ceil(amount * factor);
    }
}
