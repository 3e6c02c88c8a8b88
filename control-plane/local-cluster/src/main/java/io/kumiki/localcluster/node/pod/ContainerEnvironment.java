package io.kumiki.localcluster.node.pod;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Environment and argument vector of one container, in Kubernetes' order: the node's own variables, `envFrom`,
/// then `env`, later ones win.
public final class ContainerEnvironment {
    private final PodFields fields;
    private final Sources sources;
    private final String namespace;

    public ContainerEnvironment(PodFields fields, Sources sources) {
        this.fields = fields;
        this.sources = sources;
        this.namespace = fields.pod().path("metadata").path("namespace").asText();
    }

    public Map<String, String> resolve(JsonNode container, Map<String, String> nodeOwn) throws NotYet {
        Map<String, String> environment = new LinkedHashMap<>(nodeOwn);
        for (JsonNode source : container.path("envFrom")) {
            addAll(environment, source);
        }
        for (JsonNode variable : container.path("env")) {
            String name = variable.path("name").asText();
            String value = variable.has("valueFrom")
                    ? from(container, name, variable.path("valueFrom"))
                    : Expansion.expand(variable.path("value").asText(""), environment);
            if (value != null) {
                environment.put(name, value);
            }
        }
        return environment;
    }

    /// The words of a container's process: its own, or where it leaves them out those of its image.
    ///
    /// @param entryPoint of the image: `command` takes its place
    /// @param standard what the image runs when neither `command` nor `args` are given
    public static List<String> words(
            JsonNode container, List<String> entryPoint, List<String> standard, Map<String, String> environment) {
        List<String> words = new ArrayList<>();
        JsonNode command = container.path("command");
        JsonNode args = container.path("args");
        if (command.isEmpty()) {
            words.addAll(entryPoint);
            if (args.isEmpty()) {
                words.addAll(standard);
            }
        }
        command.forEach(word -> words.add(Expansion.expand(word.asText(), environment)));
        args.forEach(word -> words.add(Expansion.expand(word.asText(), environment)));
        return words;
    }

    private void addAll(Map<String, String> environment, JsonNode source) throws NotYet {
        boolean secret = source.has("secretRef");
        JsonNode reference = source.path(secret ? "secretRef" : "configMapRef");
        String name = reference.path("name").asText();
        JsonNode object = secret ? sources.secret(namespace, name) : sources.configMap(namespace, name);
        if (object == null) {
            if (reference.path("optional").asBoolean()) {
                return;
            }
            throw missing(secret, name);
        }
        String prefix = source.path("prefix").asText("");
        object.path("data")
                .properties()
                .forEach(entry -> environment.put(
                        prefix + entry.getKey(),
                        secret ? decoded(entry.getValue()) : entry.getValue().asText()));
    }

    private @Nullable String from(JsonNode container, String variable, JsonNode from) throws NotYet {
        if (from.has("fieldRef")) {
            return required(
                    variable,
                    fields.field(from.path("fieldRef").path("fieldPath").asText()),
                    from);
        }
        if (from.has("resourceFieldRef")) {
            JsonNode reference = from.path("resourceFieldRef");
            return required(
                    variable,
                    fields.resource(
                            owner(container, reference),
                            reference.path("resource").asText(),
                            reference.path("divisor").asText("")),
                    from);
        }
        boolean secret = from.has("secretKeyRef");
        if (!secret && !from.has("configMapKeyRef")) {
            return required(variable, null, from);
        }
        JsonNode reference = from.path(secret ? "secretKeyRef" : "configMapKeyRef");
        String name = reference.path("name").asText();
        JsonNode object = secret ? sources.secret(namespace, name) : sources.configMap(namespace, name);
        String key = reference.path("key").asText();
        boolean optional = reference.path("optional").asBoolean();
        if (object == null) {
            if (optional) {
                return null;
            }
            throw missing(secret, name);
        }
        JsonNode value = object.path("data").path(key);
        if (value.isMissingNode()) {
            if (optional) {
                return null;
            }
            throw new NotYet(
                    "couldn't find key " + key + " in " + (secret ? "Secret " : "ConfigMap ") + namespace + "/" + name);
        }
        return secret ? decoded(value) : value.asText();
    }

    private JsonNode owner(JsonNode container, JsonNode reference) {
        String name = reference.path("containerName").asText("");
        for (JsonNode other : fields.pod().path("spec").path("containers")) {
            if (!name.isEmpty() && other.path("name").asText().equals(name)) {
                return other;
            }
        }
        return container;
    }

    private static String required(String variable, @Nullable String value, JsonNode from) throws NotYet {
        if (value == null) {
            throw new NotYet("env " + variable + " cannot be read from " + from + ": no such source on this node");
        }
        return value;
    }

    private static NotYet missing(boolean secret, String name) {
        return new NotYet((secret ? "secret" : "configmap") + " \"" + name + "\" not found");
    }

    private static String decoded(JsonNode base64) {
        return new String(Base64.getDecoder().decode(base64.asText().replaceAll("\\s", "")), StandardCharsets.UTF_8);
    }
}
