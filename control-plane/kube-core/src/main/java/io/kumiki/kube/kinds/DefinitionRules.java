package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.schema.Faults;
import io.kumiki.kube.schema.NameRules;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What makes a CustomResourceDefinition a good one. Its versions are the matter of {@link VersionRules}.
final class DefinitionRules implements KindRules {
    /// Groups of kinds that are built in and that a definition must not shadow.
    private static final Set<String> TAKEN = Set.of(
            "admissionregistration.k8s.io",
            "apiextensions.k8s.io",
            "apiregistration.k8s.io",
            "authentication.k8s.io",
            "authorization.k8s.io",
            "certificates.k8s.io",
            "coordination.k8s.io",
            "discovery.k8s.io",
            "events.k8s.io",
            "flowcontrol.apiserver.k8s.io",
            "networking.k8s.io",
            "node.k8s.io",
            "rbac.authorization.k8s.io",
            "scheduling.k8s.io",
            "storage.k8s.io");
    private static final String APPROVED = "api-approved.kubernetes.io";

    private final VersionRules versions = new VersionRules();

    @Override
    public boolean slow() {
        return true;
    }

    @Override
    public void foresee(ObjectNode object, @Nullable ObjectNode old) {
        versions.foresee(object.path("spec"), spec(old));
    }

    private static JsonNode spec(@Nullable ObjectNode definition) {
        return definition == null ? Json.object() : definition.path("spec");
    }

