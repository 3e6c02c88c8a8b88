package io.kumiki.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Samples over time, thinned out as they grow old: all of a day, then one in ten minutes.
public final class History {
    private static final long DAY = 86_400;
    private static final long COARSE = 600;

    private final long keptSeconds;
    private final TreeMap<Long, Sample> samples = new TreeMap<>();

    /// @param days that are kept
    public History(int days) {
        this.keptSeconds = days * DAY;
    }

    public synchronized void add(Sample sample) {
        samples.put(sample.second(), sample);
        samples.headMap(sample.second() - keptSeconds).clear();
        // What has just left the fine part: the last of its ten minutes stays.
        long old = sample.second() - DAY;
        long from = (old / COARSE - 1) * COARSE;
        var part = samples.subMap(from, from + COARSE);
        while (part.size() > 1) {
            part.remove(part.firstKey());
        }
    }

    /// The last sample of each part of the time; parts without one are left out.
    ///
    /// @param to inclusive
    public synchronized List<Sample> points(long from, long to, int points) {
        List<Sample> all = new ArrayList<>();
        double width = Math.max(1, (to - from + 1) / (double) points);
        long last = -1;
        for (Sample sample : samples.subMap(from, true, to, true).values()) {
            long part = (long) ((sample.second() - from) / width);
            if (part == last) {
                all.set(all.size() - 1, sample);
            } else {
                all.add(sample);
            }
            last = part;
        }
        return all;
    }
}
