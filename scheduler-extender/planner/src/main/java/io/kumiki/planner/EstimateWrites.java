package io.kumiki.planner;

import io.kumiki.planner.learned.Estimate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which estimates are worth a write: those that moved by more than a tenth of what was left to wait, each gang's at
/// most every 30 s, so many a second in all.
public final class EstimateWrites {
    private static final long EACH = 30;
    private static final long LEAST = 60;

    private record Sent(long second, Estimate start) {}

    private final int perSecond;
    private final Map<String, Sent> sent = new HashMap<>();

    public EstimateWrites(int perSecond) {
        this.perSecond = perSecond;
    }

    /// Asked once a second.
    ///
    /// @param estimates of those that wait, by `namespace/name`, in the order in which they matter
    public List<Event.Estimated> due(Map<String, Estimate> estimates, long second) {
        sent.keySet().retainAll(estimates.keySet());
        List<Event.Estimated> due = new ArrayList<>();
        for (var entry : estimates.entrySet()) {
            if (Alone.is(entry.getKey())) {
                // A pod has no status of ours.
                continue;
            }
            Sent before = sent.get(entry.getKey());
            if (due.size() < perSecond && worth(before, entry.getValue(), second)) {
                sent.put(entry.getKey(), new Sent(second, entry.getValue()));
                int slash = entry.getKey().indexOf('/');
                due.add(new Event.Estimated(
                        entry.getKey().substring(0, slash), entry.getKey().substring(slash + 1), entry.getValue()));
            }
        }
        return due;
    }

    private static boolean worth(@org.jspecify.annotations.Nullable Sent before, Estimate now, long second) {
        if (before == null) {
            return now.at() != null;
        }
        // A clock that was put back must not keep it for as long.
        if (Math.abs(second - before.second()) < EACH) {
            return false;
        }
        Long was = before.start().at();
        Long is = now.at();
        if (was == null || is == null) {
            return was != null || is != null;
        }
        return Math.abs(is - was) > Math.max(LEAST, was - before.second()) / 10.0;
    }
}
