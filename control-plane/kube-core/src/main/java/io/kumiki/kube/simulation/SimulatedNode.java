package io.kumiki.kube.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.scheduling.Quantity;
import io.kumiki.model.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// How a simulated node stands at a moment of its life. A pure function of its behaviour and the time since it began:
/// no heartbeat, no timer but for the next change.
///
/// @param lost nothing is heard of it
/// @param faultyGpus how many of its GPUs cannot be used
/// @param next when it changes again; null for never
record SimulatedNode(boolean lost, int faultyGpus, @Nullable Duration next) {
    static final String GPU = "nvidia.com/gpu";
    private static final String FAULT = "GpuFault";

    static SimulatedNode at(NodeBehaviour behaviour, Duration since) {
        NodeBehaviour.Span loss = behaviour.loss();
        NodeBehaviour.Span fault = behaviour.fault();
        Duration next = Stream.of(loss == null ? null : loss.change(since), fault == null ? null : fault.change(since))
                .filter(change -> change != null)
                .min(Duration::compareTo)
                .orElse(null);
        return new SimulatedNode(
                loss != null && loss.holds(since),
                fault != null && fault.holds(since) ? behaviour.faultyGpus() : 0,
                next);
    }

    /// What must be written into the node's status so that it says this; null when it does already.
    @Nullable
    ObjectNode status(JsonNode node, Instant now) {
        ObjectNode status = Json.object();
        ArrayNode conditions = Json.array();
        boolean changed = false;
        boolean faultSeen = false;
        for (JsonNode condition : node.path("status").path("conditions")) {
            String type = condition.path("type").asText();
            ObjectNode wanted = switch (type) {
                case "Ready" -> ready(now);
                case FAULT -> fault(now);
                default -> null;
            };
            faultSeen |= type.equals(FAULT);
            boolean differs = wanted != null && !wanted.path("status").equals(condition.path("status"));
            conditions.add(differs ? wanted : condition);
            changed |= differs;
        }
        if (!faultSeen && faultyGpus > 0) {
            conditions.add(fault(now));
            changed = true;
        }
        status.set("conditions", conditions);
        JsonNode capacity = node.path("status").path("capacity").path(GPU);
        JsonNode usable = node.path("status").path("allocatable").path(GPU);
        if (capacity.isTextual()) {
            String left = Long.toString(Math.max(0, Quantity.units(Quantity.parse(capacity.asText())) - faultyGpus));
            if (!left.equals(usable.asText())) {
                status.putObject("allocatable").put(GPU, left);
                changed = true;
            }
        }
        return changed ? status : null;
    }

    private ObjectNode ready(Instant now) {
        return condition(
                "Ready",
                lost ? "Unknown" : "True",
                lost ? "NodeStatusUnknown" : "Simulated",
                lost ? "Kubelet stopped posting node status." : "simulated by Kumiki",
                now);
    }

    private ObjectNode fault(Instant now) {
        return condition(
                FAULT,
                faultyGpus > 0 ? "True" : "False",
                faultyGpus > 0 ? "SimulatedFault" : "NoFault",
                faultyGpus > 0 ? faultyGpus + " GPUs do not answer" : "all GPUs answer",
                now);
    }

    private static ObjectNode condition(String type, String status, String reason, String message, Instant now) {
        String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
        return Json.object()
                .put("type", type)
                .put("status", status)
                .put("reason", reason)
                .put("message", message)
                .put("lastHeartbeatTime", time)
                .put("lastTransitionTime", time);
    }
}
