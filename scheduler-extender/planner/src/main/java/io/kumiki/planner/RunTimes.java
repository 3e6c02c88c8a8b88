package io.kumiki.planner;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How long gangs run: what was declared, set right by how declarations came true, else what finished gangs of the
/// same class took, the narrowest class of which enough is known. No clock, no chance: the same history gives the
/// same answer. Changed by one thread; {@link #copy} is for others.
public final class RunTimes {
    static final int ENOUGH = 3;
    private static final int KEPT = 64;
    private static final int CLASSES = 10_000;
    /// Nine of ten declarations are taken to be right within 30 % until it is known how they come true.
    private static final double UNTRIED = 0.75;

    private static final String DECLARED = "declared";

    public enum From {
        unknown,
        learned,
        declared;

        From and(From other) {
            return compareTo(other) < 0 ? this : other;
        }
    }

    /// What is known before a gang ran.
    ///
    /// @param declared seconds; null where nothing was
    public record Job(
            String namespace,
            Origin origin,
            long gpuMilli,
            @Nullable Long declared) {
        private List<String> classes() {
            List<String> classes = new ArrayList<>();
            if (!origin.stem().isEmpty()) {
                classes.add("owner/" + namespace + "/" + origin.stem() + "/" + gpuMilli);
                classes.add("owner/" + namespace + "/" + origin.stem());
            }
            if (!origin.user().isEmpty()) {
                classes.add("user/" + origin.user() + "/" + gpuMilli);
            }
            if (!origin.image().isEmpty()) {
                classes.add("image/" + namespace + "/" + origin.image() + "/" + gpuMilli);
            }
            classes.add("namespace/" + namespace + "/" + gpuMilli);
            classes.add("gpus/" + gpuMilli);
            return classes;
        }
    }

    private final long usualSeconds;
    /// Eldest first; those used last stay.
    private final LinkedHashMap<String, double[]> classes;

    public RunTimes(long usualSeconds) {
        this(usualSeconds, new LinkedHashMap<>());
    }

    private RunTimes(long usualSeconds, LinkedHashMap<String, double[]> classes) {
        this.usualSeconds = usualSeconds;
        this.classes = classes;
    }

    RunTimes copy() {
        return new RunTimes(usualSeconds, new LinkedHashMap<>(classes));
    }

    /// By class, eldest first.
    public Map<String, double[]> all() {
        return Collections.unmodifiableMap(classes);
    }

    /// What is known, with others' knowledge in its place.
    public static RunTimes of(long usualSeconds, Map<String, double[]> classes) {
        return new RunTimes(usualSeconds, new LinkedHashMap<>(classes));
    }

    void take(RunTimes other) {
        classes.clear();
        classes.putAll(other.classes);
    }

    /// A gang ran to its end.
    public void finished(Job job, long seconds) {
        job.classes().forEach(name -> add(name, Math.max(1, seconds)));
        Long declared = job.declared();
        if (declared != null) {
            add(DECLARED, Math.max(1, seconds) / (double) Math.max(1, declared));
        }
    }

    /// Arrays are replaced, never changed: copies share them.
    private void add(String name, double value) {
        double[] before = classes.remove(name);
        int kept = before == null ? 0 : Math.min(before.length, KEPT - 1);
        double[] after = new double[kept + 1];
        if (before != null) {
            System.arraycopy(before, before.length - kept, after, 0, kept);
        }
        after[kept] = value;
        classes.put(name, after);
        if (classes.size() > CLASSES) {
            classes.pollFirstEntry();
        }
    }

    public From from(Job job) {
        return job.declared() != null ? From.declared : known(job) != null ? From.learned : From.unknown;
    }

    private double @Nullable [] known(Job job) {
        for (String name : job.classes()) {
            double[] times = sorted(name);
            if (times.length >= ENOUGH) {
                return times;
            }
        }
        return null;
    }

    private double[] sorted(String name) {
        double[] times = classes.get(name);
        double[] sorted = times == null ? new double[0] : times.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    /// Seconds that it will still run, at this quantile of what is known (0.5: as likely more as less).
    ///
    /// @param elapsed seconds since it started
    public long remaining(Job job, long elapsed, double quantile) {
        Long declared = job.declared();
        if (declared != null) {
            double[] ratios = sorted(DECLARED);
            if (ratios.length < ENOUGH) {
                long total = Math.round(declared * (1 + (quantile - 0.5) * UNTRIED));
                return elapsed < total ? total - elapsed : heavyTail(elapsed, quantile);
            }
            double[] times = Arrays.stream(ratios).map(r -> r * declared).toArray();
            return conditional(times, elapsed, quantile);
        }
        double[] times = known(job);
        return times == null ? heavyTail(usualSeconds + elapsed, quantile) : conditional(times, elapsed, quantile);
    }

    /// Of those that ran longer than it already does; beyond them all the longer something ran, the longer it will.
    private static long conditional(double[] times, long elapsed, double quantile) {
        int first = 0;
        while (first < times.length && times[first] <= elapsed) {
            first++;
        }
        if (first == times.length) {
            return heavyTail(elapsed, quantile);
        }
        double at = first + quantile * (times.length - 1 - first);
        int below = (int) Math.floor(at);
        int above = (int) Math.ceil(at);
        double time = times[below] + (at - below) * (times[above] - times[below]);
        return Math.max(1, Math.round(time - elapsed));
    }

    private static long heavyTail(long scale, double quantile) {
        return Math.max(1, Math.round(scale * quantile / (1 - quantile)));
    }
}
