package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which taints a pod puts up with.
///
/// @param key empty for every key
/// @param effect empty for every effect
record Toleration(String key, boolean exists, String value, String effect) {
    static final Set<String> REPELS = Set.of("NoSchedule", "NoExecute");
    static final Set<String> AVOIDS = Set.of("PreferNoSchedule");

    /// What keeps pods off a node.
    record Taint(String key, String value, String effect) {
        static Taint of(JsonNode taint) {
            return new Taint(
                    taint.path("key").asText(),
                    taint.path("value").asText(""),
                    taint.path("effect").asText());
        }

        static List<Taint> read(JsonNode list) {
            List<Taint> taints = new ArrayList<>();
            list.forEach(taint -> taints.add(of(taint)));
            return taints;
        }
    }

    static List<Toleration> read(JsonNode list) {
        List<Toleration> tolerations = new ArrayList<>();
        for (JsonNode each : list) {
            tolerations.add(new Toleration(
                    each.path("key").asText(""),
                    each.path("operator").asText("Equal").equals("Exists"),
                    each.path("value").asText(""),
                    each.path("effect").asText("")));
        }
        return List.copyOf(tolerations);
    }

    private boolean covers(Taint taint) {
        return (effect.isEmpty() || effect.equals(taint.effect))
                && (key.isEmpty() ? exists : key.equals(taint.key))
                && (exists || value.equals(taint.value));
    }

    static boolean covered(List<Toleration> tolerations, Taint taint) {
        for (Toleration toleration : tolerations) {
            if (toleration.covers(taint)) {
                return true;
            }
        }
        return false;
    }

    /// The first taint with one of the effects that nothing covers.
    static @Nullable Taint uncovered(List<Taint> taints, List<Toleration> tolerations, Set<String> effects) {
        for (Taint taint : taints) {
            if (effects.contains(taint.effect) && !covered(tolerations, taint)) {
                return taint;
            }
        }
        return null;
    }
}
