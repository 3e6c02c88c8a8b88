package io.kumiki.kube.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import java.time.Instant;
import java.util.Map;
import java.util.function.UnaryOperator;

/// Gives a pod its node, once.
public final class Binding {
    private Binding() {}

    /// @param uid of the pod meant, empty for whichever has the name
    public static UnaryOperator<ObjectNode> change(
            String namespace, String pod, String uid, String node, Map<String, String> annotations, Instant now) {
        return old -> {
            ObjectNode next = old;
            JsonNode metadata = next.path("metadata");
            if (!uid.isEmpty() && !uid.equals(metadata.path("uid").asText())) {
                throw conflict(
                        pod,
                        "Precondition failed: UID in precondition: " + uid + ", UID in object meta: "
                                + metadata.path("uid").asText());
            }
            if (metadata.has("deletionTimestamp")) {
                throw conflict(pod, "pod " + pod + " is being deleted, cannot be assigned to a host");
            }
            ObjectNode spec = next.withObject("/spec");
            if (!spec.path("nodeName").asText("").isEmpty()) {
                throw conflict(
                        pod,
                        "pod " + pod + " is already assigned to node \""
                                + spec.path("nodeName").asText() + "\"");
            }
            if (!spec.path("schedulingGates").isEmpty()) {
                throw conflict(pod, "pod " + pod + " has non-empty .spec.schedulingGates");
            }
            spec.put("nodeName", node);
            if (!annotations.isEmpty()) {
                ObjectNode noted = next.withObject("/metadata/annotations");
                annotations.forEach(noted::put);
            }
            scheduled(next.withObject("/status"), Metadata.time(now));
            return next;
        };
    }

    private static void scheduled(ObjectNode status, String at) {
        ArrayNode conditions = status.withArray("/conditions");
        for (int i = conditions.size() - 1; i >= 0; i--) {
            if (conditions.get(i).path("type").asText().equals("PodScheduled")) {
                conditions.remove(i);
            }
        }
        conditions.addObject().put("type", "PodScheduled").put("status", "True").put("lastTransitionTime", at);
    }

    private static ApiFault conflict(String pod, String why) {
        return ApiFault.conflict("pods/binding", pod, why);
    }
}
