package io.kumiki.kube.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cel.common.CelAbstractSyntaxTree;
import io.kumiki.kube.cel.cost.CostEstimate;
import io.kumiki.kube.cel.cost.CostLimits;
import io.kumiki.kube.cel.cost.Extent;
import io.kumiki.kube.schema.Faults;
import io.kumiki.kube.schema.Schema;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.List;

/// Whether the expressions of a definition compile, where they stand, what they may cost, and whether its default
/// values keep its rules.
public final class DefinitionExpressions {
    private final List<Violation> violations;
    private final CostLimits limits = new CostLimits();

    private DefinitionExpressions(List<Violation> violations) {
        this.violations = violations;
    }

    /// @param path of the schema in its definition
    public static void check(Schema schema, String path, List<Violation> violations) {
        RuleTree tree = RuleTree.compile(schema);
        int before = violations.size();
        DefinitionExpressions expressions = new DefinitionExpressions(violations);
        expressions.node(tree, path, "", 1);
        expressions.limits.end(path, violations);
        if (violations.size() == before) {
            expressions.defaults(tree, path);
        }
    }

    /// @param loose the nearest list around it whose items cannot be told apart over time; empty for none
    /// @param copies how many such values one object can have, see [CostLimits]
    private void node(RuleTree tree, String path, String loose, long copies) {
        Extent extent = tree.rules().isEmpty() ? null : Extent.of(tree.schema(), tree.root(), Values::escaped);
        for (int i = 0; i < tree.rules().size(); i++) {
            String at = path + ".x-kubernetes-validations[" + i + "]";
            if (extent != null) {
                cost(tree.rules().get(i), at, extent, copies);
            }
            rule(tree.rules().get(i), at, loose);
        }
        if (!tree.typed()) {
            violations.add(new Violation(
                    path + ".x-kubernetes-validations",
                    "InternalError",
                    "Internal error: internal error: failed to construct type information for x-kubernetes-validations"
                            + " rules: unable to convert structural schema to CEL declarations"));
        }
        tree.properties()
                .forEach((name, property) -> node(property, path + ".properties[" + name + "]", loose, copies));
        if (tree.items() != null) {
            boolean keyed = tree.schema().merge() == Schema.Merge.MAP;
            long inside = CostLimits.copies(copies, tree.schema().limits().maxItems());
            node(tree.items(), path + ".items", loose.isEmpty() && !keyed ? path : loose, inside);
        }
        if (tree.additional() != null) {
            long inside = CostLimits.copies(copies, tree.schema().limits().maxProperties());
            node(tree.additional(), path + ".additionalProperties", loose, inside);
        }
    }

    private void cost(Rule rule, String at, Extent self, long copies) {
        CelAbstractSyntaxTree expression = rule.trees().rule();
        if (expression != null) {
            limits.rule(at + ".rule", CostEstimate.most(expression, self), copies, self, violations);
        }
        CelAbstractSyntaxTree message = rule.trees().message();
        if (message != null) {
            limits.message(at + ".messageExpression", CostEstimate.most(message, self), violations);
        }
    }

    private void rule(Rule rule, String at, String loose) {
        if (!rule.problem().isEmpty()) {
            violations.add(Faults.invalid(at + ".rule", shown(rule.json()), rule.problem()));
        }
        if (!rule.messageProblem().isEmpty()) {
            violations.add(Faults.invalid(at + ".messageExpression", shown(rule.json()), rule.messageProblem()));
        }
        if (rule.usesOldSelf() && !loose.isEmpty()) {
            violations.add(Faults.invalid(
                    at + ".rule",
                    rule.json().path("rule").asText(),
                    "oldSelf cannot be used on the uncorrelatable portion of the schema within " + loose));
        } else if (!rule.usesOldSelf()
                && rule.problem().isEmpty()
                && rule.json().hasNonNull("optionalOldSelf")) {
            violations.add(Faults.invalid(
                    at + ".optionalOldSelf",
                    rule.json().get("optionalOldSelf"),
                    "may not be set if oldSelf is not used in rule"));
        }
    }

    private static ObjectNode shown(JsonNode rule) {
        ObjectNode shown = Json.object();
        for (String field : List.of("rule", "message", "messageExpression", "reason", "fieldPath", "optionalOldSelf")) {
            String name = Character.toUpperCase(field.charAt(0)) + field.substring(1);
            if (rule.hasNonNull(field)) {
                shown.set(name, rule.get(field));
            } else if (field.equals("reason") || field.equals("optionalOldSelf")) {
                shown.putNull(name);
            } else {
                shown.put(name, "");
            }
        }
        return shown;
    }

    private void defaults(RuleTree tree, String path) {
        JsonNode value = tree.schema().defaultValue();
        if (value != null) {
            for (JsonNode old : new JsonNode[] {value, null}) {
                Judging judging = new Judging();
                judging.value(tree, value, old, path + ".default", Judging.Past.of(null));
                if (!judging.violations().isEmpty()) {
                    violations.addAll(judging.violations());
                    break;
                }
            }
        }
        tree.properties().forEach((name, property) -> defaults(property, path + ".properties[" + name + "]"));
        if (tree.items() != null) {
            defaults(tree.items(), path + ".items");
        }
    }
}
