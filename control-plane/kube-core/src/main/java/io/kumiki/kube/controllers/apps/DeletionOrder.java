package io.kumiki.kube.controllers.apps;

import io.kumiki.kube.controllers.PodView;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which pods a shrinking set gives up first: those that serve least, then those whose loss evens the nodes out, then
/// the young. Ages are compared by their order of magnitude, so that not always the newest goes.
///
/// @param together active pods of the same workload on each node
record DeletionOrder(Map<String, Integer> together, Instant now) implements Comparator<PodView> {
    @Override
    public int compare(PodView a, PodView b) {
        if (a.node().isEmpty() != b.node().isEmpty()) {
            return a.node().isEmpty() ? -1 : 1;
        }
        if (a.phase() != b.phase()) {
            return a.phase().compareTo(b.phase());
        }
        if (a.ready() != b.ready()) {
            return a.ready() ? 1 : -1;
        }
        if (a.cost() != b.cost()) {
            return Integer.compare(a.cost(), b.cost());
        }
        int crowd = Integer.compare(together.getOrDefault(b.node(), 0), together.getOrDefault(a.node(), 0));
        if (crowd != 0) {
            return crowd;
        }
        int byReady = younger(a.readySince(), b.readySince());
        if (byReady != 0) {
            return byReady;
        }
        if (a.restarts() != b.restarts()) {
            return Integer.compare(b.restarts(), a.restarts());
        }
        int byAge = younger(a.created(), b.created());
        return byAge != 0 ? byAge : a.uid().compareTo(b.uid());
    }

    private int younger(@Nullable Instant a, @Nullable Instant b) {
        if (a == null || b == null) {
            return 0;
        }
        return Long.compare(magnitude(a), magnitude(b));
    }

    private long magnitude(Instant since) {
        long nanos = Math.max(1, Duration.between(since, now).toNanos());
        return 63 - Long.numberOfLeadingZeros(nanos);
    }
}
