package io.kumiki.extender.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// What admission writes on pods: gates, resources and annotations.
final class Marking {
    private Marking() {}

    /// Only we may say which device or promise a pod has.
    static void takeOff(ObjectNode pod) {
        if (pod.path("metadata").path("annotations") instanceof ObjectNode annotations) {
            annotations.remove(Marks.OURS);
        }
    }

    /// By these resources the scheduler knows that it has to call us.
    ///
    /// @param led asks us for its node, too, not for its binding alone
    static void mark(ObjectNode pod, boolean led) {
        for (JsonNode container : pod.path("spec").path("containers")) {
            ObjectNode resources = ((ObjectNode) container).withObject("/resources");
            for (String list : List.of("requests", "limits")) {
                ObjectNode amounts = resources.withObject("/" + list);
                amounts.put(Marks.BIND, "1");
                if (led) {
                    amounts.put(Marks.PLAN, "1");
                }
            }
            break;
        }
    }

    /// Whoever makes nodes fewer must not take one member of a gang from the others, unless its owner allows it.
    static void keep(ObjectNode pod) {
        ObjectNode annotations = pod.withObject("/metadata").withObject("/annotations");
        if (!annotations.has(Marks.SAFE_TO_EVICT)) {
            annotations.put(Marks.SAFE_TO_EVICT, "false");
        }
        if (!annotations.has(Marks.DO_NOT_DISRUPT)) {
            annotations.put(Marks.DO_NOT_DISRUPT, "true");
        }
    }

    static void gate(ObjectNode spec, String name) {
        ArrayNode gates = spec.withArray("/schedulingGates");
        for (JsonNode gate : gates) {
            if (gate.path("name").asText().equals(name)) {
                return;
            }
        }
        gates.addObject().put("name", name);
    }
}
