package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What is wrong with a question about access.
final class AccessReviews {
    private static final Set<String> OPERATORS = Set.of("In", "NotIn", "Exists", "DoesNotExist");

    private AccessReviews() {}

    static List<Violation> problems(JsonNode spec) {
        List<Violation> problems = new ArrayList<>();
        boolean resource = spec.path("resourceAttributes").isObject();
        boolean path = spec.path("nonResourceAttributes").isObject();
        if (resource && path) {
            problems.add(Names.invalid(
                    "spec.nonResourceAttributes",
                    spec.path("nonResourceAttributes").toString(),
                    "cannot be specified in combination with resourceAttributes"));
        } else if (!resource && !path) {
            problems.add(new Violation(
                    "spec.resourceAttributes",
                    "FieldValueInvalid",
                    "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be"
                            + " specified"));
        }
        for (String selector : List.of("fieldSelector", "labelSelector")) {
            selector(spec.path("resourceAttributes").path(selector), "spec.resourceAttributes." + selector, problems);
        }
        return problems;
    }

    static List<Violation> subjectProblems(JsonNode spec) {
        List<Violation> problems = problems(spec);
        if (spec.path("user").asText("").isEmpty() && spec.path("groups").isEmpty()) {
            problems.add(Names.invalid("spec.user", "", "at least one of user or group must be specified"));
        }
        return problems;
    }

    static List<Violation> localProblems(JsonNode spec, String namespace) {
        List<Violation> problems = subjectProblems(spec);
        if (spec.path("nonResourceAttributes").isObject()) {
            problems.add(Names.invalid(
                    "spec.nonResourceAttributes",
                    spec.path("nonResourceAttributes").toString(),
                    "disallowed on this kind of request"));
        }
        String given = spec.path("resourceAttributes").path("namespace").asText("");
        if (spec.path("resourceAttributes").isObject() && !given.equals(namespace)) {
            problems.add(Names.invalid("spec.resourceAttributes.namespace", given, "must match metadata.namespace"));
        }
        return problems;
    }

    /// Rules here look at no selector, as RBAC does on a real cluster; a malformed one is refused all the same.
    private static void selector(JsonNode selector, String path, List<Violation> problems) {
        if (!selector.isObject()) {
            return;
        }
        String raw = selector.path("rawSelector").asText("");
        JsonNode requirements = selector.path("requirements");
        if (!raw.isEmpty() && !requirements.isEmpty()) {
            problems.add(
                    Names.invalid(path + ".rawSelector", raw, "may not specified at the same time as requirements"));
        }
        if (raw.isEmpty() && requirements.isEmpty()) {
            problems.add(Names.required(
                    path + ".requirements", "when " + path + " is specified, requirements or rawSelector is required"));
        }
        int at = 0;
        for (JsonNode requirement : requirements) {
            String here = path + ".requirements[" + at++ + "]";
            String operator = requirement.path("operator").asText("");
            boolean listed = operator.equals("In") || operator.equals("NotIn");
            if (requirement.path("key").asText("").isEmpty()) {
                problems.add(Names.required(here + ".key", "must be specified"));
            }
            if (!OPERATORS.contains(operator)) {
                problems.add(Names.invalid(here + ".operator", operator, "not a valid selector operator"));
            } else if (listed == requirement.path("values").isEmpty()) {
                problems.add(
                        listed
                                ? Names.required(
                                        here + ".values", "must be specified when `operator` is 'In' or 'NotIn'")
                                : Names.forbidden(
                                        here + ".values",
                                        "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
            }
        }
    }
}
