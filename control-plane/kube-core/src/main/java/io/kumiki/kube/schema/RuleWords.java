package io.kumiki.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Violation;
import java.util.List;

/// `x-kubernetes-validations` as text: what must be said and how. Whether the expressions are good ones is found by
/// compiling them.
final class RuleWords {
    private static final List<String> REASONS =
            List.of("FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired");

    private RuleWords() {}

    static void check(JsonNode schema, String path, List<Violation> violations) {
        JsonNode rules = schema.path("x-kubernetes-validations");
        for (int i = 0; i < rules.size(); i++) {
            rule(schema, rules.get(i), path + ".x-kubernetes-validations[" + i + "]", violations);
        }
    }

    private static void rule(JsonNode schema, JsonNode rule, String at, List<Violation> violations) {
        String text = rule.path("rule").asText("").strip();
        String message = rule.path("message").asText("");
        if (text.isEmpty()) {
            violations.add(Faults.required(at + ".rule", "rule is not specified"));
        } else if (!message.isEmpty() && message.isBlank()) {
            violations.add(Faults.invalid(at + ".message", message, "must be non-empty if specified"));
        } else if (broken(message.strip())) {
            violations.add(Faults.invalid(at + ".message", message, "must not contain line breaks"));
        } else if (broken(text) && message.isBlank()) {
            violations.add(Faults.required(at + ".message", "message must be specified if rule contains line breaks"));
        }
        String expression = rule.path("messageExpression").asText("");
        if (!expression.isEmpty() && expression.isBlank()) {
            violations.add(
                    Faults.required(at + ".messageExpression", "messageExpression must be non-empty if specified"));
        }
        if (rule.hasNonNull("reason") && !REASONS.contains(rule.get("reason").asText())) {
            violations.add(Faults.unsupported(at + ".reason", rule.get("reason"), REASONS));
        }
        String given = rule.path("fieldPath").asText("");
        if (!given.isEmpty()) {
            fieldPath(schema, given, at + ".fieldPath", violations);
        }
    }

    private static void fieldPath(JsonNode schema, String given, String at, List<Violation> violations) {
        if (given.isBlank()) {
            violations.add(Faults.invalid(at, given, "must be non-empty if specified"));
        }
        if (broken(given)) {
            violations.add(Faults.invalid(at, given, "must not contain line breaks"));
        }
        if (!FieldPath.parse(given, schema, true).problem().isEmpty()) {
            violations.add(Faults.invalid(at, given, "must be a valid path"));
        }
    }

    private static boolean broken(String text) {
        return text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0;
    }
}
