package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.pipelines.expression.Template;
import io.kumiki.pipelines.expression.Unresolvable;
import io.kumiki.pipelines.expression.Values;
import io.kumiki.pipelines.ir.ParameterSource;
import io.kumiki.pipelines.ir.PlatformSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A task's KubernetesExecutorConfig with every parameter filled in, as fragments of a PodSpec ([PlatformFields]).
/// A setting whose optional parameter is null is left out, as if it had not been written.
final class PlatformRenderer {
    private final InputResolver resolver;

    PlatformRenderer(InputResolver resolver) {
        this.resolver = resolver;
    }

    ObjectNode settings(Leaf leaf) {
        PlatformSettings written = leaf.spec().platform();
        return written == null ? Json.object() : new Rendering(written, leaf).all();
    }

    /// The names of the claims a task mounts: part of its cache key.
    List<String> claims(Leaf leaf) {
        return settings(leaf)
                .path(PlatformFields.VOLUMES)
                .valueStream()
                .map(v -> v.path("persistentVolumeClaim").path("claimName").asText())
                .filter(n -> !n.isEmpty())
                .toList();
    }

    private final class Rendering {
        private final ObjectNode config;
        private final PlatformSettings written;
        private final Group scope;
        private final ParameterScope own;
        private final ObjectNode out = Json.object();
        private final VolumeFragments volumes = new VolumeFragments(out);

        Rendering(PlatformSettings written, Leaf leaf) {
            this.written = written;
            this.config = written.config();
            this.scope = leaf.scope();
            this.own = new ParameterScope(Io.parameters(leaf.inputs), null);
        }

        ObjectNode all() {
            each("secretAsEnv", (e, at) -> keysToEnv(e, named(e, at, "secretName"), "secretKeyRef", "secretKey"));
            each(
                    "configMapAsEnv",
                    (e, at) -> keysToEnv(e, named(e, at, "configMapName"), "configMapKeyRef", "configMapKey"));
            each(
                    "fieldPathAsEnv",
                    (e, at) -> list(PlatformFields.ENV)
                            .addObject()
                            .put("name", e.path("name").asText())
                            .putObject("valueFrom")
                            .putObject("fieldRef")
                            .put("fieldPath", e.path("fieldPath").asText()));
            each("secretAsVolume", (e, at) -> volumes.secret(e, named(e, at, "secretName")));
            each("configMapAsVolume", (e, at) -> volumes.configMap(e, named(e, at, "configMapName")));
            each("pvcMount", (e, at) -> volumes.claim(e, claim(e, at)));
            each("emptyDirMounts", (e, at) -> volumes.emptyDir(e));
            each("genericEphemeralVolume", (e, at) -> volumes.ephemeral(e));
            if (config.get("enabledSharedMemory") instanceof ObjectNode shm) {
                volumes.sharedMemory(shm);
            }
            if (config.get("nodeSelector") instanceof ObjectNode selector) {
                nodeSelector(selector);
            }
            var affinity = new AffinityFragments(out);
            each(
                    "nodeAffinity",
                    (e, at) -> affinity.node(e, json(e, at, "nodeAffinityJson"), skipped(e, at, "nodeAffinityJson")));
            each("podAffinity", (e, at) -> affinity.pod(e));
            each("tolerations", this::toleration);
            each("imagePullSecret", (e, at) -> pullSecret(named(e, at, "secretName")));
            pod();
            return out;
        }

        private interface Entry {
            void render(JsonNode entry, String pointer);
        }

        private void each(String field, Entry entry) {
            JsonNode list = config.path(field);
            for (int i = 0; i < list.size(); i++) {
                entry.render(list.get(i), "/" + field + "/" + i);
            }
        }

        private ArrayNode list(String key) {
            return out.get(key) instanceof ArrayNode a ? a : out.putArray(key);
        }

        /// Null for a source that has no value; throws nothing, because optional settings may vanish.
        private @Nullable JsonNode source(String pointer) {
            ParameterSource source = written.sources().get(pointer);
            if (source instanceof ParameterSource.Constant c && c.templated()) {
                return Template.fill(c.value(), own);
            }
            return source == null ? null : resolver.value(source, scope);
        }

        /// The name by parameter, else the plain deprecated field; null when the parameter is null.
        private @Nullable String named(JsonNode e, String at, String field) {
            String pointer = at + "/" + field + "Parameter";
            if (written.sources().containsKey(pointer)) {
                JsonNode value = source(pointer);
                return value == null || Values.text(value).isEmpty() ? null : Values.text(value);
            }
            String plain = Template.compile(e.path(field).asText()).fill(own);
            return plain.isEmpty() ? null : plain;
        }

