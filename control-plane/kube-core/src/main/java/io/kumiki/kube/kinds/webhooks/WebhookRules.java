package io.kumiki.kube.kinds.webhooks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.cel.MatchConditions;
import io.kumiki.kube.kinds.Fields;
import io.kumiki.kube.kinds.KindRules;
import io.kumiki.model.Violation;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What makes a webhook configuration a good one. What cannot be honoured here is refused by name.
record WebhookRules(boolean mutating) implements KindRules {
    private static final List<String> OPERATIONS = List.of("*", "CONNECT", "CREATE", "DELETE", "UPDATE");

    @Override
    public void complete(ObjectNode configuration, @Nullable ObjectNode old) {
        for (JsonNode each : configuration.path("webhooks")) {
            if (!(each instanceof ObjectNode hook)) {
                continue;
            }
            Fields.fill(hook, "failurePolicy", "Fail");
            Fields.fill(hook, "matchPolicy", "Equivalent");
            hook.withObject("/namespaceSelector");
            hook.withObject("/objectSelector");
            if (!hook.hasNonNull("timeoutSeconds")) {
                hook.put("timeoutSeconds", 10);
            }
            if (mutating) {
                Fields.fill(hook, "reinvocationPolicy", "Never");
            }
            hook.path("rules").forEach(rule -> Fields.fill((ObjectNode) rule, "scope", "*"));
            if (hook.path("clientConfig").path("service") instanceof ObjectNode service && !service.has("port")) {
                service.put("port", 443);
            }
        }
    }

    @Override
    public void validate(ObjectNode configuration, @Nullable ObjectNode old, List<Violation> violations) {
        Set<String> names = new HashSet<>();
        int at = 0;
        for (JsonNode hook : configuration.path("webhooks")) {
            String path = "webhooks[" + at++ + "]";
            String name = hook.path("name").asText("");
            if (!Names.subdomain(name) || name.split("\\.").length < 3) {
                violations.add(Names.invalid(
                        path + ".name", name, "should be a domain with at least three segments separated by dots"));
            }
            if (!names.add(name)) {
                violations.add(
                        new Violation(path + ".name", "FieldValueDuplicate", "Duplicate value: \"" + name + "\""));
            }
            choices(hook, path, violations);
            client(hook.path("clientConfig"), path + ".clientConfig", violations);
            int of = 0;
            for (JsonNode rule : hook.path("rules")) {
                rule(rule, path + ".rules[" + of++ + "]", violations);
            }
        }
    }

    private void choices(JsonNode hook, String path, List<Violation> violations) {
        oneOf(hook, path, "failurePolicy", List.of("Fail", "Ignore"), violations);
        oneOf(hook, path, "matchPolicy", List.of("Equivalent", "Exact"), violations);
        if (mutating) {
            oneOf(hook, path, "reinvocationPolicy", List.of("Never", "IfNeeded"), violations);
        }
        if (!hook.hasNonNull("sideEffects")) {
            violations.add(Names.required(path + ".sideEffects", "must specify one of None, NoneOnDryRun"));
        } else {
            oneOf(hook, path, "sideEffects", List.of("None", "NoneOnDryRun"), violations);
        }
        int seconds = hook.path("timeoutSeconds").asInt();
        if (seconds < 1 || seconds > 30) {
            violations.add(Names.invalid(
                    path + ".timeoutSeconds",
                    String.valueOf(seconds),
                    "the timeout value must be between 1 and 30 seconds"));
        }
        boolean known = false;
        for (JsonNode version : hook.path("admissionReviewVersions")) {
            known |= version.asText().equals("v1");
        }
        if (hook.path("admissionReviewVersions").isEmpty()) {
            violations.add(Names.required(path + ".admissionReviewVersions", "must specify one of v1"));
        } else if (!known) {
            violations.add(Names.invalid(
                    path + ".admissionReviewVersions",
                    hook.path("admissionReviewVersions").toString(),
                    "must include at least one of v1"));
        }
        if (!hook.path("matchConditions").isEmpty()) {
            MatchConditions.check(hook.path("matchConditions"), path + ".matchConditions", violations);
        }
    }

