package io.kumiki.extender.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Violation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How many members a gang has, as its pods say it.
public final class GangSize {
    private static final int MOST = 5000;

    private GangSize() {}

    static void check(JsonNode annotations, List<Violation> violations) {
        if (annotations.has(Marks.SIZES)) {
            String given = annotations.path(Marks.SIZES).asText();
            if (sizes(given).isEmpty()) {
                refuse(Marks.SIZES, "must be like launcher=1,worker=4, found \"" + given + "\"", violations);
                return;
            }
        } else {
            String size = annotations.path(Marks.SIZE).asText("");
            if (!size.matches("[1-9][0-9]{0,3}") || Integer.parseInt(size) > MOST) {
                refuse(
                        Marks.SIZE,
                        "a pod with the label " + Marks.GANG + " says how many members its gang has, 1 to " + MOST
                                + "; found \"" + size + "\"",
                        violations);
                return;
            }
        }
        String wanted = minima(annotations, of(annotations, Marks.ONLY_CLASS)) == null
                ? annotations.has(Marks.SIZES)
                        ? "must name classes of " + Marks.SIZES + " with no more members than there, like worker=2"
                        : "must be a number from 1 to " + Marks.SIZE
                : "";
        if (!wanted.isEmpty()) {
            refuse(
                    Marks.MINIMUM,
                    wanted + ", found \"" + annotations.path(Marks.MINIMUM).asText() + "\"",
                    violations);
        }
    }

    private static void refuse(String name, String message, List<Violation> violations) {
        violations.add(PodAdmission.invalid("metadata.annotations[" + name + "]", message));
    }

    /// Members by class.
    ///
    /// @param only the class of a gang that names none
    public static Map<String, Integer> of(JsonNode annotations, String only) {
        return annotations.has(Marks.SIZES)
                ? sizes(annotations.path(Marks.SIZES).asText())
                : Map.of(only, annotations.path(Marks.SIZE).asInt(1));
    }

    /// Without how many of each class the gang does not start; all of them where nothing is said. Null where what is
    /// said cannot be.
    ///
    /// @param sizes what [#of] says
    public static @Nullable Map<String, Integer> minima(JsonNode annotations, Map<String, Integer> sizes) {
        Map<String, Integer> minima = new LinkedHashMap<>(sizes);
        String given = annotations.path(Marks.MINIMUM).asText("").strip();
        if (given.isEmpty()) {
            return minima;
        }
        Map<String, Integer> said = given.matches("[1-9][0-9]{0,3}") && !annotations.has(Marks.SIZES)
                ? Map.of(sizes.keySet().iterator().next(), Integer.parseInt(given))
                : annotations.has(Marks.SIZES) ? sizes(given) : Map.of();
        for (var each : said.entrySet()) {
            Integer size = sizes.get(each.getKey());
            if (size == null || each.getValue() > size) {
                return null;
            }
            minima.put(each.getKey(), each.getValue());
        }
        return said.isEmpty() ? null : minima;
    }

    /// `launcher=1,worker=4`; empty where the text is not of that form.
    public static Map<String, Integer> sizes(String text) {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        for (String part : text.split(",")) {
            String[] pair = part.strip().split("=");
            if (pair.length != 2
                    || !pair[0].matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")
                    || !pair[1].matches("[1-9][0-9]{0,3}")
                    || sizes.put(pair[0], Integer.parseInt(pair[1])) != null) {
                return Map.of();
            }
        }
        return sizes;
    }
}
