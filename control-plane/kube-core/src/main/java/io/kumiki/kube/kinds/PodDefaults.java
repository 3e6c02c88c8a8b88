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
        }
    }

    /// What a template says already where it is stored; the rest is said when a pod is made of it.
    static void template(ObjectNode spec) {
        put(spec, "restartPolicy", "Always");
        put(spec, "dnsPolicy", "ClusterFirst");
        put(spec, "schedulerName", "default-scheduler");
        if (!spec.has("terminationGracePeriodSeconds")) {
            spec.put("terminationGracePeriodSeconds", 30);
        }
        if (!spec.has("securityContext")) {
            spec.putObject("securityContext");
        }
        for (String list : List.of("containers", "initContainers")) {
            spec.path(list).forEach(container -> container((ObjectNode) container));
        }
        spec.path("volumes").forEach(volume -> volume((ObjectNode) volume));
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
        }
        for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
            if (container.path(probe) instanceof ObjectNode given) {
                probe(given);
            }
        }
    }

    private static void probe(ObjectNode probe) {
        put(probe, "timeoutSeconds", 1);
        put(probe, "periodSeconds", 10);
        put(probe, "successThreshold", 1);
        put(probe, "failureThreshold", 3);
        if (probe.path("httpGet") instanceof ObjectNode http) {
            put(http, "path", "/");
            put(http, "scheme", "HTTP");
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
