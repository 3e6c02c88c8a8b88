package io.kumiki.planner.learned;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Error bars that hold as often as they say: widened or narrowed by where earlier starts fell (split conformal
/// prediction over the last ones, apart for each kind of knowledge). Waits are compared by their logarithm, in units
/// of the bar's own half on that side, so that a bar that was wide stays wider than others. The middle stays.
/// Changed by one thread; {@link #copy} is for others.
public final class Calibration {
    static final int ENOUGH = 20;
    private static final int KEPT = 200;
    private static final int TOLD = 10_000;
    /// Of the starts on either side of the bar.
    private static final double OUTSIDE = 0.1;
    /// Seconds; whoever waits less is not told in time.
    private static final long LEAST = 60;
    /// A bar without width could not be widened.
    private static final double NARROWEST = 0.1;

    private record Told(long second, Estimate estimate) {}

    /// Eldest first.
    private final Map<String, Told> told = new LinkedHashMap<>();
    /// By kind of knowledge, eldest first; arrays are replaced, never changed.
    private final Map<RunTimes.From, double[]> scores;

    public Calibration() {
        this(new EnumMap<>(RunTimes.From.class));
    }

    private Calibration(Map<RunTimes.From, double[]> scores) {
        this.scores = scores;
    }

    /// What was learned, without what is still open.
    public Calibration copy() {
        return new Calibration(new EnumMap<>(scores));
    }

    /// Only the first forecast of each counts.
    ///
    /// @param estimate as it came out, not set right
    public void told(String key, Estimate estimate, long second) {
        if (estimate.at() != null && estimate.low() != null && estimate.high() != null) {
            told.putIfAbsent(key, new Told(second, estimate));
            if (told.size() > TOLD) {
                told.remove(told.keySet().iterator().next());
            }
        }
    }

    public void started(String key, long second) {
        Told before = told.remove(key);
        if (before != null && second - before.second() > LEAST) {
            double score = Bar.of(before.estimate(), before.second()).score(second - before.second());
            scores.merge(before.estimate().from(), new double[] {score}, Calibration::joined);
        }
    }

    /// It will not start any more.
    public void gone(String key) {
        told.remove(key);
    }

    private static double[] joined(double[] before, double[] more) {
        int kept = Math.min(before.length, KEPT - more.length);
        double[] all = Arrays.copyOfRange(before, before.length - kept, before.length + more.length);
        System.arraycopy(more, 0, all, kept, more.length);
        return all;
    }

    /// The same with a bar set right; as it is while too little is known, and where the bar is open.
    public Estimate of(Estimate estimate, long now) {
        double[] sorted = scores.getOrDefault(estimate.from(), new double[0]).clone();
        Long at = estimate.at();
        if (sorted.length < ENOUGH || at == null || estimate.low() == null || estimate.high() == null) {
            return estimate;
        }
        Arrays.sort(sorted);
        // Of n and the one to come, each place in the row is as likely.
        int n = sorted.length;
        int low = Math.max(0, (int) Math.floor((n + 1) * OUTSIDE) - 1);
        int high = Math.min(n - 1, (int) Math.ceil((n + 1) * (1 - OUTSIDE)) - 1);
        Bar bar = Bar.of(estimate, now);
        return Estimate.of(at, now + bar.wait(sorted[low]), now + bar.wait(sorted[high]), estimate.from());
    }

    /// Logarithms of waits.
    ///
    /// @param below length of the half before the middle; likewise above
    private record Bar(double middle, double below, double above) {
        static Bar of(Estimate estimate, long now) {
            double middle = log(estimate.at(), now);
            return new Bar(
                    middle,
                    Math.max(NARROWEST, middle - log(estimate.low(), now)),
                    Math.max(NARROWEST, log(estimate.high(), now) - middle));
        }

        private static double log(@Nullable Long second, long now) {
            return Math.log(Math.max(LEAST, second == null ? 0 : second - now));
        }

        /// 0 in the middle, 1 at the late end, -1 at the early one.
        double score(long wait) {
            double off = Math.log(wait) - middle;
            return off / (off < 0 ? below : above);
        }

        long wait(double score) {
            return Math.round(Math.exp(middle + score * (score < 0 ? below : above)));
        }
    }
}
