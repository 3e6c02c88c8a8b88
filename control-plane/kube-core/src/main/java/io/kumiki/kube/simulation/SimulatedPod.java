package io.kumiki.kube.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.simulation.SimulatedStatus.Moment;
import io.kumiki.kube.simulation.SimulatedStatus.Run;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a pod on a simulated node does next. Nothing is executed; its annotations, else its node's, say how it goes.
public final class SimulatedPod {
    /// How long it runs: `250ms`, `90s`, `5m`, `2h` or ISO `PT1M`; without it a pod ends at once, one with
    /// restartPolicy Always never.
    public static final String DURATION = "kumiki.io/simulated-duration";
    /// How long it takes to start.
    public static final String START_DELAY = "kumiki.io/simulated-start-delay";
    /// Which share of its runs fails, 0 to 1; a run that fails ends at a random moment of its time.
    public static final String FAILURE_RATE = "kumiki.io/simulated-failure-rate";
    /// Another seed draws other failures.
    public static final String SEED = "kumiki.io/simulated-seed";
    /// The exit code of its main containers; 0 without it, 1 for a run that fails by the rate.
    public static final String EXIT_CODE = "kumiki.io/simulated-exit-code";
    /// JSON object: what the step would have put out. Read by whoever wants outputs of a simulated pod.
    public static final String OUTPUTS = "kumiki.io/simulated-outputs";

    private static final Pattern SHORT = Pattern.compile("([0-9]{1,9})\\s*(ms|s|m|h)");
    private static final Duration FIRST_CRASH_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_CRASH_PAUSE = Duration.ofMinutes(5);

    private SimulatedPod() {}

    /// The next thing to do with a pod.
    public sealed interface Step {
        /// Write this status; ask again at `next` (null: when the pod changes).
        record Write(ObjectNode status, @Nullable Instant next) implements Step {}

        /// Nothing before this instant (null: nothing until the pod changes).
        record Wait(@Nullable Instant next) implements Step {}

        /// Finish the delete.
        record Remove() implements Step {}
    }

    /// On a node that adds nothing of its own.
    public static Step next(JsonNode pod, Instant now) {
        return next(pod, NodeBehaviour.PLAIN, now);
    }

    static Step next(JsonNode pod, NodeBehaviour node, Instant now) {
        if (pod.path("metadata").has("deletionTimestamp")) {
            return new Step.Remove();
        }
        String phase = pod.path("status").path("phase").asText("Pending");
        if (phase.equals("Succeeded") || phase.equals("Failed")) {
            return new Step.Wait(null);
        }
        List<Violation> violations = new ArrayList<>();
        PodBehaviour behaviour = PodBehaviour.read(pod.path("metadata").path("annotations"), node.pods(), violations);
        String outputs = wrongOutputs(pod);
        if (!violations.isEmpty() || outputs != null) {
            String wrong = violations.isEmpty()
                    ? String.valueOf(outputs)
                    : violations.get(0).path() + " " + violations.get(0).message();
            return new Step.Write(
                    SimulatedStatus.of(pod, new Moment(Run.ENDED, "Failed", now, now, 128, 0), wrong), null);
        }
        return new Life(pod, behaviour, now).next();
    }

    /// One pod at one moment.
    private record Life(JsonNode pod, PodBehaviour behaviour, Instant now) {
        Step next() {
            String began = pod.path("status").path("startTime").asText("");
            Instant start = began.isEmpty() ? now : Instant.parse(began);
            int restarts = SimulatedStatus.restarts(pod);
            Instant paused = SimulatedStatus.crashed(pod);
            if (paused != null) {
                Instant again = paused.plus(pause(restarts + 1));
                return now.isBefore(again)
                        ? new Step.Wait(again)
                        : running(new Moment(Run.RUNNING, "Running", start, now, 0, restarts + 1), now);
            }
            boolean runs = pod.path("status").path("phase").asText("").equals("Running");
            Instant first = start.plus(behaviour.startDelay());
            if (!runs && now.isBefore(first)) {
                return began.isEmpty()
                        ? new Step.Write(
                                SimulatedStatus.of(pod, new Moment(Run.CREATING, "Pending", start, now, 0, 0), null),
                                first)
                        : new Step.Wait(first);
            }
            if (!runs) {
                return running(new Moment(Run.RUNNING, "Running", start, now, 0, 0), first);
            }
            Instant ran = restarts == 0 ? first : SimulatedStatus.running(pod, first);
            Instant end = end(ran, restarts);
            return end == null || now.isBefore(end) ? new Step.Wait(end) : ended(start, restarts);
        }

        private Step running(Moment moment, Instant from) {
            return new Step.Write(SimulatedStatus.of(pod, moment, null), end(from, moment.restarts()));
        }

        private @Nullable Instant end(Instant from, int restarts) {
            Duration run = behaviour.run();
            if (run == null) {
                boolean serves =
                        pod.path("spec").path("restartPolicy").asText("Always").equals("Always");
                return serves ? null : from;
            }
            PodBehaviour.Draw draw = behaviour.draw(uid(), restarts);
            return from.plusNanos((long) (run.toNanos() * draw.share()));
        }

        private String uid() {
            return pod.path("metadata").path("uid").asText();
        }

        private Step ended(Instant start, int restarts) {
            int said = pod.path("metadata").path("annotations").path(EXIT_CODE).asInt(0);
            int code = said == 0 && behaviour.draw(uid(), restarts).fails() ? 1 : said;
            String policy = pod.path("spec").path("restartPolicy").asText("Always");
            boolean again = policy.equals("Always") || (policy.equals("OnFailure") && code != 0);
            if (again) {
                Moment crash = new Moment(Run.CRASHED, "Running", start, now, code, restarts);
                return new Step.Write(SimulatedStatus.of(pod, crash, null), now.plus(pause(restarts + 1)));
            }
            Moment end = new Moment(Run.ENDED, code == 0 ? "Succeeded" : "Failed", start, now, code, restarts);
            return new Step.Write(SimulatedStatus.of(pod, end, null), null);
        }

        private static Duration pause(int restarts) {
            Duration pause = FIRST_CRASH_PAUSE.multipliedBy(1L << Math.min(restarts - 1, 10));
            return pause.compareTo(LONGEST_CRASH_PAUSE) > 0 ? LONGEST_CRASH_PAUSE : pause;
        }
    }

    /// Throws [java.time.DateTimeException] for a text that is no duration.
    static Duration duration(String text) {
        Matcher plain = SHORT.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!plain.matches()) {
            return Duration.parse(text.strip());
        }
        long amount = Long.parseLong(plain.group(1));
        return switch (plain.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }

    private static @Nullable String wrongOutputs(JsonNode pod) {
        String outputs = pod.path("metadata").path("annotations").path(OUTPUTS).asText("");
        try {
            return outputs.isEmpty() || Json.parse(outputs).isObject()
                    ? null
                    : "annotation " + OUTPUTS + " must be a JSON object of output names and values";
        } catch (Json.Malformed e) {
            return "annotation " + OUTPUTS + " is " + e.getMessage();
        }
    }
}
