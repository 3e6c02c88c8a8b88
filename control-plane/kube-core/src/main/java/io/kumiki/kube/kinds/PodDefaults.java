package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// What Kubernetes fills in where a pod says nothing.
final class PodDefaults {
    private static final int READABLE = 420;

    private PodDefaults() {}

    static void fill(ObjectNode spec) {
        template(spec);
        String account = spec.path("serviceAccountName")
                .asText(spec.path("serviceAccount").asText(""));
        if (!account.isEmpty()) {
            spec.put("serviceAccountName", account);
            spec.put("serviceAccount", account);
        }
        if (!spec.has("enableServiceLinks")) {
            spec.put("enableServiceLinks", true);
        }
        for (String list : List.of("containers", "initContainers")) {
            spec.path(list).forEach(container -> requests((ObjectNode) container));
            if (spec.path("hostNetwork").asBoolean()) {
                spec.path(list).forEach(PodDefaults::hostPorts);
            }
        }
    }

    /// What a template says already where it is stored; the rest is said when a pod is made of it.
    static void template(ObjectNode spec) {
        put(spec, "restartPolicy", "Always");
        put(spec, "dnsPolicy", "ClusterFirst");
        put(spec, "schedulerName", "default-scheduler");
        if (!spec.has("terminationGracePeriodSeconds")) {
            spec.put("terminationGracePeriodSeconds", 30);
        } else if (spec.path("terminationGracePeriodSeconds").asLong() < 0) {
            spec.put("terminationGracePeriodSeconds", 1);
        }
        switchedOff(spec);
        if (!spec.has("securityContext")) {
            spec.putObject("securityContext");
        }
        for (String list : List.of("containers", "initContainers")) {
            spec.path(list).forEach(container -> container((ObjectNode) container));
        }
        spec.path("volumes").forEach(volume -> volume((ObjectNode) volume));
    }

    /// Fields of features that Kubernetes 1.34 has switched off and that nobody honours here: it drops them as well.
    private static void switchedOff(ObjectNode spec) {
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode each : spec.path(list)) {
                ObjectNode container = (ObjectNode) each;
                boolean sidecar = list.equals("initContainers")
                        && container.path("restartPolicy").asText().equals("Always");
                if (!sidecar) {
                    container.remove("restartPolicy");
                }
                container.remove("restartPolicyRules");
            }
        }
    }

    /// On the node's own network a port is one of the node's. Templates leave that to their pods.
    private static void hostPorts(JsonNode container) {
        for (JsonNode each : container.path("ports")) {
            if (each.path("hostPort").asInt() == 0 && each.has("containerPort")) {
                ((ObjectNode) each).set("hostPort", each.get("containerPort"));
            }
        }
    }

    private static void requests(ObjectNode container) {
        ObjectNode resources = container.withObject("/resources");
        resources.path("limits").properties().forEach(limit -> {
            if (!resources.path("requests").has(limit.getKey())) {
                resources.withObject("/requests").set(limit.getKey(), limit.getValue());
            }
        });
    }

    private static void container(ObjectNode container) {
        put(container, "terminationMessagePath", "/dev/termination-log");
        put(container, "terminationMessagePolicy", "File");
        String image = container.path("image").asText("");
        int tag = image.lastIndexOf(':');
        boolean latest = !image.contains("@") && (tag <= image.lastIndexOf('/') || image.endsWith(":latest"));
        put(container, "imagePullPolicy", latest ? "Always" : "IfNotPresent");
        container.withObject("/resources");
        container.path("ports").forEach(port -> put((ObjectNode) port, "protocol", "TCP"));
        for (JsonNode env : container.path("env")) {
            if (env.path("valueFrom").path("fieldRef") instanceof ObjectNode field) {
                put(field, "apiVersion", "v1");
            }
            if (env.path("valueFrom").path("resourceFieldRef") instanceof ObjectNode resource) {
                put(resource, "divisor", "0");
            }
        }
        for (String hook : List.of("postStart", "preStop")) {
            http(container.path("lifecycle").path(hook));
        }
        for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
            if (container.path(probe) instanceof ObjectNode given) {
                probe(given);
            }
        }
    }

    private static void probe(ObjectNode probe) {
        number(probe, "timeoutSeconds", 1);
        number(probe, "periodSeconds", 10);
        number(probe, "successThreshold", 1);
        number(probe, "failureThreshold", 3);
        if (probe.path("grpc") instanceof ObjectNode grpc && !grpc.has("service")) {
            grpc.put("service", "");
        }
        http(probe);
    }

    private static void http(JsonNode handler) {
        if (handler.path("httpGet") instanceof ObjectNode http) {
            filled(http, "path", "/");
            filled(http, "scheme", "HTTP");
        }
    }

    /// Zero says nothing here.
    private static void number(ObjectNode object, String field, int value) {
        if (object.path(field).asInt() == 0) {
            object.put(field, value);
        }
    }

    private static void filled(ObjectNode object, String field, String value) {
        if (object.path(field).asText("").isEmpty()) {
            object.put(field, value);
        }
    }

    private static void volume(ObjectNode volume) {
        for (String source : List.of("configMap", "secret", "downwardAPI", "projected")) {
            if (volume.path(source) instanceof ObjectNode given) {
                put(given, "defaultMode", READABLE);
            }
        }
        for (JsonNode source : volume.path("projected").path("sources")) {
            if (source.path("serviceAccountToken") instanceof ObjectNode token) {
                put(token, "expirationSeconds", 3600);
            }
        }
        boolean bare = volume.size() == 1;
        if (bare) {
            volume.putObject("emptyDir");
        }
    }

    private static void put(ObjectNode object, String field, String value) {
        if (!object.hasNonNull(field)) {
            object.put(field, value);
        }
    }

    private static void put(ObjectNode object, String field, int value) {
        if (!object.hasNonNull(field)) {
            object.put(field, value);
        }
    }
}
