package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.pod.PodStatus;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Why and by when a pod ends. The first reason stays; the earliest time counts.
final class PodEnd {
    private final Instant startTime;
    private PodStatus.@Nullable Ending why;
    private @Nullable Instant until;

    PodEnd(Instant startTime) {
        this.startTime = startTime;
    }

    boolean begun() {
        return why != null;
    }

    PodStatus.@Nullable Ending why() {
        return why;
    }

    /// The new end when it comes earlier than the one before, else null.
    @Nullable
    Instant begin(PodStatus.Ending reason, Instant end) {
        if (why == null) {
            why = reason;
        }
        if (until == null || end.isBefore(until)) {
            until = end;
            return end;
        }
        return null;
    }

    /// By when a container must have ended that is told now.
    Instant until(JsonNode pod, Instant now) {
        return until == null ? now.plus(grace(pod)) : until;
    }

    /// When the pod has run as long as it may; null when that is not limited or it ends already.
    @Nullable
    Instant deadline(JsonNode pod) {
        JsonNode seconds = pod.path("spec").path("activeDeadlineSeconds");
        return why == null && seconds.isNumber() ? startTime.plusSeconds(seconds.asLong()) : null;
    }

    static Duration grace(JsonNode pod) {
        return Duration.ofSeconds(
                pod.path("spec").path("terminationGracePeriodSeconds").asLong(30));
    }
}
