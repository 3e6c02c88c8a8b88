package io.kumiki.kube.kinds.rbac;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.kinds.KindRules;
import io.kumiki.model.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What makes a role's rules complete.
record RoleRules(boolean namespaced) implements KindRules {
    @Override
    public void validate(ObjectNode role, @Nullable ObjectNode old, List<Violation> violations) {
        int at = 0;
        for (JsonNode rule : role.path("rules")) {
            rule(rule, "rules[" + at++ + "]", violations);
        }
        JsonNode aggregation = role.path("aggregationRule");
        if (aggregation.isObject()) {
            if (aggregation.path("clusterRoleSelectors").isEmpty()) {
                violations.add(Names.required(
                        "aggregationRule.clusterRoleSelectors",
                        "at least one clusterRoleSelector required if aggregationRule is non-nil"));
            }
            selectors(aggregation.path("clusterRoleSelectors"), violations);
        }
    }

    private void rule(JsonNode rule, String path, List<Violation> violations) {
        if (rule.path("verbs").isEmpty()) {
            violations.add(Names.required(path + ".verbs", "verbs must contain at least one value"));
        }
        if (!rule.path("nonResourceURLs").isEmpty()) {
            String urls = path + ".nonResourceURLs";
            if (namespaced) {
                violations.add(invalid(
                        urls, rule.path("nonResourceURLs"), "namespaced rules cannot apply to non-resource URLs"));
            }
            if (!rule.path("apiGroups").isEmpty()
                    || !rule.path("resources").isEmpty()
                    || !rule.path("resourceNames").isEmpty()) {
                violations.add(invalid(
                        urls,
                        rule.path("nonResourceURLs"),
                        "rules cannot apply to both regular resources and non-resource URLs"));
            }
            return;
        }
        if (rule.path("apiGroups").isEmpty()) {
            violations.add(Names.required(path + ".apiGroups", "resource rules must supply at least one api group"));
        }
        if (rule.path("resources").isEmpty()) {
            violations.add(Names.required(path + ".resources", "resource rules must supply at least one resource"));
        }
    }

    private static Violation invalid(String path, JsonNode value, String why) {
        return new Violation(path, "FieldValueInvalid", "Invalid value: " + value + ": " + why);
    }

    private static void selectors(JsonNode selectors, List<Violation> violations) {
        int at = 0;
        for (JsonNode selector : selectors) {
            String path = "aggregationRule.clusterRoleSelectors[" + at++ + "].matchExpressions";
            int of = 0;
            for (JsonNode expression : selector.path("matchExpressions")) {
                String operator = expression.path("operator").asText();
                String here = path + "[" + of++ + "]";
                boolean listed = operator.equals("In") || operator.equals("NotIn");
                if (listed && expression.path("values").isEmpty()) {
                    violations.add(
                            Names.required(here + ".values", "must be specified when `operator` is 'In' or 'NotIn'"));
                } else if (!listed && !operator.equals("Exists") && !operator.equals("DoesNotExist")) {
                    violations.add(Names.invalid(here + ".operator", operator, "not a valid selector operator"));
                }
            }
        }
    }
}
