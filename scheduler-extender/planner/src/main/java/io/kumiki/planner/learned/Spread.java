package io.kumiki.planner.learned;

import java.util.Arrays;

/// What a run time may be: times that were seen, each with a weight, and a heavy tail for what was never seen. What
/// remains of a run is read from those that took longer than it already does, so that a class of which all ended
/// early loses its weight to the wider ones.
final class Spread {
    private final double[] times;
    /// Weight of this time and all longer ones; one more than times.
    private final double[] from;
    private final double tail;
    private final double scale;

    private Spread(double[] times, double[] from, double tail, double scale) {
        this.times = times;
        this.from = from;
        this.tail = tail;
        this.scale = scale;
    }

    /// Classes from the narrowest to the widest.
    static final class Builder {
        /// Rising; each with its weight.
        private double[] times = {};
        private double[] weights = {};
        private final double scale;
        private double rest = 1;

        /// @param scale half of those of which nothing is known run longer
        Builder(double scale) {
            this.scale = scale;
        }

        /// Takes n / (n + shrinkage) of the weight that is left.
        void narrowThen(double[] seen, double shrinkage) {
            double[] sorted = seen.clone();
            Arrays.sort(sorted);
            double each = rest / (seen.length + shrinkage);
            rest *= shrinkage / (seen.length + shrinkage);
            double[] before = times;
            double[] weighed = weights;
            times = new double[before.length + sorted.length];
            weights = new double[times.length];
            for (int i = 0, old = 0, next = 0; i < times.length; i++) {
                if (next == sorted.length || (old < before.length && before[old] <= sorted[next])) {
                    times[i] = before[old];
                    weights[i] = weighed[old++];
                } else {
                    times[i] = sorted[next++];
                    weights[i] = each;
                }
            }
        }

        Spread build() {
            double[] from = new double[times.length + 1];
            for (int i = times.length - 1; i >= 0; i--) {
                from[i] = from[i + 1] + weights[i];
            }
            return new Spread(times, from, rest, scale);
        }
    }

    /// Seconds that it will still run, at this quantile.
    long remaining(long elapsed, double quantile) {
        int first = 0;
        int end = times.length;
        while (first < end) {
            int middle = (first + end) >>> 1;
            if (times[middle] <= elapsed) {
                first = middle + 1;
            } else {
                end = middle;
            }
        }
        // Beyond all that was seen only the tail is left.
        double longer = (from[first] + tailFrom(elapsed)) * (1 - quantile);
        int low = first;
        int high = times.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (from[middle + 1] + tailFrom(times[middle]) <= longer) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        // Between the time before and this one only the tail thins out.
        double left = longer - from[low];
        double byTail = left <= 0 ? Double.MAX_VALUE : scale * tail / left - scale;
        double time = low == times.length ? byTail : Math.min(byTail, times[low]);
        return Math.max(1, Math.round(Math.min(time, 1e12) - elapsed));
    }

    private double tailFrom(double time) {
        return tail * scale / (scale + time);
    }
}
