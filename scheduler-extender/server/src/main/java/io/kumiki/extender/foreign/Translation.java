package io.kumiki.extender.foreign;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.scheduling.PlaceLevels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Another system's terms in the words of a Gang's spec.
public final class Translation {
    private static final int MOST = 1_000_000_000;

    private Translation() {}

    /// What is not followed, in words.
    ///
    /// @param spec is written to where the terms say something
    /// @param levels of the tree of places, widest first
    /// @param priorities by [Terms.Priority#key]
    public static List<String> into(
            ObjectNode spec, Terms terms, List<PlaceLevels.Level> levels, Map<String, Integer> priorities) {
        List<String> unfollowed = new ArrayList<>();
        Terms.Priority priority = terms.priority();
        if (priority != null) {
            Integer value = priorities.get(priority.key());
            if (value == null) {
                unfollowed.add("there is no " + priority.key());
            } else {
                spec.put("priority", Math.clamp(value, -MOST, MOST));
            }
        }
        Terms.Place required = terms.required();
        if (required != null && required.tier() <= levels.size()) {
            String level = level(required, levels);
            // A level that there is not keeps it waiting, and its sentence says so.
            spec.put("required", Objects.requireNonNullElse(level, required.label()));
        }
        Terms.Place preferred = terms.preferred();
        if (preferred != null && preferred.tier() <= levels.size()) {
            String level = level(preferred, levels);
            if (level == null) {
                unfollowed.add("the topology has no level " + preferred.label() + ", which it prefers");
            } else {
                spec.put("preferred", level);
            }
        }
        if (!terms.queue().isEmpty()) {
            unfollowed.add("queue " + terms.queue() + " (quota goes by namespace here)");
        }
        unfollowed.addAll(terms.others());
        return unfollowed;
    }

    private static @Nullable String level(Terms.Place place, List<PlaceLevels.Level> levels) {
        if (place.tier() > 0) {
            return levels.get(levels.size() - place.tier()).name();
        }
        return levels.stream()
                .filter(level ->
                        level.label().equals(place.label()) || level.name().equals(place.label()))
                .map(PlaceLevels.Level::name)
                .findFirst()
                .orElse(null);
    }
}
