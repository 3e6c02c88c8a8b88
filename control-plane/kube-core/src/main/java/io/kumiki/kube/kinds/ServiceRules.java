package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.model.Violation;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What makes a service a good one.
final class ServiceRules {
    private static final List<String> TYPES = List.of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort");

    private static final List<String> AFFINITIES = List.of("ClientIP", "None");

    private ServiceRules() {}

    /// Whether it is to be reached through nodes as well.
    private static boolean outside(String type) {
        return type.equals("NodePort") || type.equals("LoadBalancer");
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
            if (outside(type)) {
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
                if (!port.has("targetPort")) {
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
            JsonNode spec = service.path("spec");
            String type = spec.path("type").asText();
            if (!TYPES.contains(type)) {
                violations.add(Names.unsupported("spec.type", type, TYPES));
            }
            boolean headless = spec.path("clusterIP").asText("").equals("None");
            if (headless && outside(type)) {
                violations.add(Names.invalid(
                        "spec.clusterIPs[0]", "None", "may not be set to 'None' for " + type + " services"));
            }
            if (!type.equals("ExternalName") && !headless && spec.path("ports").isEmpty()) {
                violations.add(Names.required("spec.ports", ""));
            }
            if (type.equals("ExternalName")
                    && spec.path("externalName").asText("").isEmpty()) {
                violations.add(Names.required("spec.externalName", ""));
            }
            String affinity = spec.path("sessionAffinity").asText();
            if (!AFFINITIES.contains(affinity)) {
                violations.add(Names.unsupported("spec.sessionAffinity", affinity, AFFINITIES));
            }
            Set<String> names = new HashSet<>();
            int at = 0;
            for (JsonNode port : spec.path("ports")) {
                String name = port.path("name").asText("");
                if (!name.isEmpty() && !names.add(name)) {
                    violations.add(new Violation(
                            "spec.ports[" + at + "].name", "FieldValueDuplicate", "Duplicate value: \"" + name + "\""));
                }
                for (String field : List.of("port", "targetPort")) {
                    JsonNode given = port.path(field);
                    if (given.isNumber() && (given.asInt() < 1 || given.asInt() > 65_535)) {
                        violations.add(Names.invalid(
                                "spec.ports[" + at + "]." + field,
                                given.asText(),
                                "must be between 1 and 65535, inclusive"));
                    }
                }
                if (spec.path("ports").size() > 1
                        && port.path("name").asText("").isEmpty()) {
                    violations.add(Names.required("spec.ports[" + at + "].name", ""));
                }
                String protocol = port.path("protocol").asText();
                if (!ContainerRules.PROTOCOLS.contains(protocol)) {
                    violations.add(
                            Names.unsupported("spec.ports[" + at + "].protocol", protocol, ContainerRules.PROTOCOLS));
                }
                at++;
            }
        }
    };
}
