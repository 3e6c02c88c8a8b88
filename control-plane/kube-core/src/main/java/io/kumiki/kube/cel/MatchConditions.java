package io.kumiki.kube.cel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.schema.Schema;
import io.kumiki.kube.select.LabelText;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Under which conditions a webhook is asked: expressions over `object`, `oldObject` and `request`, all of which must
/// hold.
public final class MatchConditions {
    private static final int MOST = 64;

    /// A condition that gave no answer.
    public static final class Unclear extends Exception {
        private static final long serialVersionUID = 1;

        Unclear(String message) {
            super(message);
        }
    }

    private final List<Rule> rules;

    private MatchConditions(List<Rule> rules) {
        this.rules = rules;
    }

    public static MatchConditions compile(JsonNode conditions) {
        List<Rule> rules = new ArrayList<>();
        for (JsonNode condition : conditions) {
            JsonNode rule = Json.object()
                    .put("rule", condition.path("expression").asText())
                    .put("message", condition.path("name").asText());
            rules.add(Rule.compile(rule, Dialect.of(List.of("object", "oldObject", "request"), SimpleType.DYN)));
        }
        return new MatchConditions(rules);
    }

    /// What is wrong with conditions that somebody wrote.
    public static void check(JsonNode conditions, String path, List<Violation> violations) {
        if (conditions.size() > MOST) {
            violations.add(new Violation(
                    path, "FieldValueTooMany", "Too many: " + conditions.size() + ": must have at most 64 items"));
            return;
        }
        Set<String> names = new HashSet<>();
        List<Rule> compiled = compile(conditions).rules;
        for (int i = 0; i < conditions.size(); i++) {
            String here = path + "[" + i + "]";
            String name = conditions.get(i).path("name").asText("");
            String expression = conditions.get(i).path("expression").asText("");
            if (name.isEmpty()) {
                violations.add(Names.required(here + ".name", ""));
            } else if (!LabelText.validKey(name)) {
                violations.add(Names.invalid(
                        here + ".name", name, "name part must consist of alphanumeric characters, '-', '_' or '.'"));
            } else if (!names.add(name)) {
                violations.add(
                        new Violation(here + ".name", "FieldValueDuplicate", "Duplicate value: \"" + name + "\""));
            }
            if (expression.isBlank()) {
                violations.add(Names.required(here + ".expression", ""));
            } else if (!compiled.get(i).problem().isEmpty()) {
                violations.add(Names.invalid(
                        here + ".expression", expression, compiled.get(i).problem()));
            }
        }
    }

    /// One that does not hold decides, whatever the others say.
    public boolean hold(JsonNode object, JsonNode oldObject, JsonNode request) throws Unclear {
        Schema any = Schema.any();
        Map<String, Object> variables = new HashMap<>();
        variables.put("object", Values.of(object, any));
        variables.put("oldObject", Values.of(oldObject, any));
        variables.put("request", Values.of(request, any));
        Budget budget = new Budget();
        List<String> problems = new ArrayList<>();
        for (Rule rule : rules) {
            CelRuntime.@Nullable Program program = rule.program();
            try {
                if (program == null) {
                    problems.add(rule.problem());
                } else if (!Boolean.TRUE.equals(Judging.run(program, variables, budget))) {
                    return false;
                }
            } catch (CelEvaluationException e) {
                problems.add("expression '" + rule.json().path("rule").asText() + "' resulted in error: "
                        + Judging.reason(e));
            } catch (Budget.Exceeded e) {
                problems.add(
                        "match conditions failed due to running out of cost budget, no further match conditions will"
                                + " be run");
                break;
            }
        }
        if (!problems.isEmpty()) {
            throw new Unclear(problems.size() == 1 ? problems.getFirst() : "[" + String.join(", ", problems) + "]");
        }
        return true;
    }
}
