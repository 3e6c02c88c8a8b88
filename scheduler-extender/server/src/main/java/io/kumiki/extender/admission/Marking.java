package io.kumiki.extender.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.planner.fact.Shape;
import java.util.List;

/// What admission writes on pods: gates, resources and annotations.
final class Marking {
    /// Device numbers with commas between, by NVIDIA's container runtime and by ROCm.
    private static final List<String> VISIBLE = List.of("NVIDIA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES");

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

    /// On nodes whose devices are shared no vendor's plugin says which of them a container sees: the annotation
    /// does, which is there before the pod is bound. Only for containers that ask for a part of a device, and
    /// unless their owner says it. Not HIP_VISIBLE_DEVICES: it counts among what ROCR_VISIBLE_DEVICES left.
    static void showDevices(ObjectNode pod) {
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : pod.path("spec").path(list)) {
                JsonNode resources = container.path("resources");
                if (resources.path("limits").has(Shape.MILLI)
                        || resources.path("requests").has(Shape.MILLI)) {
                    VISIBLE.forEach(name -> show((ObjectNode) container, name));
                }
            }
        }
    }

    private static void show(ObjectNode container, String name) {
        ArrayNode env = container.withArray("/env");
        for (JsonNode given : env) {
            if (given.path("name").asText().equals(name)) {
                return;
            }
        }
        env.addObject()
                .put("name", name)
                .putObject("valueFrom")
                .putObject("fieldRef")
                .put("apiVersion", "v1")
                .put("fieldPath", "metadata.annotations['" + Marks.DEVICES + "']");
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