    private static void oneOf(
            JsonNode hook, String path, String field, List<String> values, List<Violation> violations) {
        String value = hook.path(field).asText("");
        if (!values.contains(value)) {
            violations.add(Names.unsupported(path + "." + field, value, values));
        }
    }

    private static void client(JsonNode client, String path, List<Violation> violations) {
        boolean url = client.hasNonNull("url");
        JsonNode service = client.path("service");
        if (url == service.isObject()) {
            violations.add(Names.required(path, "exactly one of url or service is required"));
        }
        if (url) {
            url(client.path("url").asText(), path + ".url", violations);
        }
        if (service.isObject()) {
            for (String field : List.of("name", "namespace")) {
                if (service.path(field).asText("").isEmpty()) {
                    violations.add(Names.required(path + ".service." + field, "service " + field + " is required"));
                }
            }
            String under = service.path("path").asText("/");
            if (!under.startsWith("/")) {
                violations.add(Names.invalid(path + ".service.path", under, "must start with a '/'"));
            }
            int port = service.path("port").asInt();
            if (port < 1 || port > 65_535) {
                violations.add(Names.invalid(
                        path + ".service.port",
                        String.valueOf(port),
                        "port is not valid: must be between 1 and 65535, inclusive"));
            }
        }
    }

    private static void url(String text, String path, List<Violation> violations) {
        try {
            URI url = new URI(text);
            if (!"https".equals(url.getScheme())) {
                violations.add(Names.invalid(
                        path, text, "'https' is the only allowed URL scheme; desired format: https://host[/path]"));
            }
            if (url.getHost() == null) {
                violations.add(
                        Names.invalid(path, text, "host must be specified; desired format: https://host[/path]"));
            }
            if (url.getUserInfo() != null) {
                violations.add(Names.invalid(
                        path,
                        text,
                        "user information is not permitted in the URL; desired format: https://host[/path]"));
            }
            if (url.getFragment() != null) {
                violations.add(Names.invalid(
                        path, text, "fragments are not permitted in the URL; desired format: https://host[/path]"));
            }
            if (url.getQuery() != null) {
                violations.add(Names.invalid(
                        path,
                        text,
                        "query parameters are not permitted in the URL; desired format: https://host[/path]"));
            }
        } catch (URISyntaxException e) {
            violations.add(Names.invalid(path, text, "url must be a valid URL; desired format: https://host[/path]"));
        }
    }

    private static void rule(JsonNode rule, String path, List<Violation> violations) {
        for (String field : List.of("operations", "apiGroups", "apiVersions", "resources")) {
            if (rule.path(field).isEmpty()) {
                violations.add(Names.required(path + "." + field, ""));
            }
            boolean all = false;
            int at = 0;
            int whole = 0;
            for (JsonNode each : rule.path(field)) {
                all |= each.asText().equals("*");
                if (field.equals("operations") && !OPERATIONS.contains(each.asText())) {
                    violations.add(Names.unsupported(path + ".operations[" + at + "]", each.asText(), OPERATIONS));
                }
                at++;
                whole += each.asText().contains("/") ? 0 : 1;
            }
            if (all && field.equals("resources") && whole > 1) {
                violations.add(Names.invalid(
                        path + "." + field,
                        rule.path(field).toString(),
                        "if '*' is present, must not specify other resources without subresources"));
            }
            if (all && rule.path(field).size() > 1 && !field.equals("resources")) {
                violations.add(Names.invalid(
                        path + "." + field,
                        rule.path(field).toString(),
                        "if '*' is present, must not specify other "
                                + (field.equals("operations") ? "operations" : "values")));
            }
        }
        if (!List.of("*", "Cluster", "Namespaced").contains(rule.path("scope").asText())) {
            violations.add(Names.unsupported(
                    path + ".scope", rule.path("scope").asText(), List.of("*", "Cluster", "Namespaced")));
        }
    }
}