    @Override
    public void complete(ObjectNode object, @Nullable ObjectNode old) {
        ObjectNode names = object.withObject("/spec/names");
        String kind = names.path("kind").asText();
        if (names.path("singular").asText("").isEmpty()) {
            names.put("singular", kind.toLowerCase(Locale.ROOT));
        }
        if (names.path("listKind").asText("").isEmpty() && !kind.isEmpty()) {
            names.put("listKind", kind + "List");
        }
        ObjectNode spec = object.withObject("/spec");
        if (!spec.hasNonNull("conversion")) {
            spec.putObject("conversion").put("strategy", "None");
        }
        for (JsonNode version : spec.path("versions")) {
            JsonNode scale = version.path("subresources").path("scale");
            if (scale instanceof ObjectNode paths
                    && paths.path("labelSelectorPath").isNull()) {
                paths.remove("labelSelectorPath");
            }
        }
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<Violation> violations) {
        JsonNode spec = object.path("spec");
        String group = spec.path("group").asText("");
        String plural = spec.path("names").path("plural").asText("");
        String name = object.path("metadata").path("name").asText();
        if (!name.equals(plural + "." + group)) {
            violations.add(Faults.invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group"));
        }
        group(group, violations);
        oneOf("spec.scope", spec.path("scope"), List.of("Cluster", "Namespaced"), violations);
        names(spec.path("names"), violations);
        conversion(spec.path("conversion"), violations);
        versions(spec, spec(old), violations);
        if (spec.path("preserveUnknownFields").asBoolean()) {
            violations.add(Faults.invalid(
                    "spec.preserveUnknownFields",
                    spec.get("preserveUnknownFields"),
                    "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema"
                            + " instead"));
        }
        approval(object, group, old != null, violations);
        storedVersions(object, violations);
        if (old != null) {
            unchanged(spec, old, violations);
        }
    }

    private static void group(String group, List<Violation> violations) {
        String at = "spec.group";
        if (group.isEmpty()) {
            violations.add(Faults.required(at, ""));
        } else if (!NameRules.dns1123Subdomain(group).isEmpty()) {
            violations.add(Faults.invalid(at, group, NameRules.dns1123Subdomain(group)));
        } else if (!group.contains(".")) {
            violations.add(Faults.invalid(at, group, "should be a domain with at least one dot"));
        } else if (TAKEN.contains(group)) {
            violations.add(Faults.invalid(at, group, "the kinds of this group are built in"));
        }
    }

    private static void oneOf(String at, JsonNode value, List<String> accepted, List<Violation> violations) {
        if (value.asText("").isEmpty()) {
            violations.add(Faults.required(at, ""));
        } else if (!accepted.contains(value.asText())) {
            violations.add(Faults.unsupported(at, value, accepted));
        }
    }

    private static void names(JsonNode names, List<Violation> violations) {
        for (String field : List.of("plural", "singular", "kind", "listKind")) {
            String at = "spec.names." + field;
            String name = names.path(field).asText("");
            boolean mixed = field.endsWith("ind");
            String wrong = NameRules.dns1035(mixed ? name.toLowerCase(Locale.ROOT) : name);
            if (name.isEmpty()) {
                violations.add(Faults.required(at, ""));
            } else if (!wrong.isEmpty()) {
                violations.add(Faults.invalid(
                        at, name, mixed ? "may have mixed case, but should otherwise match: " + wrong : wrong));
            }
        }
        for (String field : List.of("shortNames", "categories")) {
            for (int i = 0; i < names.path(field).size(); i++) {
                String name = names.path(field).get(i).asText();
                if (!NameRules.dns1035(name).isEmpty()) {
                    violations.add(
                            Faults.invalid("spec.names." + field + "[" + i + "]", name, NameRules.dns1035(name)));
                }
            }
        }
        String kind = names.path("kind").asText("");
        if (!kind.isEmpty() && kind.equals(names.path("listKind").asText(""))) {
            violations.add(Faults.invalid("spec.names.listKind", kind, "kind and listKind may not be the same"));
        }
    }

    private static void conversion(JsonNode conversion, List<Violation> violations) {
        String at = "spec.conversion";
        String strategy = conversion.path("strategy").asText("");
        if (strategy.equals("Webhook")) {
            violations.add(Faults.forbidden(
                    at + ".strategy",
                    "conversion webhooks are not called by this server: versions must differ in their schema only"
                            + " (strategy None)"));
            return;
        }
        oneOf(at + ".strategy", conversion.path("strategy"), List.of("None", "Webhook"), violations);
        if (conversion.hasNonNull("webhook")) {
            violations.add(Faults.forbidden(at + ".webhook", "should not be set when strategy is not set to Webhook"));
        }
    }

    private void versions(JsonNode spec, JsonNode old, List<Violation> violations) {
        JsonNode all = spec.path("versions");
        Set<String> seen = new HashSet<>();
        int storage = 0;
        boolean unique = true;
        for (int i = 0; i < all.size(); i++) {
            JsonNode version = all.get(i);
            String path = "spec.versions[" + i + "]";
            String name = version.path("name").asText("");
            unique &= seen.add(name);
            storage += version.path("storage").asBoolean() ? 1 : 0;
            if (!NameRules.dns1035(name).isEmpty()) {
                violations.add(Faults.invalid(path + ".name", name, NameRules.dns1035(name)));
            }
        }
        versions.check(spec, old, violations);
        if (!unique) {
            violations.add(Faults.invalid("spec.versions", all, "must contain unique version names"));
        }
        if (storage != 1) {
            violations.add(
                    Faults.invalid("spec.versions", all, "must have exactly one version marked as storage version"));
            if (storage == 0) {
                violations.add(
                        Faults.invalid("status.storedVersions", "null", "must have at least one stored version"));
            }
        }
    }

    /// Groups of the Kubernetes community are only to be used with its consent.
    private static void approval(ObjectNode object, String group, boolean update, List<Violation> violations) {
        boolean guarded = ("." + group).endsWith(".k8s.io") || ("." + group).endsWith(".kubernetes.io");
        String given =
                object.path("metadata").path("annotations").path(APPROVED).asText("");
        String at = "metadata.annotations[" + APPROVED + "]";
        String wants = "protected groups must have approval annotation \"" + APPROVED + "\"";
        String see = ", see https://github.com/kubernetes/enhancements/pull/1111";
        if (!guarded || update || given.startsWith("unapproved") || given.matches("[a-z]+://[^/]+.*")) {
            return;
        }
        violations.add(
                given.isEmpty()
                        ? Faults.required(at, wants + see)
                        : Faults.invalid(
                                at,
                                given,
                                wants + " with either a URL or a reason starting with \"unapproved\"" + see));
    }

    private static void storedVersions(ObjectNode object, List<Violation> violations) {
        Set<String> versions = new TreeSet<>();
        object.path("spec")
                .path("versions")
                .forEach(each -> versions.add(each.path("name").asText()));
        JsonNode stored = object.path("status").path("storedVersions");
        for (int i = 0; i < stored.size(); i++) {
            String name = stored.get(i).asText();
            if (!versions.contains(name)) {
                violations.add(Faults.invalid(
                        "status.storedVersions[" + i + "]",
                        name,
                        "missing from spec.versions; " + name
                                + " was previously a storage version, and must remain in spec.versions until a storage"
                                + " migration ensures no data remains persisted in " + name + " and removes " + name
                                + " from status.storedVersions"));
            }
        }
    }

    private static void unchanged(JsonNode spec, ObjectNode old, List<Violation> violations) {
        JsonNode before = old.path("spec");
        boolean established = DefinitionStatus.is(old, "Established");
        Map<String, Boolean> fields = Map.of(
                "spec.scope",
                established,
                "spec.names.kind",
                established,
                "spec.group",
                true,
                "spec.names.plural",
                true);
        for (String field : new TreeSet<>(fields.keySet())) {
            JsonNode now = Fields.at(spec, field.substring(5));
            if (Boolean.TRUE.equals(fields.get(field)) && !now.equals(Fields.at(before, field.substring(5)))) {
                violations.add(Faults.invalid(field, now, "field is immutable"));
            }
        }
    }

    @Override
    public void initialStatus(ObjectNode object) {
        object.set("status", Json.object());
    }
}
