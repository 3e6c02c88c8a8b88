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
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One rule, compiled as far as it could be.
///
/// @param json as written
/// @param problem why it could not be compiled; empty when it was
/// @param messageProblem the same of its messageExpression
/// @param trees of both, for who wants to know what they cost; `null` where they could not be compiled
record Rule(
        JsonNode json,
        CelRuntime.@Nullable Program program,
        String problem,
        CelRuntime.@Nullable Program message,
        String messageProblem,
        boolean usesOldSelf,
        Trees trees) {

    record Trees(
            @Nullable CelAbstractSyntaxTree rule, @Nullable CelAbstractSyntaxTree message) {}

    private static final Pattern SYNTAX =
            Pattern.compile("^(no viable alternative|mismatched input|extraneous input|token recognition|missing )");
    private static final Pattern LITERAL =
            Pattern.compile("(?s)^(Regex|Duration|Timestamp|duration|timestamp).*(validation failed|invalid)");

    static Rule compile(JsonNode json, Cel cel) {
        Compiled rule = compile(cel, json.path("rule").asText(), SimpleType.BOOL, "");
        String expression = json.path("messageExpression").asText("");
        Compiled message = expression.isEmpty()
                ? Compiled.NONE
                : compile(cel, expression, SimpleType.STRING, "messageExpression ");
        return new Rule(
                json,
                rule.program,
                rule.problem,
                message.program,
                message.problem,
                rule.usesOldSelf,
                new Trees(rule.tree, message.tree));
    }

    private record Compiled(
            @Nullable CelAbstractSyntaxTree tree,
            CelRuntime.@Nullable Program program,
            String problem,
            boolean usesOldSelf) {
        static final Compiled NONE = problem("");

        static Compiled problem(String why) {
            return new Compiled(null, null, why, false);
        }
    }

    private static Compiled compile(Cel cel, String text, CelType wanted, String what) {
        try {
            CelValidationResult result = cel.compile(text);
            if (!result.hasError()) {
                result = Dialect.literals(cel).validate(result.getAst());
            }
            if (result.hasError()) {
                return Compiled.problem(what + "compilation failed: " + shown(result));
            }
            CelAbstractSyntaxTree tree = result.getAst();
            if (!tree.getResultType().equals(wanted)) {
                String why = wanted.equals(SimpleType.BOOL)
                        ? "cel expression must evaluate to a bool"
                        : "messageExpression must evaluate to a string";
                return Compiled.problem(why);
            }
            boolean old = tree.getReferenceMap().values().stream()
                    .anyMatch(reference -> reference.name().equals(Dialect.OLD_SELF));
            return new Compiled(tree, cel.createProgram(tree), "", old);
        } catch (CelValidationException | CelEvaluationException e) {
            return Compiled.problem(what + "compilation failed: " + e.getMessage());
        }
    }

    /// As the reference implementation prints it, which names no candidates.
    private static String shown(CelValidationResult result) {
        StringBuilder text = new StringBuilder();
        for (CelIssue issue : result.getErrors()) {
            String shown = issue.toDisplayString(result.getSource());
            text.append(text.isEmpty() ? "" : "\n")
                    .append(shown.replace(issue.getMessage(), words(issue.getMessage())));
        }
        return text.toString();
    }

    private static String words(String message) {
        if (SYNTAX.matcher(message).find()) {
            return "Syntax error: " + message;
        }
        Matcher literal = LITERAL.matcher(message);
        if (literal.find()) {
            String function = literal.group(1).toLowerCase(Locale.ROOT);
            return "invalid " + (function.equals("regex") ? "matches" : function) + " argument";
        }
        return message.replaceAll("(?s) \\(candidates: .*\\)$", "");
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
