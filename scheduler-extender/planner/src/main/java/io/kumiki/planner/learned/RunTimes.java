package io.kumiki.planner.learned;

import io.kumiki.placement.Promise;
import io.kumiki.planner.fact.Origin;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// How long gangs run: what was declared, set right by how declarations came true, else what finished gangs of the
/// same classes took: the narrowest counts most where much of it is known, the wider ones behind it share the rest,
/// and beyond all experience there is a heavy tail. No clock, no chance: the same history gives the same answer.
/// Changed by one thread; {@link #copy} is for others.
public final class RunTimes {
    static final int ENOUGH = 3;
    private static final int KEPT = 64;
    /// Of a class that everybody is in.
    private static final int KEPT_OF_ALL = 512;
    private static final int CLASSES = 10_000;
    /// A class counts as much as the wider ones behind it when so many of it are known.
    private static final double SHRINKAGE = 4;
    /// Of a kind have ended by the time that it is held to; hardly matters (DESIGN.md).
    private static final double NEARLY_ALL = 0.97;
    /// Quantile by which a queue is put in order.
    private static final double EXPECTED = 0.6;

    /// Nine of ten declarations are taken to be right within 30 % until it is known how they come true.
    private static final double UNTRIED = 0.75;

    private static final String DECLARED = "declared";
    private static final String ALL = "all";
    private static final double[] NOTHING = {};

    public enum From {
        unknown,
        learned,
        declared,
        /// None counts: its place is kept, and those who leave it are being ended.
        leaving;

        public From and(From other) {
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
            classes.add(ALL);
            return classes;
        }
    }

    private final long usualSeconds;
    /// Eldest first; those used last stay.
    private final LinkedHashMap<String, double[]> classes;
    private final Map<Job, Spread> spreads = new ConcurrentHashMap<>();

    public RunTimes(long usualSeconds) {
        this(usualSeconds, new LinkedHashMap<>());
    }

    private RunTimes(long usualSeconds, LinkedHashMap<String, double[]> classes) {
        this.usualSeconds = usualSeconds;
        this.classes = classes;
    }

    public RunTimes copy() {
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

    public void take(RunTimes other) {
        classes.clear();
        classes.putAll(other.classes);
        spreads.clear();
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
        int most = name.equals(ALL) || name.startsWith("gpus/") ? KEPT_OF_ALL : KEPT;
        int kept = before == null ? 0 : Math.min(before.length, most - 1);
        double[] after = new double[kept + 1];
        if (before != null) {
            System.arraycopy(before, before.length - kept, after, 0, kept);
        }
        after[kept] = value;
        classes.put(name, after);
        spreads.clear();
        if (classes.size() > CLASSES) {
            classes.pollFirstEntry();
        }
    }

    public From from(Job job) {
        return job.declared() != null ? From.declared : isKnown(job) ? From.learned : From.unknown;
    }

    private boolean isKnown(Job job) {
        return job.classes().stream().anyMatch(name -> {
            double[] times = classes.get(name);
            return times != null && times.length >= ENOUGH;
        });
    }

    /// What counts for a place in a queue: rather too long than too short, and where nothing is known at
    /// all one and a half times what is usual.
    public long expected(Job job) {
        return remaining(job, 0, EXPECTED);
    }

    /// Within what nearly all of its kind have ended; null where nothing of its kind is known.
    public Promise.@Nullable Bound bound(Job job) {
        return isKnown(job) ? new Promise.Bound(remaining(job, 0, NEARLY_ALL), false) : null;
    }

    private Spread spread(Job job) {
        return spreads.computeIfAbsent(job, of -> {
            var spread = new Spread.Builder(usualSeconds);
            of.classes().forEach(name -> spread.narrowThen(classes.getOrDefault(name, NOTHING), SHRINKAGE));
            return spread.build();
        });
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
        return spread(job).remaining(elapsed, quantile);
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
