package io.kumiki.kube.controllers.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.kinds.Conditions;
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// A node's conditions and its cordon as taints; taints of anybody else stay.
record NodeTaints(ObjectNode node, ObjectNode status, Instant now) {
    private static final String PREFIX = "node.kubernetes.io/";
    private static final Map<String, String> PRESSURE = Map.of(
            "memory-pressure", "MemoryPressure",
            "disk-pressure", "DiskPressure",
            "pid-pressure", "PIDPressure",
            "network-unavailable", "NetworkUnavailable");

    boolean well() {
        return Conditions.holds(status, "Ready")
                || Conditions.find(status, "Ready").isMissingNode();
    }

    /// @param evicting whether a node that is not ready loses its pods
    ArrayNode wanted(boolean evicting) {
        Map<String, Boolean> ours = new LinkedHashMap<>();
        JsonNode ready = Conditions.find(status, "Ready");
        if (!ready.isMissingNode()) {
            String state = ready.path("status").asText();
            both(ours, "not-ready", state.equals("False"), evicting);
            both(ours, "unreachable", state.equals("Unknown"), evicting);
        }
        PRESSURE.keySet().stream()
                .sorted()
                .forEach(key -> ours.put(
                        PREFIX + key + " NoSchedule", Conditions.holds(status, PRESSURE.getOrDefault(key, ""))));
        ours.put(
                PREFIX + "unschedulable NoSchedule",
                node.path("spec").path("unschedulable").asBoolean());
        ArrayNode taints = Json.array();
        for (JsonNode taint : node.path("spec").path("taints")) {
            String id = taint.path("key").asText() + " " + taint.path("effect").asText();
            Boolean wanted = ours.remove(id);
            if (wanted == null || wanted) {
                taints.add(timed((ObjectNode) taint.deepCopy()));
            }
        }
        ours.forEach((id, wanted) -> {
            if (wanted) {
                int space = id.indexOf(' ');
                taints.add(
                        timed(Json.object().put("key", id.substring(0, space)).put("effect", id.substring(space + 1))));
            }
        });
        return taints;
    }

    private static void both(Map<String, Boolean> ours, String key, boolean holds, boolean evicting) {
        ours.put(PREFIX + key + " NoSchedule", holds);
        ours.put(PREFIX + key + " NoExecute", holds && evicting);
    }

    /// Tolerations that end count from here.
    private ObjectNode timed(ObjectNode taint) {
        if (taint.path("effect").asText().equals("NoExecute") && !taint.has("timeAdded")) {
            taint.put("timeAdded", Meta.text(now));
        }
        return taint;
    }
}
