package io.kumiki.kube.kinds.rbac;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.kinds.Fields;
import io.kumiki.kube.kinds.KindRules;
import io.kumiki.model.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What makes a binding a good one. Which role it gives never changes.
record BindingRules(boolean namespaced) implements KindRules {
    private static final List<String> OURS = List.of(RbacGroup.GROUP);

    @Override
    public void complete(ObjectNode binding, @Nullable ObjectNode old) {
        if (binding.path("roleRef") instanceof ObjectNode reference) {
            Fields.fill(reference, "apiGroup", RbacGroup.GROUP);
        }
        for (JsonNode each : binding.path("subjects")) {
            String kind = each.path("kind").asText();
            if (each instanceof ObjectNode subject && (kind.equals("User") || kind.equals("Group"))) {
                Fields.fill(subject, "apiGroup", RbacGroup.GROUP);
            }
        }
    }

    @Override
    public void validate(ObjectNode binding, @Nullable ObjectNode old, List<Violation> violations) {
        JsonNode reference = binding.path("roleRef");
        String group = reference.path("apiGroup").asText("");
        if (!group.equals(RbacGroup.GROUP)) {
            violations.add(Names.unsupported("roleRef.apiGroup", group, OURS));
        }
        List<String> kinds = namespaced ? List.of("Role", "ClusterRole") : List.of("ClusterRole");
        if (!kinds.contains(reference.path("kind").asText(""))) {
            violations.add(
                    Names.unsupported("roleRef.kind", reference.path("kind").asText(""), kinds));
        }
        if (reference.path("name").asText("").isEmpty()) {
            violations.add(Names.required("roleRef.name", ""));
        }
        if (old != null && !reference.equals(old.path("roleRef"))) {
            violations.add(new Violation(
                    "roleRef", "FieldValueInvalid", "Invalid value: " + reference + ": cannot change roleRef"));
        }
        int at = 0;
        for (JsonNode subject : binding.path("subjects")) {
            subject(subject, "subjects[" + at++ + "]", violations);
        }
    }

    private void subject(JsonNode subject, String path, List<Violation> violations) {
        String name = subject.path("name").asText("");
        String group = subject.path("apiGroup").asText("");
        if (name.isEmpty()) {
            violations.add(Names.required(path + ".name", ""));
        }
        switch (subject.path("kind").asText("")) {
            case "ServiceAccount" -> {
                if (!name.isEmpty() && !Names.subdomain(name)) {
                    violations.add(Names.invalid(
                            path + ".name",
                            name,
                            "a lowercase RFC 1123 subdomain must consist of lower case"
                                    + " alphanumeric characters, '-' or '.'"));
                }
                if (!group.isEmpty()) {
                    violations.add(Names.unsupported(path + ".apiGroup", group, List.of("")));
                }
                if (!namespaced && subject.path("namespace").asText("").isEmpty()) {
                    violations.add(Names.required(path + ".namespace", ""));
                }
            }
            case "User", "Group" -> {
                if (!group.equals(RbacGroup.GROUP)) {
                    violations.add(Names.unsupported(path + ".apiGroup", group, OURS));
                }
            }
            default ->
                violations.add(Names.unsupported(
                        path + ".kind", subject.path("kind").asText(""), List.of("ServiceAccount", "User", "Group")));
        }
    }
}
