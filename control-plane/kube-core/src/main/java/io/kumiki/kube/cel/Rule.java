package io.kumiki.kube.cel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.bundle.Cel;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import io.kumiki.kube.schema.FieldPath;
import org.jspecify.annotations.Nullable;

/// One rule, compiled as far as it could be.
///
/// @param json as written
/// @param problem why it could not be compiled; empty when it was
/// @param messageProblem the same of its messageExpression
record Rule(
        JsonNode json,
        CelRuntime.@Nullable Program program,
        String problem,
        CelRuntime.@Nullable Program message,
        String messageProblem,
        boolean usesOldSelf) {

    static Rule compile(JsonNode json, Cel cel) {
        Compiled rule = compile(cel, json.path("rule").asText(), SimpleType.BOOL, "");
        String expression = json.path("messageExpression").asText("");
        Compiled message = expression.isEmpty()
                ? Compiled.NONE
                : compile(cel, expression, SimpleType.STRING, "messageExpression ");
        return new Rule(json, rule.program, rule.problem, message.program, message.problem, rule.usesOldSelf);
    }

    private record Compiled(CelRuntime.@Nullable Program program, String problem, boolean usesOldSelf) {
        static final Compiled NONE = new Compiled(null, "", false);
    }

    private static Compiled compile(Cel cel, String text, CelType wanted, String what) {
        CelValidationResult result = cel.compile(text);
        if (result.hasError()) {
            return new Compiled(null, what + "compilation failed: " + shown(result), false);
        }
        try {
            CelAbstractSyntaxTree tree = result.getAst();
            if (!tree.getResultType().equals(wanted)) {
                String why = wanted.equals(SimpleType.BOOL)
                        ? "cel expression must evaluate to a bool"
                        : "messageExpression must evaluate to a string";
                return new Compiled(null, why, false);
            }
            boolean old = tree.getReferenceMap().values().stream()
                    .anyMatch(reference -> reference.name().equals(Dialect.OLD_SELF));
            return new Compiled(cel.createProgram(tree), "", old);
        } catch (CelValidationException | CelEvaluationException e) {
            return new Compiled(null, what + "compilation failed: " + e.getMessage(), false);
        }
    }

    /// As the reference implementation prints it, which names no candidates.
    private static String shown(CelValidationResult result) {
        StringBuilder text = new StringBuilder();
        for (CelIssue issue : result.getErrors()) {
            String shown = issue.toDisplayString(result.getSource());
            text.append(text.isEmpty() ? "" : "\n").append(shown.replaceAll(" \\(candidates: .*\\)(?=\\n|$)", ""));
        }
        return text.toString();
    }

    /// What names it in violations.
    String name() {
        String message = json.path("message").asText("");
        return message.isEmpty() ? json.path("rule").asText().strip() : message.strip();
    }

    String messageOrDefault() {
        String message = json.path("message").asText("");
        return message.isEmpty() ? "failed rule: " + name() : message.strip();
    }

    boolean optionalOldSelf() {
        return json.path("optionalOldSelf").asBoolean();
    }

    String fieldPath() {
        String given = json.path("fieldPath").asText("");
        return given.isEmpty() ? "" : FieldPath.spelled(given);
    }
}
