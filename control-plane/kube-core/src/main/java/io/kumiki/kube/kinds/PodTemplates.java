package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Violation;
import java.util.List;

/// Pods inside other kinds: defaulted and checked as pods are.
public final class PodTemplates {
    private PodTemplates() {}

    public static void complete(JsonNode template) {
        if (template.path("spec") instanceof ObjectNode spec) {
            PodDefaults.template(spec);
        }
    }

    /// @param path where the template is in its document
    public static void validate(JsonNode template, String path, List<Violation> violations) {
        PodRules.spec(template.path("spec"), path + ".spec", violations);
    }
}
