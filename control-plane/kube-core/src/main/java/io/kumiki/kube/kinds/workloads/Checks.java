package io.kumiki.kube.kinds.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.kinds.Fields;
import io.kumiki.kube.kinds.Place;
import io.kumiki.kube.kinds.PodTemplates;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Checks that several kinds share; what is wrong is collected.
record Checks(JsonNode object, List<Violation> violations) {
    private static final Pattern PERCENT = Pattern.compile("[0-9]+%");
    private static final int NAME_PART = 63;

    JsonNode at(String path) {
        return Fields.at(object, path);
    }

    void add(Violation violation) {
        violations.add(violation);
    }

    /// Numbers and objects as JSON, texts quoted.
    void invalid(String path, JsonNode value, String why) {
        add(new Violation(path, "FieldValueInvalid", "Invalid value: " + Json.write(value) + ": " + why));
    }

    void nonNegative(String... paths) {
        for (String path : paths) {
            if (at(path).asLong() < 0) {
                invalid(path, at(path), "must be greater than or equal to 0");
            }
        }
    }

    void oneOf(String path, String... values) {
        JsonNode value = at(path);
        if (!List.of(values).contains(value.asText(""))) {
            add(Names.unsupported(path, value.asText(""), List.of(values)));
        }
    }

    /// A whole number or a percentage; whether it is more than nothing.
    boolean amount(String path, boolean atMostAll) {
        JsonNode value = at(path);
        if (value.isMissingNode()) {
            return false;
        }
        if (value.isTextual()) {
            if (!PERCENT.matcher(value.asText()).matches()) {
                invalid(
                        path,
                        value,
                        "a valid percent string must be a numeric string followed by an ending '%'"
                                + " (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')");
                return false;
            }
            long percent = Long.parseLong(
                    value.asText().substring(0, Math.min(9, value.asText().length() - 1)));
            if (atMostAll && percent > 100) {
                invalid(path, value, "must not be greater than 100%");
            }
            return percent > 0;
        }
        nonNegative(path);
        return value.asLong() > 0;
    }

    /// @param kind as the message calls it
    void selector(String path, String kind) {
        JsonNode selector = at(path);
        if (selector.isMissingNode() || selector.isNull()) {
            add(Names.required(path, ""));
            return;
        }
        if (selector.path("matchLabels").isEmpty()
                && selector.path("matchExpressions").isEmpty()) {
            invalid(path, selector, "empty selector is invalid for " + kind);
        }
        wellFormed(path);
    }

    void wellFormed(String path) {
        new Place(at(path), path, violations).selector();
    }

    /// The selector selects what the template makes, and the pods run as this kind of owner needs.
    void servers(String path, String kind, ObjectNode template) {
        JsonNode labels = template.path("metadata").path("labels");
        if (!io.kumiki.kube.select.LabelSelector.of(at(path + ".selector"))
                .matches(key -> labels.has(key) ? labels.get(key).asText() : null)) {
            invalid(path + ".template.metadata.labels", labels, "`selector` does not match template `labels`");
        }
        alwaysRunning(path, kind, template);
    }

    void alwaysRunning(String path, String kind, ObjectNode template) {
        PodTemplates.validate(template, path + ".template", violations);
        if (!template.path("spec").path("restartPolicy").asText().equals("Always")) {
            add(Names.unsupported(
                    path + ".template.spec.restartPolicy",
                    template.path("spec").path("restartPolicy").asText(),
                    List.of("Always")));
        }
        if (template.path("spec").has("activeDeadlineSeconds")) {
            add(Names.forbidden(
                    path + ".template.spec.activeDeadlineSeconds",
                    "activeDeadlineSeconds in " + kind + " is not Supported"));
        }
    }

    /// Fields that never change once they are there.
    void unchanged(JsonNode old, Set<String> paths) {
        for (String path : paths) {
            if (!at(path).equals(Fields.at(old, path))) {
                invalid(path, at(path), "field is immutable");
            }
        }
    }

    void shortName(int most, String why) {
        String name = at("metadata.name").asText();
        if (name.length() > Math.min(most, NAME_PART)) {
            add(Names.invalid("metadata.name", name, why));
        }
    }
}
