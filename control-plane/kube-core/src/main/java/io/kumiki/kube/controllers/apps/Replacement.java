package io.kumiki.kube.controllers.apps;

import io.kumiki.kube.controllers.PodView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// When pods that ended may be replaced. Kubernetes does it at once, since a machine that refuses a pod is rare there;
/// here the one machine may refuse an image for good, and a pod a millisecond helps nobody.
final class Replacement {
    private static final Duration REMEMBERED = Duration.ofHours(1);
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofMinutes(5);
    /// For workloads that delete what ended before they replace it.
    static final Duration IN_PLACE = Duration.ofSeconds(10);

    private Replacement() {}

    /// `null` when now.
    static @Nullable Instant of(List<PodView> pods, Instant now) {
        int failed = 0;
        Instant last = Instant.MIN;
        for (PodView pod : pods) {
            if (pod.over() && pod.created().isAfter(now.minus(REMEMBERED))) {
                failed++;
                last = pod.created().isAfter(last) ? pod.created() : last;
            }
        }
        if (failed == 0) {
            return null;
        }
        Duration wait = FIRST.multipliedBy(1L << Math.min(failed - 1, 9));
        Instant next = last.plus(wait.compareTo(MOST) > 0 ? MOST : wait);
        return next.isAfter(now) ? next : null;
    }
}
