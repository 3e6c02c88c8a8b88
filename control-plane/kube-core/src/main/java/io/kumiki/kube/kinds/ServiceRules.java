package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What makes a service a good one.
final class ServiceRules {
    private static final int THREE_HOURS = 10_800;

    private ServiceRules() {}

    /// Whether it is to be reached through nodes as well.
    private static boolean outside(String type) {
        return type.equals("NodePort") || type.equals("LoadBalancer");
    }

    private static void affinity(ObjectNode spec) {
        if (!spec.path("sessionAffinity").asText().equals("ClientIP")) {
            spec.remove("sessionAffinityConfig");
        } else if (!spec.path("sessionAffinityConfig")
                .path("clientIP")
                .path("timeoutSeconds")
                .isNumber()) {
            spec.withObject("/sessionAffinityConfig").withObject("/clientIP").put("timeoutSeconds", THREE_HOURS);
        }
    }

    static final KindRules RULES = new KindRules() {
        @Override
        public void complete(ObjectNode service, @Nullable ObjectNode old) {
            ObjectNode spec = service.withObject("/spec");
            Fields.fill(spec, "type", "ClusterIP");
            Fields.fill(spec, "sessionAffinity", "None");
            String type = spec.path("type").asText();
            if (!type.equals("ExternalName")) {
                Fields.fill(spec, "internalTrafficPolicy", "Cluster");
            }
            affinity(spec);
            if (outside(type) || !spec.path("externalIPs").isEmpty()) {
                Fields.fill(spec, "externalTrafficPolicy", "Cluster");
            }
            if (type.equals("LoadBalancer") && !spec.hasNonNull("allocateLoadBalancerNodePorts")) {
                spec.put("allocateLoadBalancerNodePorts", true);
            }
            for (String field : List.of("ipFamilies", "ipFamilyPolicy")) {
                if (old != null && !spec.has(field) && !type.equals("ExternalName")) {
                    spec.set(field, old.path("spec").path(field));
                }
            }
            for (JsonNode each : spec.path("ports")) {
                ObjectNode port = (ObjectNode) each;
                Fields.fill(port, "protocol", "TCP");
                if (port.path("targetPort").asText("0").equals("0")) {
                    port.set("targetPort", port.path("port"));
                }
            }
            service.withObject("/status").withObject("/loadBalancer");
        }

        /// One family of addresses is served.
        @Override
        public void admitted(ObjectNode service) {
            ObjectNode spec = service.withObject("/spec");
            if (spec.path("type").asText().equals("ExternalName")) {
                return;
            }
            if (!spec.has("ipFamilies")) {
                spec.putArray("ipFamilies").add("IPv4");
            }
            Fields.fill(spec, "ipFamilyPolicy", "SingleStack");
            if (spec.hasNonNull("clusterIP") && !spec.has("clusterIPs")) {
                spec.putArray("clusterIPs").add(spec.get("clusterIP"));
            }
        }

        @Override
        public void validate(ObjectNode service, @Nullable ObjectNode old, List<Violation> violations) {
            ServiceFields.check(new Place(service.path("spec"), "spec", violations));
        }
    };
}
