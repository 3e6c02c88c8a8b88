package io.kumiki.extender.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Violation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How many members a gang has, as its pods say it.
public final class GangSize {
    private static final int MOST = 5000;

    private GangSize() {}

    static void check(JsonNode annotations, List<Violation> violations) {
        if (annotations.has(Marks.SIZES)) {
            String given = annotations.path(Marks.SIZES).asText();
            if (sizes(given).isEmpty()) {
                violations.add(PodAdmission.invalid(
                        "metadata.annotations[" + Marks.SIZES + "]",
                        "must be like launcher=1,worker=4, found \"" + given + "\""));
            }
            return;
        }
        String size = annotations.path(Marks.SIZE).asText("");
        if (!size.matches("[1-9][0-9]{0,3}") || Integer.parseInt(size) > MOST) {
            violations.add(PodAdmission.invalid(
                    "metadata.annotations[" + Marks.SIZE + "]",
                    "a pod with the label " + Marks.GANG + " says how many members its gang has, 1 to " + MOST
                            + "; found \"" + size + "\""));
        }
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
