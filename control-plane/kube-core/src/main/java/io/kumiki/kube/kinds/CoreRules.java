package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The smaller kinds' rules.
final class CoreRules {
    private static final Pattern DATA_KEY = Pattern.compile("[-._a-zA-Z0-9]{1,253}");
    private static final int DATA_BYTES = 1 << 20;

    private CoreRules() {}

    static final KindRules NAMESPACE = new KindRules() {
        @Override
        public void complete(ObjectNode namespace, @Nullable ObjectNode old) {
            String name = namespace.path("metadata").path("name").asText();
            namespace.withObject("/metadata/labels").put("kubernetes.io/metadata.name", name);
            if (old == null) {
                namespace.withObject("/spec").putArray("finalizers").add("kubernetes");
            }
            if (!namespace.path("status").has("phase")) {
                namespace.withObject("/status").put("phase", "Active");
            }
        }

        @Override
        public void initialStatus(ObjectNode namespace) {
            namespace.set("status", Json.object().put("phase", "Active"));
        }
    };

    /// Whoever registers a machine says at once how it is.
    static final KindRules NODE = new KindRules() {
        @Override
        public void complete(ObjectNode node, @Nullable ObjectNode old) {
            node.withObject("/spec");
            ObjectNode status = node.withObject("/status");
            if (status.has("capacity") && !status.has("allocatable")) {
                status.set("allocatable", status.get("capacity"));
            }
        }

        @Override
        public void initialStatus(ObjectNode node) {}
    };

    static final KindRules SERVICE = new KindRules() {
        @Override
        public void complete(ObjectNode service, @Nullable ObjectNode old) {
            ObjectNode spec = service.withObject("/spec");
            Fields.fill(spec, "type", "ClusterIP");
            Fields.fill(spec, "sessionAffinity", "None");
            Fields.fill(spec, "internalTrafficPolicy", "Cluster");
            for (JsonNode each : spec.path("ports")) {
                ObjectNode port = (ObjectNode) each;
                Fields.fill(port, "protocol", "TCP");
                if (!port.has("targetPort")) {
                    port.set("targetPort", port.path("port"));
                }
            }
            service.withObject("/status").withObject("/loadBalancer");
        }

        @Override
        public void validate(ObjectNode service, @Nullable ObjectNode old, List<Violation> violations) {
            JsonNode spec = service.path("spec");
            String type = spec.path("type").asText();
            if (!List.of("ClusterIP", "ExternalName").contains(type)) {
                violations.add(Names.unsupported("spec.type", type, List.of("ClusterIP", "ExternalName")));
            }
            int at = 0;
            for (JsonNode port : spec.path("ports")) {
                int number = port.path("port").asInt();
                if (number < 1 || number > 65_535) {
                    violations.add(Names.invalid(
                            "spec.ports[" + at + "].port",
                            port.path("port").asText(),
                            "must be between 1 and 65535, inclusive"));
                }
                if (spec.path("ports").size() > 1
                        && port.path("name").asText("").isEmpty()) {
                    violations.add(Names.required("spec.ports[" + at + "].name", ""));
                }
                at++;
            }
        }
    };

    static final KindRules CONFIG_MAP = new KindRules() {
        @Override
        public void validate(ObjectNode map, @Nullable ObjectNode old, List<Violation> violations) {
            data(map, old, violations);
        }
    };

    static final KindRules SECRET = new KindRules() {
        @Override
        public void complete(ObjectNode secret, @Nullable ObjectNode old) {
            Fields.fill(secret, "type", "Opaque");
            JsonNode plain = secret.path("stringData");
            if (!plain.isEmpty()) {
                ObjectNode data = secret.withObject("/data");
                plain.properties()
                        .forEach(each -> data.put(
                                each.getKey(),
                                Base64.getEncoder()
                                        .encodeToString(each.getValue().asText().getBytes(StandardCharsets.UTF_8))));
            }
            secret.remove("stringData");
        }

        @Override
        public void validate(ObjectNode secret, @Nullable ObjectNode old, List<Violation> violations) {
            data(secret, old, violations);
            secret.path("data").properties().forEach(each -> {
                try {
                    var unused = Base64.getDecoder().decode(each.getValue().asText());
                } catch (IllegalArgumentException e) {
                    violations.add(Names.invalid(
                            "data[" + each.getKey() + "]", "…", "is not base64; plain text goes into stringData"));
                }
            });
            if (old != null && !old.path("type").equals(secret.path("type"))) {
                violations.add(Names.invalid("type", secret.path("type").asText(), "field is immutable"));
            }
        }
    };

