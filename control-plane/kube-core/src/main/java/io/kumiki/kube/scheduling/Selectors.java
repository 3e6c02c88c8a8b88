package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/// Label selectors, node selector terms, taints and tolerations, as Kubernetes matches them.
public final class Selectors {
    private Selectors() {}

    /// A `LabelSelector`: every matchLabels entry and every expression must hold; an empty selector matches
    /// everything, a missing one nothing.
    static boolean labels(JsonNode selector, JsonNode labels) {
        if (selector.isMissingNode() || selector.isNull()) {
            return false;
        }
        for (var entry : selector.path("matchLabels").properties()) {
            if (!entry.getValue().asText().equals(text(labels, entry.getKey()))) {
                return false;
            }
        }
        for (JsonNode expression : selector.path("matchExpressions")) {
            if (!expression(expression, text(labels, expression.path("key").asText()))) {
                return false;
            }
        }
        return true;
    }

    /// `nodeSelector` and required node affinity together.
    public static boolean node(JsonNode spec, String name, JsonNode nodeLabels) {
        for (var entry : spec.path("nodeSelector").properties()) {
            if (!entry.getValue().asText().equals(text(nodeLabels, entry.getKey()))) {
                return false;
            }
        }
        JsonNode required =
                spec.path("affinity").path("nodeAffinity").path("requiredDuringSchedulingIgnoredDuringExecution");
        return required.isMissingNode() || terms(required.path("nodeSelectorTerms"), name, nodeLabels);
    }

    /// Terms are ORed, their expressions ANDed; an empty term matches nothing.
    static boolean terms(JsonNode terms, String name, JsonNode nodeLabels) {
        for (JsonNode term : terms) {
            if (term(term, name, nodeLabels)) {
                return true;
            }
        }
        return false;
    }

    static boolean term(JsonNode term, String name, JsonNode nodeLabels) {
        if (term.path("matchExpressions").isEmpty() && term.path("matchFields").isEmpty()) {
            return false;
        }
        for (JsonNode expression : term.path("matchExpressions")) {
            if (!expression(expression, text(nodeLabels, expression.path("key").asText()))) {
                return false;
            }
        }
        for (JsonNode field : term.path("matchFields")) {
            if (!expression(field, field.path("key").asText().equals("metadata.name") ? name : null)) {
                return false;
            }
        }
        return true;
    }

    /// The first taint with one of the effects that no toleration covers; null when there is none.
    public static @Nullable JsonNode untolerated(JsonNode taints, JsonNode tolerations, String... effects) {
        for (JsonNode taint : taints) {
            for (String effect : effects) {
                if (taint.path("effect").asText().equals(effect) && !tolerated(taint, tolerations)) {
                    return taint;
                }
            }
        }
        return null;
    }

    public static boolean tolerated(JsonNode taint, JsonNode tolerations) {
        for (JsonNode toleration : tolerations) {
            String effect = toleration.path("effect").asText("");
            String key = toleration.path("key").asText("");
            boolean exists = toleration.path("operator").asText("Equal").equals("Exists");
            if ((effect.isEmpty() || effect.equals(taint.path("effect").asText()))
                    && (key.isEmpty() ? exists : key.equals(taint.path("key").asText()))
                    && (exists
                            || toleration
                                    .path("value")
                                    .asText("")
                                    .equals(taint.path("value").asText("")))) {
                return true;
            }
        }
        return false;
    }

    private static boolean expression(JsonNode expression, @Nullable String value) {
        return switch (expression.path("operator").asText()) {
            case "In" -> value != null && contains(expression.path("values"), value);
            case "NotIn" -> value == null || !contains(expression.path("values"), value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            case "Gt" -> compare(value, expression) > 0;
            case "Lt" -> compare(value, expression) < 0;
            default -> false;
        };
    }

    private static int compare(@Nullable String value, JsonNode expression) {
        try {
            return value == null
                    ? 0
                    : Long.compare(
                            Long.parseLong(value),
                            Long.parseLong(expression.path("values").path(0).asText()));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static boolean contains(JsonNode values, String value) {
        for (JsonNode candidate : values) {
            if (candidate.asText().equals(value)) {
                return true;
            }
        }
        return false;
    }

    static @Nullable String text(JsonNode map, String key) {
        JsonNode value = map.path(key);
        return value.isMissingNode() ? null : value.asText();
    }
}
