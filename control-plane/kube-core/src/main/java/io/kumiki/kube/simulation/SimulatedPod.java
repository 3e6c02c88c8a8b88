package io.kumiki.kube.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How a pod on a simulated node behaves: Running at once, ended after its annotation's duration, nothing is
/// executed.
public final class SimulatedPod {
    /// How long it runs: `250ms`, `90s`, `5m`, `2h` or ISO `PT1M`; without it a pod ends at once, one with
    /// restartPolicy Always never.
    public static final String DURATION = "kumiki.io/simulated-duration";
    /// The exit code of its main containers; 0 without it.
    public static final String EXIT_CODE = "kumiki.io/simulated-exit-code";
    /// JSON object: what the step would have put out. Read by whoever wants outputs of a simulated pod.
    public static final String OUTPUTS = "kumiki.io/simulated-outputs";

    private static final Pattern SHORT = Pattern.compile("([0-9]{1,9})\\s*(ms|s|m|h)");

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

    public static Step next(JsonNode pod, Instant now) {
        if (pod.path("metadata").has("deletionTimestamp")) {
            return new Step.Remove();
        }
        JsonNode status = pod.path("status");
        String phase = status.path("phase").asText("Pending");
        return switch (phase) {
            case "Succeeded", "Failed" -> new Step.Wait(null);
            case "Running" ->
                running(pod, Instant.parse(status.path("startTime").asText(now.toString())), now);
            default -> begin(pod, now);
        };
    }

    private static Step begin(JsonNode pod, Instant now) {
        String wrong = wrongAnnotation(pod);
        if (wrong != null) {
            return new Step.Write(status(pod, "Failed", now, now, 128, wrong), null);
        }
        Instant end = end(pod, now);
        return new Step.Write(status(pod, "Running", now, now, 0, null), end);
    }

    private static Step running(JsonNode pod, Instant started, Instant now) {
        Instant end = end(pod, started);
        if (end == null || now.isBefore(end)) {
            return new Step.Wait(end);
        }
        int code = pod.path("metadata").path("annotations").path(EXIT_CODE).asInt(0);
        return new Step.Write(status(pod, code == 0 ? "Succeeded" : "Failed", started, now, code, null), null);
    }

    private static @Nullable Instant end(JsonNode pod, Instant started) {
        String text = pod.path("metadata").path("annotations").path(DURATION).asText("");
        if (text.isEmpty()) {
            return pod.path("spec").path("restartPolicy").asText("Always").equals("Always") ? null : started;
        }
        return started.plus(duration(text));
    }

    /// Throws [DateTimeException] for a text that is no duration.
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

    private static @Nullable String wrongAnnotation(JsonNode pod) {
        JsonNode annotations = pod.path("metadata").path("annotations");
        try {
            String text = annotations.path(DURATION).asText("");
            if (!text.isEmpty() && duration(text).isNegative()) {
                return "annotation " + DURATION + " is negative: " + text;
            }
        } catch (DateTimeException e) {
            return "annotation " + DURATION + " is \""
                    + annotations.path(DURATION).asText() + "\"; write a duration such as 90s, 5m or PT1H30M";
        }
        String outputs = annotations.path(OUTPUTS).asText("");
        if (!outputs.isEmpty()) {
            try {
                if (!Json.parse(outputs).isObject()) {
                    return "annotation " + OUTPUTS + " must be a JSON object of output names and values";
                }
            } catch (Json.Malformed e) {
                return "annotation " + OUTPUTS + " is " + e.getMessage();
            }
        }
        return null;
    }

    private static ObjectNode status(
            JsonNode pod, String phase, Instant started, Instant now, int code, @Nullable String message) {
        ObjectNode status = Json.object()
                .put("phase", phase)
                .put("hostIP", "127.0.0.1")
                .put("podIP", "127.0.0.1")
                .put("startTime", started.toString());
        status.putArray("podIPs").addObject().put("ip", "127.0.0.1");
        if (message != null) {
            status.put("reason", "Refused").put("message", message);
        }
        boolean running = phase.equals("Running");
        ArrayNode conditions = status.putArray("conditions");
        for (JsonNode kept : pod.path("status").path("conditions")) {
            if (kept.path("type").asText().equals("PodScheduled")) {
                conditions.add(kept);
            }
        }
        String done = phase.equals("Succeeded") ? "PodCompleted" : "PodFailed";
        for (String type : List.of("Initialized", "Ready", "ContainersReady")) {
            boolean holds = running || (type.equals("Initialized") && !phase.equals("Failed"));
            ObjectNode condition = conditions.addObject().put("type", type).put("status", holds ? "True" : "False");
            condition.put("lastTransitionTime", seconds(now));
            if (!holds) {
                condition.put("reason", done);
            }
        }
        for (String list : List.of("initContainers", "containers")) {
            ArrayNode containers = Json.array();
            for (JsonNode container : pod.path("spec").path(list)) {
                boolean main = list.equals("containers");
                boolean sidecar = container.path("restartPolicy").asText("").equals("Always");
                containers.add(container(container, running && (main || sidecar), main ? code : 0, started, now));
            }
            if (!containers.isEmpty()) {
                status.set(list.equals("containers") ? "containerStatuses" : "initContainerStatuses", containers);
            }
        }
        return status;
    }

    private static ObjectNode container(JsonNode container, boolean running, int code, Instant started, Instant now) {
        ObjectNode status = Json.object()
                .put("name", container.path("name").asText())
                .put("image", container.path("image").asText());
        status.put("imageID", "simulated")
                .put("restartCount", 0)
                .put("ready", running)
                .put("started", running);
        ObjectNode state = status.putObject("state");
        if (running) {
            state.putObject("running").put("startedAt", seconds(started));
        } else {
            state.putObject("terminated")
                    .put("exitCode", code)
                    .put("reason", code == 0 ? "Completed" : "Error")
                    .put("startedAt", seconds(started))
                    .put("finishedAt", seconds(now));
        }
        status.putObject("lastState");
        return status;
    }

    private static String seconds(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
