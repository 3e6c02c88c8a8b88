package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
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
            if (!namespace.path("status").has("phase")) {
                namespace.withObject("/status").put("phase", "Active");
            }
        }

        @Override
        public void initialStatus(ObjectNode namespace) {
            namespace.set("status", Json.object().put("phase", "Active"));
        }

        @Override
        public void admitted(ObjectNode namespace) {
            var finalizers = namespace.withObject("/spec").withArray("/finalizers");
            for (JsonNode each : finalizers) {
                if (each.asText().equals("kubernetes")) {
                    return;
                }
            }
            finalizers.add("kubernetes");
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
            ObjectNode door = status.withObject("/daemonEndpoints/kubeletEndpoint");
            if (!door.has("Port")) {
                door.put("Port", 0);
            }
        }

        @Override
        public void initialStatus(ObjectNode node) {}
    };

    static final KindRules CONFIG_MAP = new KindRules() {
        @Override
        public void complete(ObjectNode map, @Nullable ObjectNode old) {
            map.path("binaryData").properties().forEach(each -> base64("ConfigMap", each.getValue()));
        }

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
            secret.path("data").properties().forEach(each -> base64("Secret", each.getValue()));
        }

        @Override
        public void validate(ObjectNode secret, @Nullable ObjectNode old, List<Violation> violations) {
            data(secret, old, violations);
            JsonNode data = secret.path("data");
            switch (secret.path("type").asText()) {
                case "kubernetes.io/dockerconfigjson" -> wanted(data, violations, ".dockerconfigjson");
                case "kubernetes.io/dockercfg" -> wanted(data, violations, ".dockercfg");
                case "kubernetes.io/tls" -> wanted(data, violations, "tls.crt", "tls.key");
                case "kubernetes.io/ssh-auth" -> wanted(data, violations, "ssh-privatekey");
                case "kubernetes.io/basic-auth" -> {
                    if (!data.has("username") && !data.has("password")) {
                        wanted(data, violations, "username", "password");
                    }
                }
                default -> {}
            }
            if (old != null && !old.path("type").equals(secret.path("type"))) {
                violations.add(Names.invalid("type", secret.path("type").asText(), "field is immutable"));
            }
        }
    };

    private static void wanted(JsonNode data, List<Violation> violations, String... keys) {
        for (String key : keys) {
            if (!data.has(key)) {
                violations.add(Names.required("data[" + key + "]", ""));
            }
        }
    }

    /// Bytes that cannot be read are no such object at all.
    private static void base64(String kind, JsonNode value) {
        try {
            var unused = Base64.getDecoder().decode(value.asText());
        } catch (IllegalArgumentException e) {
            throw ApiFault.badRequest(kind + " in version \"v1\" cannot be handled as a " + kind
                    + ": illegal base64 data; plain text goes into stringData or data");
        }
    }

    private static void data(ObjectNode object, @Nullable ObjectNode old, List<Violation> violations) {
        long size = 0;
        for (var each : object.path("data").properties()) {
            if (object.path("binaryData").has(each.getKey())) {
                violations.add(Names.invalid(
                        "data[" + each.getKey() + "]", each.getKey(), "duplicate of key present in binaryData"));
            }
        }
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

    static final KindRules EVENT = new EventRules(null);
}
