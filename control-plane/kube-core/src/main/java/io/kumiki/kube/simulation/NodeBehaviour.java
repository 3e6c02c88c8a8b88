package io.kumiki.kube.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Violation;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a simulated node's annotations say it will do: to its pods, and to itself. Times count from when the
/// annotation was first seen.
///
/// @param pods how pods behave that say nothing themselves
/// @param loss when it is lost; null for never
/// @param vanishes whether the Node object goes with it
/// @param fault when GPUs of it fail; null for never
/// @param faultyGpus how many
public record NodeBehaviour(
        PodBehaviour pods,
        @Nullable Span loss,
        boolean vanishes,
        @Nullable Span fault,
        int faultyGpus) {
    public static final String LOST_AFTER = "kumiki.io/simulated-lost-after";
    public static final String LOST_FOR = "kumiki.io/simulated-lost-for";
    public static final String VANISHES = "kumiki.io/simulated-vanishes";
    public static final String FAULT_AFTER = "kumiki.io/simulated-fault-after";
    public static final String FAULT_FOR = "kumiki.io/simulated-fault-for";
    public static final String FAULT_GPUS = "kumiki.io/simulated-fault-gpus";

    static final NodeBehaviour PLAIN = new NodeBehaviour(PodBehaviour.PLAIN, null, false, null, 1);

    /// @param length `null` for ever
    record Span(Duration after, @Nullable Duration length) {
        boolean holds(Duration since) {
            return since.compareTo(after) >= 0 && (length == null || since.compareTo(after.plus(length)) < 0);
        }

        /// The next time after `since` at which [#holds] changes; null when it never does.
        @Nullable
        Duration change(Duration since) {
            if (since.compareTo(after) < 0) {
                return after;
            }
            Duration end = length == null ? null : after.plus(length);
            return end != null && since.compareTo(end) < 0 ? end : null;
        }
    }

    /// A behaviour, or everything that is wrong with the annotations.
    public sealed interface Read {
        record Valid(NodeBehaviour behaviour) implements Read {}

        record Invalid(List<Violation> violations) implements Read {}
    }

    static Read read(JsonNode annotations) {
        List<Violation> violations = new ArrayList<>();
        PodBehaviour pods = PodBehaviour.read(annotations, PodBehaviour.PLAIN, violations);
        Span loss = span(annotations, LOST_AFTER, LOST_FOR, violations);
        Span fault = span(annotations, FAULT_AFTER, FAULT_FOR, violations);
        String gpus = annotations.path(FAULT_GPUS).asText("1");
        int faulty = gpus.matches("[0-9]{1,4}") ? Integer.parseInt(gpus) : 0;
        if (faulty == 0) {
            violations.add(wrong(FAULT_GPUS, gpus, "a whole number from 1"));
        }
        boolean vanishes = annotations.path(VANISHES).asText("").equals("true");
        return violations.isEmpty()
                ? new Read.Valid(new NodeBehaviour(pods, loss, vanishes, fault, faulty))
                : new Read.Invalid(violations);
    }

    private static @Nullable Span span(JsonNode annotations, String after, String length, List<Violation> violations) {
        Duration begin = duration(annotations, after, violations);
        Duration lasts = duration(annotations, length, violations);
        return begin == null ? null : new Span(begin, lasts);
    }

    static @Nullable Duration duration(JsonNode annotations, String name, List<Violation> violations) {
        String text = annotations.path(name).asText("");
        if (text.isEmpty()) {
            return null;
        }
        try {
            Duration duration = SimulatedPod.duration(text);
            if (!duration.isNegative()) {
                return duration;
            }
        } catch (DateTimeException | ArithmeticException e) {
            // Told below.
        }
        violations.add(wrong(name, text, "a duration such as 90s, 5m or PT1H30M"));
        return null;
    }

    static Violation wrong(String name, String found, String wanted) {
        return new Violation("annotation " + name, "Invalid", "is \"" + found + "\"; write " + wanted);
    }

    /// Which of a node's annotations count here: when these change, its clock begins anew.
    static Map<String, String> concerned(JsonNode annotations) {
        Map<String, String> found = new java.util.TreeMap<>();
        annotations.properties().forEach(entry -> {
            if (entry.getKey().startsWith("kumiki.io/simulated-")) {
                found.put(entry.getKey(), entry.getValue().asText());
            }
        });
        return found;
    }
}