        private @Nullable String claim(JsonNode e, String at) {
            String name = named(e, at, "pvcName");
            return name == null && e.path("constant").isTextual()
                    ? e.path("constant").asText()
                    : name;
        }

        private @Nullable JsonNode json(JsonNode e, String at, String field) {
            JsonNode value = source(at + "/" + field);
            if (value == null || !value.isTextual()) {
                return value;
            }
            try {
                return Json.parse(value.textValue());
            } catch (Json.Malformed bad) {
                throw new Unresolvable(
                        "the Kubernetes setting " + at.substring(1) + "/" + field + " needs JSON: " + bad.getMessage());
            }
        }

        private boolean skipped(JsonNode e, String at, String field) {
            return e.has(field) && source(at + "/" + field) == null;
        }

        private void keysToEnv(JsonNode e, @Nullable String name, String kind, String keyField) {
            if (name == null) {
                return;
            }
            for (JsonNode k : e.path("keyToEnv")) {
                ObjectNode ref = list(PlatformFields.ENV)
                        .addObject()
                        .put("name", k.path("envVar").asText())
                        .putObject("valueFrom")
                        .putObject(kind)
                        .put("name", name)
                        .put("key", k.path(keyField).asText());
                if (e.path("optional").asBoolean(false)) {
                    ref.put("optional", true);
                }
            }
        }

        private void nodeSelector(ObjectNode selector) {
            JsonNode labels = selector.has("nodeSelectorJson")
                    ? json(selector, "/nodeSelector", "nodeSelectorJson")
                    : selector.get("labels");
            if (labels instanceof ObjectNode o && !o.isEmpty()) {
                ObjectNode into = out.putObject(PlatformFields.NODE_SELECTOR);
                o.properties().forEach(l -> into.put(l.getKey(), Values.text(l.getValue())));
            }
        }

        private void toleration(JsonNode e, String at) {
            if (e.has("tolerationJson")) {
                JsonNode value = json(e, at, "tolerationJson");
                if (value instanceof ArrayNode many) {
                    many.forEach(this::add);
                } else if (value instanceof ObjectNode one) {
                    add(one);
                }
            } else {
                add(e);
            }
        }

        private void add(JsonNode toleration) {
            if (!(toleration instanceof ObjectNode o) || o.isEmpty()) {
                return;
            }
            ObjectNode copy = o.deepCopy();
            if (copy.path("tolerationSeconds").isTextual()) {
                copy.put("tolerationSeconds", whole(copy.path("tolerationSeconds"), "tolerationSeconds"));
            }
            list(PlatformFields.TOLERATIONS).add(Values.canonical(copy));
        }

        private void pullSecret(@Nullable String name) {
            if (name != null) {
                list(PlatformFields.IMAGE_PULL_SECRETS).addObject().put("name", name);
            }
        }

        private void pod() {
            JsonNode metadata = config.path("podMetadata");
            for (String kind : List.of(PlatformFields.LABELS, PlatformFields.ANNOTATIONS)) {
                if (metadata.get(kind) instanceof ObjectNode o && !o.isEmpty()) {
                    out.set(kind, o.deepCopy());
                }
            }
            if (!config.path("imagePullPolicy").asText().isEmpty()) {
                out.put(
                        PlatformFields.IMAGE_PULL_POLICY,
                        config.path("imagePullPolicy").asText());
            }
            if (config.has("activeDeadlineSeconds")
                    && whole(config.path("activeDeadlineSeconds"), "activeDeadlineSeconds") > 0) {
                out.put(
                        PlatformFields.ACTIVE_DEADLINE_SECONDS,
                        whole(config.path("activeDeadlineSeconds"), "activeDeadlineSeconds"));
            }
            if (config.get("securityContext") instanceof ObjectNode security) {
                ObjectNode into = out.putObject(PlatformFields.SECURITY_CONTEXT);
                for (String field : List.of("runAsUser", "runAsGroup")) {
                    if (security.has(field)) {
                        into.put(field, whole(security.path(field), field));
                    }
                }
                if (security.has("runAsNonRoot")) {
                    into.put("runAsNonRoot", security.path("runAsNonRoot").asBoolean());
                }
            }
        }

        private long whole(JsonNode value, String what) {
            try {
                return value.isNumber()
                        ? value.longValue()
                        : Long.parseLong(value.asText().strip());
            } catch (NumberFormatException e) {
                throw new Unresolvable(
                        "the Kubernetes setting " + what + " needs a whole number, found \"" + value.asText() + "\"");
            }
        }
    }
}
