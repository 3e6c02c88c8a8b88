package io.kumiki.kube.admission.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.admission.AdmissionRequest;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.select.LabelSelector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One webhook of one configuration, read once.
record Hook(
        String name,
        JsonNode client,
        List<Rule> rules,
        LabelSelector namespaces,
        LabelSelector objects,
        boolean exact,
        boolean ignoresFailure,
        boolean again,
        JsonNode conditions,
        Duration timeout) {
    /// What a webhook wants to be asked about.
    record Rule(
            List<String> operations, List<String> groups, List<String> versions, List<String> resources, String scope) {
        boolean matches(AdmissionRequest.Operation operation, Kind kind, String subresource) {
            return any(operations, operation.name())
                    && any(groups, kind.type().group())
                    && any(versions, kind.type().version())
                    && resource(kind.type().plural(), subresource)
                    && (scope.equals("*") || scope.equals(kind.namespaced() ? "Namespaced" : "Cluster"));
        }

        private boolean resource(String plural, String subresource) {
            String whole = subresource.isEmpty() ? plural : plural + "/" + subresource;
            if (resources.contains(whole) || resources.contains("*/*")) {
                return true;
            }
            return subresource.isEmpty()
                    ? resources.contains("*")
                    : resources.contains("*/" + subresource) || resources.contains(plural + "/*");
        }

        private static boolean any(List<String> words, String word) {
            return words.contains("*") || words.contains(word);
        }
    }

    static Hook read(JsonNode hook) {
        List<Rule> rules = new ArrayList<>();
        for (JsonNode rule : hook.path("rules")) {
            rules.add(new Rule(
                    texts(rule, "operations"),
                    texts(rule, "apiGroups"),
                    texts(rule, "apiVersions"),
                    texts(rule, "resources"),
                    rule.path("scope").asText("*")));
        }
        return new Hook(
                hook.path("name").asText(),
                hook.path("clientConfig"),
                rules,
                LabelSelector.of(hook.path("namespaceSelector")),
                LabelSelector.of(hook.path("objectSelector")),
                hook.path("matchPolicy").asText().equals("Exact"),
                hook.path("failurePolicy").asText().equals("Ignore"),
                hook.path("reinvocationPolicy").asText("").equals("IfNeeded"),
                hook.path("matchConditions"),
                Duration.ofSeconds(hook.path("timeoutSeconds").asInt(10)));
    }

    private static List<String> texts(JsonNode rule, String field) {
        List<String> texts = new ArrayList<>();
        rule.path(field).forEach(each -> texts.add(each.asText()));
        return texts;
    }

    /// The kind in whose form the webhook wants the object: the request's own, or, unless it wants exact matches,
    /// another version of the same thing. `null` when no rule matches.
    @Nullable
    Kind wants(AdmissionRequest.Operation operation, Kind kind, String subresource, List<Kind> versions) {
        if (rules.stream().anyMatch(rule -> rule.matches(operation, kind, subresource))) {
            return kind;
        }
        for (Kind other : exact ? List.<Kind>of() : versions) {
            if (rules.stream().anyMatch(rule -> rule.matches(operation, other, subresource))) {
                return other;
            }
        }
        return null;
    }

    /// @param namespace the labels of the object's namespace; for a namespace its own; `null` for what is in none
    boolean selects(@Nullable JsonNode namespace, AdmissionRequest request) {
        JsonNode old = request.old();
        return (namespace == null || namespaces.matches(label -> text(namespace, label)))
                && (objects.matches(label -> text(labels(request.object()), label))
                        || (old != null && objects.matches(label -> text(labels(old), label))));
    }

    private static JsonNode labels(JsonNode object) {
        return object.path("metadata").path("labels");
    }

    private static @Nullable String text(JsonNode labels, String name) {
        return labels.has(name) ? labels.path(name).asText() : null;
    }

    static final Set<String> EXEMPT = Set.of(
            "mutatingwebhookconfigurations.admissionregistration.k8s.io",
            "validatingwebhookconfigurations.admissionregistration.k8s.io");
}
