package io.kumiki.localcluster.node.pod;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What is known of one container. Written to the pod's folder at every change, so that a later agent goes on from
/// it.
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ContainerState(
        String name,
        Kind kind,
        Phase phase,
        int restarts,
        @Nullable String reason,
        @Nullable String message,
        @Nullable Instant notBefore,
        @Nullable Instant startedAt,
        @Nullable Ended ended,
        @Nullable Ended previous) {
    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(10);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(300);

    private static final String CUT_OFF = "NodeAgentRestarted";

    /// When and how a container is started and ended relative to the others.
    public enum Kind {
        INIT,
        SIDECAR,
        MAIN
    }

    /// WAITING to be started (again), RUNNING, or ENDED for good.
    public enum Phase {
        WAITING,
        RUNNING,
        ENDED
    }

    /// One finished start.
    public record Ended(
            int exitCode,
            String reason,
            @Nullable String message,
            @Nullable Instant startedAt,
            Instant finishedAt) {}

    public static ContainerState created(String name, Kind kind) {
        return new ContainerState(name, kind, Phase.WAITING, 0, "PodInitializing", null, null, null, null, null);
    }

    public ContainerState running(Instant at) {
        return new ContainerState(name, kind, Phase.RUNNING, restarts, null, null, null, at, null, previous);
    }

    public ContainerState waiting(String why, String text, Instant until) {
        return new ContainerState(name, kind, Phase.WAITING, restarts, why, text, until, null, null, previous);
    }

    public ContainerState over(Ended end) {
        return new ContainerState(name, kind, Phase.ENDED, restarts, null, null, null, startedAt, end, previous);
    }

    /// It will run again: the first time at once, then after 10 s, 20 s, … up to 5 min, as the kubelet does.
    public ContainerState again(Ended end) {
        Duration pause = restarts == 0 ? Duration.ZERO : FIRST_BACKOFF.multipliedBy(1L << Math.min(restarts - 1, 5));
        pause = pause.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : pause;
        String text = "back-off " + pause.toSeconds() + "s restarting failed container=" + name;
        return new ContainerState(
                name,
                kind,
                Phase.WAITING,
                restarts + 1,
                "CrashLoopBackOff",
                text,
                end.finishedAt().plus(pause),
                null,
                null,
                end);
    }

    /// It ended with the agent that it lived in, not by itself: it runs again at once, even when only to be stopped
    /// in order.
    public ContainerState cutOff(Instant at) {
        return new ContainerState(
                name,
                kind,
                Phase.WAITING,
                restarts + 1,
                CUT_OFF,
                "ended with the node agent",
                at,
                null,
                null,
                previous);
    }

    boolean wasCutOff() {
        return phase == Phase.WAITING && CUT_OFF.equals(reason);
    }

    boolean endedWell() {
        return phase == Phase.ENDED && ended != null && ended.exitCode() == 0;
    }
}
