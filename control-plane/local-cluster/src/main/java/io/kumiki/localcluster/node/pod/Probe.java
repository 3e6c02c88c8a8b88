package io.kumiki.localcluster.node.pod;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One probe of a container: what it asks, how often, and when its answers count.
///
/// @param grace how long the container has to end when this liveness or startup probe fails; null for the pod's own
public record Probe(
        Kind kind,
        Handler handler,
        Duration initialDelay,
        Duration period,
        Duration timeout,
        int successThreshold,
        int failureThreshold,
        @Nullable Duration grace) {

    /// Which question it answers.
    public enum Kind {
        STARTUP("startupProbe", "Startup"),
        LIVENESS("livenessProbe", "Liveness"),
        READINESS("readinessProbe", "Readiness");

        private final String field;
        private final String title;

        Kind(String field, String title) {
            this.field = field;
            this.title = title;
        }

        public String field() {
            return field;
        }

        /// As events name it.
        public String title() {
            return title;
        }
    }

    /// What the answers so far amount to.
    public enum Verdict {
        UNDECIDED,
        PASSED,
        FAILED
    }

    /// The latest answers that were alike.
    public record Streak(boolean passed, int length) {
        public static final Streak NONE = new Streak(false, 0);

        public Streak next(boolean answer) {
            return answer == passed ? new Streak(answer, length + 1) : new Streak(answer, 1);
        }
    }

    public Verdict judge(Streak streak) {
        if (streak.length() < (streak.passed() ? successThreshold : failureThreshold)) {
            return Verdict.UNDECIDED;
        }
        return streak.passed() ? Verdict.PASSED : Verdict.FAILED;
    }

    /// The probes of a container, in the order in which they matter.
    public static List<Probe> of(JsonNode container) {
        List<Probe> probes = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            JsonNode given = container.path(kind.field());
            if (given.isObject()) {
                probes.add(new Probe(
                        kind,
                        Handler.of(given, container),
                        seconds(given, "initialDelaySeconds", 0),
                        seconds(given, "periodSeconds", 10),
                        seconds(given, "timeoutSeconds", 1),
                        given.path("successThreshold").asInt(1),
                        given.path("failureThreshold").asInt(3),
                        given.has("terminationGracePeriodSeconds")
                                ? seconds(given, "terminationGracePeriodSeconds", 0)
                                : null));
            }
        }
        return probes;
    }

    private static Duration seconds(JsonNode probe, String field, int otherwise) {
        return Duration.ofSeconds(probe.path(field).asInt(otherwise));
    }
}
