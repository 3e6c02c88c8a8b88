package io.kumiki.kube.controllers.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.PodView;
import io.kumiki.kube.kinds.Conditions;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How long a Job waits before it replaces a failed pod: ten seconds, doubled with each failure since the last success.
final class JobBackoff {
    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration MOST = Duration.ofMinutes(10);

    private JobBackoff() {}

    /// `null` when a pod may be made now.
    static @Nullable Instant of(Tally tally, Instant now) {
        Instant success = Instant.MIN;
        for (PodView pod : tally.pods()) {
            if (pod.phase() == PodView.Phase.Succeeded) {
                Instant at = finished(pod.tree());
                success = at.isAfter(success) ? at : success;
            }
        }
        int failures = 0;
        Instant last = Instant.MIN;
        for (PodView pod : tally.pods()) {
            if (FailurePolicy.failed(tally.job(), pod)) {
                Instant at = finished(pod.tree());
                if (at.isAfter(success)) {
                    failures++;
                    last = at.isAfter(last) ? at : last;
                }
            }
        }
        return until(failures, last, now);
    }

    static @Nullable Instant until(int failures, Instant last, Instant now) {
        if (failures == 0) {
            return null;
        }
        Duration wait = failures > 7 ? MOST : FIRST.multipliedBy(1L << (failures - 1));
        Instant next = last.plus(wait.compareTo(MOST) > 0 ? MOST : wait);
        return next.isAfter(now) ? next : null;
    }

    /// When a pod's containers ended, or else when it was last ready, told to end, or made.
    static Instant finished(ObjectNode pod) {
        Instant latest = null;
        boolean all = true;
        for (JsonNode container : pod.path("status").path("containerStatuses")) {
            Instant at = Meta.time(container.path("state").path("terminated").path("finishedAt"));
            all &= at != null;
            latest = at != null && (latest == null || at.isAfter(latest)) ? at : latest;
        }
        if (all && latest != null) {
            return latest;
        }
        JsonNode ready = Conditions.find(pod.path("status"), "Ready");
        Instant unready =
                ready.path("status").asText().equals("False") ? Meta.time(ready.path("lastTransitionTime")) : null;
        if (unready != null) {
            return unready;
        }
        Instant deleted = Meta.time(pod.path("metadata").path("deletionTimestamp"));
        return deleted == null
                ? Meta.created(pod)
                : deleted.minusSeconds(
                        pod.path("metadata").path("deletionGracePeriodSeconds").asLong());
    }
}
