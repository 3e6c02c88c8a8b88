package io.kumiki.kube.controllers.apps;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.PodView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A StatefulSet's pods by ordinal.
///
/// @param end the first ordinal that is no longer wanted
record Ordinals(int start, int end, TreeMap<Integer, PodView> byOrdinal) {
    static Ordinals of(JsonNode set, List<PodView> pods) {
        int start = set.path("spec").path("ordinals").path("start").asInt();
        TreeMap<Integer, PodView> byOrdinal = new TreeMap<>();
        for (PodView pod : pods) {
            int ordinal = ordinal(Meta.name(set), pod.name());
            if (ordinal >= 0) {
                byOrdinal.put(ordinal, pod);
            }
        }
        return new Ordinals(start, start + set.path("spec").path("replicas").asInt(1), byOrdinal);
    }

    /// -1 for a pod that is not named after the set.
    static int ordinal(String set, String pod) {
        if (!pod.startsWith(set + "-")) {
            return -1;
        }
        String rest = pod.substring(set.length() + 1);
        return rest.matches("0|[1-9][0-9]{0,8}") ? Integer.parseInt(rest) : -1;
    }

    @Nullable
    PodView at(int ordinal) {
        return byOrdinal.get(ordinal);
    }

    boolean wanted(int ordinal) {
        return ordinal >= start && ordinal < end;
    }

    List<PodView> all() {
        return List.copyOf(byOrdinal.values());
    }

    /// Pods outside of what is wanted, the highest first.
    List<PodView> condemned() {
        List<PodView> found = new ArrayList<>();
        for (Map.Entry<Integer, PodView> each : byOrdinal.descendingMap().entrySet()) {
            if (!wanted(each.getKey())) {
                found.add(each.getValue());
            }
        }
        return found;
    }

    /// The lowest that is not running, ready and staying; `null` when all are.
    @Nullable
    PodView firstUnhealthy(long minReady, Instant now) {
        for (PodView pod : byOrdinal.values()) {
            if (pod.deleting() || pod.phase() != PodView.Phase.Running || !pod.available(minReady, now)) {
                return pod;
            }
        }
        return null;
    }
}
