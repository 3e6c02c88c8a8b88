package io.kumiki.extender.admission;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;

/// What the scheduler may do to others for a pod that we place. Led pods are refused in a way that preempts nobody; for
/// one that is pinned the scheduler may, pod by pod, and admission cannot forbid it: the API server refuses a policy
/// that is not the class's.
final class Preempting {
    private Preempting() {}

    /// @param pod as it will be stored
    /// @return nothing where it does not concern us, or preempts nobody
    static List<String> warnings(JsonNode pod) {
        JsonNode spec = pod.path("spec");
        boolean preempts = spec.path("priority").asInt(0) > 0
                && !spec.path("preemptionPolicy").asText("").equals("Never");
        return preempts && isPlaced(pod) && !isLed(pod)
                ? List.of("PriorityClass \""
                        + shortened(spec.path("priorityClassName").asText(""))
                        + "\" lets the scheduler preempt single members of gangs for this pod; kumiki-low, kumiki-normal"
                        + " and kumiki-high (preemptionPolicy Never) preempt whole gangs where least is lost")
                : List.of();
    }

    private static String shortened(String name) {
        return name.length() > 60 ? name.substring(0, 60) + "…" : name;
    }

    private static boolean isPlaced(JsonNode pod) {
        JsonNode annotations = pod.path("metadata").path("annotations");
        boolean gated = false;
        for (JsonNode gate : pod.path("spec").path("schedulingGates")) {
            gated |= Set.of(Marks.QUEUE, Marks.GANG).contains(gate.path("name").asText());
        }
        return gated || annotations.has(Marks.CLAIM) || annotations.has(Marks.RESERVATION);
    }

    private static boolean isLed(JsonNode pod) {
        return PodShape.requests(pod).containsKey(Marks.PLAN);
    }
}
