package io.kumiki.localcluster.node.pod;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What is known of one container. Written to the pod's folder at every change, so that a later agent goes on from
/// it.
///
/// @param imageId which image it really runs, once that is known; null where the image's name is all there is
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
        @Nullable Ended previous,
        Health health,
        @Nullable String imageId) {
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

    /// How far a running container has come; kept over a crash of the agent.
    ///
    /// @param begun its postStart hook is done
    /// @param started its startup probe has passed
    /// @param ready its readiness probe passes
    public record Health(boolean begun, boolean started, boolean ready) {
        /// Of a container that is not asked.
        public static final Health UNASKED = new Health(true, true, true);
    }

    /// Written by an agent that knew no probes: then it has none.
    public ContainerState {
        health = Objects.requireNonNullElse(health, Health.UNASKED);
    }

    /// One finished start.
    public record Ended(
            int exitCode,
            String reason,
            @Nullable String message,
            @Nullable Instant startedAt,
            Instant finishedAt) {}

    public static ContainerState created(String name, Kind kind) {
        return new ContainerState(
                name, kind, Phase.WAITING, 0, "PodInitializing", null, null, null, null, null, Health.UNASKED, null);
    }

    /// @param image which image it is, as the status shows it; null for the name that the pod gives
    public ContainerState running(Instant at, Health health, @Nullable String image) {
        return new ContainerState(
                name, kind, Phase.RUNNING, restarts, null, null, null, at, null, previous, health, image);
    }

    /// The same container, asked again.
    public ContainerState with(Health newer) {
        return new ContainerState(
                name, kind, phase, restarts, reason, message, notBefore, startedAt, ended, previous, newer, imageId);
    }

    public ContainerState waiting(String why, String text, Instant until) {
        return new ContainerState(
                name, kind, Phase.WAITING, restarts, why, text, until, null, null, previous, Health.UNASKED, imageId);
    }

    public ContainerState over(Ended end) {
        return new ContainerState(
                name, kind, Phase.ENDED, restarts, null, null, null, startedAt, end, previous, health, imageId);
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
                end,
                Health.UNASKED,
                imageId);
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
                previous,
                Health.UNASKED,
                imageId);
    }

    boolean wasCutOff() {
        return phase == Phase.WAITING && CUT_OFF.equals(reason);
    }

    /// Later containers need not wait for this one.
    boolean up() {
        return phase == Phase.RUNNING && health.started();
    }

    boolean endedWell() {
        return phase == Phase.ENDED && ended != null && ended.exitCode() == 0;
    }
}
