package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.schema.CustomSchemas;
import io.kumiki.kube.select.LabelText;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What makes a CustomResourceDefinition a good one. It is established in the same write that stores it.
final class DefinitionRules implements KindRules {
    private static final Set<String> TAKEN = Set.of(
            "",
            "apiextensions.k8s.io",
            "coordination.k8s.io",
            "storage.k8s.io",
            "authentication.k8s.io",
            "authorization.k8s.io",
            "events.k8s.io",
            "apps",
            "autoscaling",
            "batch",
            "discovery.k8s.io",
            "policy");

    private final Supplier<Instant> now;

    DefinitionRules(Supplier<Instant> now) {
        this.now = now;
    }

    @Override
    public void complete(ObjectNode object, @Nullable ObjectNode old) {
        ObjectNode names = object.withObject("/spec/names");
        String kind = names.path("kind").asText();
        if (names.path("singular").asText("").isEmpty()) {
            names.put("singular", kind.toLowerCase(Locale.ROOT));
        }
        if (names.path("listKind").asText("").isEmpty()) {
            names.put("listKind", kind + "List");
        }
        ObjectNode spec = object.withObject("/spec");
        if (!spec.has("conversion")) {
            spec.putObject("conversion").put("strategy", "None");
        }
        status(object, names);
    }

    private void status(ObjectNode object, ObjectNode names) {
        ObjectNode status = object.withObject("/status");
        status.set("acceptedNames", names.deepCopy());
        if (status.path("conditions").isEmpty()) {
            ArrayNode conditions = status.putArray("conditions");
            String at =
                    now.get().truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString();
            condition(conditions, "NamesAccepted", "NoConflicts", "no conflicts found", at);
            condition(conditions, "Established", "InitialNamesAccepted", "the initial names have been accepted", at);
        }
        ArrayNode stored = status.withArray("/storedVersions");
        for (JsonNode version : object.path("spec").path("versions")) {
            String name = version.path("name").asText();
            boolean known = false;
            for (JsonNode each : stored) {
                known |= each.asText().equals(name);
            }
            if (version.path("storage").asBoolean() && !known) {
                stored.add(name);
            }
        }
    }

    private static void condition(ArrayNode conditions, String type, String reason, String message, String at) {
        conditions
                .addObject()
                .put("type", type)
                .put("status", "True")
                .put("lastTransitionTime", at)
                .put("reason", reason)
                .put("message", message);
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<Violation> violations) {
        JsonNode spec = object.path("spec");
        String group = spec.path("group").asText();
        String plural = spec.path("names").path("plural").asText();
        String wanted = plural + "." + group;
        if (!object.path("metadata").path("name").asText().equals(wanted)) {
            violations.add(Names.invalid(
                    "metadata.name",
                    object.path("metadata").path("name").asText(),
                    "must be spec.names.plural+\".\"+spec.group"));
        }
        if (!Names.subdomain(group) || !group.contains(".") || TAKEN.contains(group)) {
            violations.add(Names.invalid(
                    "spec.group",
                    group,
                    "must be a domain of its own, such as \"example.com\", and none that is built in"));
        }
        if (!Names.label(plural)) {
            violations.add(Names.invalid("spec.names.plural", plural, "a lowercase RFC 1123 label is wanted"));
        }
        if (!LabelText.validKey(spec.path("names").path("kind").asText())) {
            violations.add(Names.invalid(
                    "spec.names.kind",
                    spec.path("names").path("kind").asText(),
                    "must look like a kind, such as \"Widget\""));
        }
        String scope = spec.path("scope").asText();
        if (!scope.equals("Namespaced") && !scope.equals("Cluster")) {
            violations.add(Names.unsupported("spec.scope", scope, List.of("Cluster", "Namespaced")));
        }
        String strategy = spec.path("conversion").path("strategy").asText();
        if (!strategy.equals("None")) {
            violations.add(Names.unsupported("spec.conversion.strategy", strategy, List.of("None")));
        }
        versions(spec, violations);
        if (old != null) {
            unchanged(object, old, violations);
        }
    }

    private static void unchanged(ObjectNode object, ObjectNode old, List<Violation> violations) {
        for (String field : List.of("group", "scope")) {
            if (!object.path("spec").path(field).equals(old.path("spec").path(field))) {
                violations.add(Names.invalid(
                        "spec." + field, object.path("spec").path(field).asText(), "field is immutable"));
            }
        }
        if (!object.path("spec")
                .path("names")
                .path("kind")
                .equals(old.path("spec").path("names").path("kind"))) {
            violations.add(Names.invalid(
                    "spec.names.kind",
                    object.path("spec").path("names").path("kind").asText(),
                    "field is immutable"));
        }
    }

    private static void versions(JsonNode spec, List<Violation> violations) {
        Set<String> seen = new HashSet<>();
        int storage = 0;
        int at = 0;
        for (JsonNode version : spec.path("versions")) {
            String path = "spec.versions[" + at++ + "]";
            String name = version.path("name").asText();
            if (!Names.label(name) || !seen.add(name)) {
                violations.add(Names.invalid(path + ".name", name, "must be a lowercase RFC 1123 label, once"));
            }
            storage += version.path("storage").asBoolean() ? 1 : 0;
            JsonNode schema = version.path("schema").path("openAPIV3Schema");
            if (!schema.isObject()) {
                violations.add(Names.required(path + ".schema.openAPIV3Schema", "schemas are required"));
            } else {
                violations.addAll(CustomSchemas.read(schema, false, path + ".schema.openAPIV3Schema")
                        .violations());
            }
        }
        if (storage != 1) {
            violations.add(Names.invalid(
                    "spec.versions",
                    String.valueOf(storage),
                    "must have exactly one version marked as storage version"));
        }
    }

    @Override
    public void warn(ObjectNode object, Consumer<String> warnings) {
        for (JsonNode version : object.path("spec").path("versions")) {
            List<String> found =
                    CustomSchemas.notEnforced(version.path("schema").path("openAPIV3Schema"));
            if (!found.isEmpty()) {
                warnings.accept("version " + version.path("name").asText() + ": stored but not enforced here: "
                        + String.join(", ", found) + (found.size() > 3 ? ", …" : ""));
            }
        }
    }

    @Override
    public void initialStatus(ObjectNode object) {
        object.set("status", Json.object());
    }
}
