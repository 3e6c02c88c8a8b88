package io.kumiki.extender.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Violation;
import io.kumiki.model.scheduling.Gang;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What our annotations on pods may say. At creation whatever cannot be read is refused; what is changed on a pod later
/// counts only where it can be read. An empty text says nothing.
public final class AnnotationForms {
    private static final Pattern SECONDS = Pattern.compile("0|[1-9][0-9]{0,8}");

    private static final Pattern TYPE = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
    private static final Pattern SPEED = Pattern.compile("[0-9]{1,4}(\\.[0-9]{1,6})?");
    private static final int TYPES = 16;

    private AnnotationForms() {}

    static void check(JsonNode annotations, List<Violation> violations) {
        refuse(annotations, Marks.EXPECTED, expected(annotations), "a number of seconds, 1 to 999999999", violations);
        refuse(annotations, Marks.CHECKPOINT, saved(annotations), "a time like 2026-11-30T08:45:00Z", violations);
        refuse(annotations, Marks.RESTART, restart(annotations), "a number of seconds, 0 to 999999999", violations);
    }

    /// What only gangs can be asked for.
    ///
    /// @param elsewhere where its like is said instead
    static void checkNotThere(JsonNode annotations, String name, String elsewhere, List<Violation> violations) {
        if (!text(annotations, name).isEmpty()) {
            violations.add(PodAdmission.invalid("metadata.annotations[" + name + "]", elsewhere));
        }
    }

    static void checkAlternatives(JsonNode annotations, List<Violation> violations) {
        refuse(
                annotations,
                Marks.ALTERNATIVES,
                alternatives(annotations),
                "1 to 16 values of the node label nvidia.com/gpu.product with their speeds, like"
                        + " NVIDIA-H100-80GB-HBM3=1.0,NVIDIA-L4=0.3",
                violations);
    }

    /// GPU types by name; null where none are named, or not in that form. Without a speed it is 1.
    public static @Nullable List<Gang.Alternative> alternatives(JsonNode annotations) {
        Map<String, Double> speeds = new LinkedHashMap<>();
        for (String part : text(annotations, Marks.ALTERNATIVES).split(",", -1)) {
            String[] pair = part.strip().split("=", -1);
            String speed = pair.length == 2 ? pair[1] : "1";
            if (pair.length > 2
                    || !TYPE.matcher(pair[0]).matches()
                    || !SPEED.matcher(speed).matches()
                    || Double.parseDouble(speed) == 0
                    || speeds.put(pair[0], Double.valueOf(speed)) != null) {
                return null;
            }
        }
        return speeds.size() > TYPES
                ? null
                : speeds.entrySet().stream()
                        .map(each -> new Gang.Alternative(each.getKey(), each.getValue()))
                        .toList();
    }

    private static void refuse(
            JsonNode annotations, String name, @Nullable Object read, String wanted, List<Violation> violations) {
        String found = text(annotations, name);
        if (read == null && !found.isEmpty()) {
            violations.add(PodAdmission.invalid(
                    "metadata.annotations[" + name + "]", "must be " + wanted + ", found \"" + found + "\""));
        }
    }

    static String text(JsonNode annotations, String name) {
        return annotations.path(name).asText("");
    }

    /// How long the work will run, in seconds; null where nothing that can be read stands there.
    public static @Nullable Long expected(JsonNode annotations) {
        Long seconds = seconds(annotations, Marks.EXPECTED);
        return seconds == null || seconds == 0 ? null : seconds;
    }

    /// What a restart costs, in seconds; null as with [#expected].
    public static @Nullable Long restart(JsonNode annotations) {
        return seconds(annotations, Marks.RESTART);
    }

    private static @Nullable Long seconds(JsonNode annotations, String name) {
        String text = text(annotations, name);
        return SECONDS.matcher(text).matches() ? Long.valueOf(text) : null;
    }

    /// When it last saved its state; null as with [#expected].
    public static @Nullable Instant saved(JsonNode annotations) {
        try {
            String text = text(annotations, Marks.CHECKPOINT);
            return text.isEmpty() ? null : Instant.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }
}