    private static void data(ObjectNode object, @Nullable ObjectNode old, List<Violation> violations) {
        long size = 0;
        for (String field : List.of("data", "binaryData")) {
            for (var each : object.path(field).properties()) {
                if (!DATA_KEY.matcher(each.getKey()).matches()) {
                    violations.add(Names.invalid(
                            field + "[" + each.getKey() + "]",
                            each.getKey(),
                            "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"));
                }
                size += each.getValue().asText().length();
            }
        }
        if (size > DATA_BYTES) {
            violations.add(
                    new Violation("", "FieldValueTooLong", "Too long: may not be more than " + DATA_BYTES + " bytes"));
        }
        if (old != null && old.path("immutable").asBoolean()) {
            for (String field : List.of("data", "binaryData", "immutable")) {
                if (!object.path(field).equals(old.path(field))) {
                    violations.add(Names.forbidden(field, "field is immutable when `immutable` is set"));
                }
            }
        }
    }

    static final KindRules CLAIM = new KindRules() {
        @Override
        public void complete(ObjectNode claim, @Nullable ObjectNode old) {
            Fields.fill(claim.withObject("/spec"), "volumeMode", "Filesystem");
        }

        @Override
        public void initialStatus(ObjectNode claim) {
            claim.set("status", Json.object().put("phase", "Pending"));
        }

        @Override
        public void validate(ObjectNode claim, @Nullable ObjectNode old, List<Violation> violations) {
            JsonNode spec = claim.path("spec");
            if (spec.path("accessModes").isEmpty()) {
                violations.add(Names.required("spec.accessModes", "at least 1 access mode is required"));
            }
            if (!spec.path("resources").path("requests").has("storage")) {
                violations.add(Names.required("spec.resources[storage]", ""));
            }
            if (old != null && !old.path("spec").path("volumeName").asText("").isEmpty()) {
                for (String field :
                        List.of("accessModes", "storageClassName", "volumeName", "selector", "volumeMode")) {
                    if (!spec.path(field).equals(old.path("spec").path(field))) {
                        violations.add(Names.forbidden(
                                "spec." + field,
                                "spec is immutable after creation except resources.requests for bound claims"));
                    }
                }
            }
        }
    };

    static final KindRules VOLUME = new KindRules() {
        @Override
        public void complete(ObjectNode volume, @Nullable ObjectNode old) {
            Fields.fill(volume.withObject("/spec"), "volumeMode", "Filesystem");
            Fields.fill(volume.withObject("/spec"), "persistentVolumeReclaimPolicy", "Retain");
        }

        @Override
        public void initialStatus(ObjectNode volume) {
            volume.set("status", Json.object().put("phase", "Available"));
        }
    };

    static final KindRules STORAGE_CLASS = new KindRules() {
        @Override
        public void complete(ObjectNode storage, @Nullable ObjectNode old) {
            Fields.fill(storage, "reclaimPolicy", "Delete");
            Fields.fill(storage, "volumeBindingMode", "Immediate");
        }

        @Override
        public void validate(ObjectNode storage, @Nullable ObjectNode old, List<Violation> violations) {
            if (old == null) {
                return;
            }
            for (String field : List.of("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode")) {
                if (!storage.path(field).equals(old.path(field))) {
                    violations.add(Names.forbidden(field, "updates to " + field + " are forbidden."));
                }
            }
        }
    };

    static final KindRules EVENT = new KindRules() {
        @Override
        public void validate(ObjectNode event, @Nullable ObjectNode old, List<Violation> violations) {
            String about = event.path("involvedObject").path("namespace").asText("");
            String own = event.path("metadata").path("namespace").asText();
            if (!about.equals(own) && !(about.isEmpty() && own.equals("default"))) {
                violations.add(Names.invalid("involvedObject.namespace", about, "does not match event.namespace"));
            }
        }
    };
}
