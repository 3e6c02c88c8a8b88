package io.kumiki.kube.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.cel.common.CelErrorCode;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import io.kumiki.kube.schema.Correlation;
import io.kumiki.kube.schema.Faults;
import io.kumiki.kube.schema.Schema;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One walk over an object with its rules, within one budget.
final class Judging {
    private static final int LONGEST_MESSAGE = 5 * 1024;
    private static final String OUT_OF_BUDGET =
            "validation failed due to running out of cost budget, no further validation rules will be run";

    private final List<Violation> violations = new ArrayList<>();
    private final Budget budget = new Budget();
    private boolean over;

    /// What is known of the value's past.
    ///
    /// @param here of the value itself; `null` when it cannot be told which it was
    /// @param above of the nearest value around it that has one
    record Past(@Nullable Correlation here, @Nullable Correlation above) {
        static Past of(@Nullable Correlation correlation) {
            return new Past(correlation, null);
        }

        Past key(String field) {
            if (here == null) {
                return this;
            }
            boolean meta = above == null && (field.equals("apiVersion") || field.equals("kind"));
            return meta ? new Past(null, null) : new Past(here.key(field), here);
        }

        Past index(int at) {
            return here == null ? this : new Past(here.index(at), here);
        }

        boolean unchanged() {
            return here != null ? here.same() : above != null && above.same();
        }
    }

    List<Violation> violations() {
        return violations;
    }

    void value(RuleTree tree, JsonNode value, @Nullable JsonNode old, String path, Past past) {
        if (over || value.isNull()) {
            return;
        }
        if (!tree.rules().isEmpty()) {
            rules(tree, value, old == null || old.isNull() ? null : old, path, past);
        }
        RuleTree items = tree.items();
        if (value.isArray() && items != null) {
            for (int i = 0; i < value.size(); i++) {
                JsonNode before = Correlation.earlier(tree.schema(), old, value.get(i));
                value(items, value.get(i), before, path + "[" + i + "]", past.index(i));
            }
        }
        for (Map.Entry<String, JsonNode> each : value.properties()) {
            String name = each.getKey();
            RuleTree property = tree.properties().get(name);
            RuleTree additional = tree.schema().properties().containsKey(name) ? null : tree.additional();
            JsonNode before = old == null ? null : old.get(name);
            if (property != null) {
                value(property, each.getValue(), before, path.isEmpty() ? name : path + "." + name, past.key(name));
            } else if (additional != null) {
                value(additional, each.getValue(), before, path + "[" + name + "]", past.key(name));
            }
        }
    }

    private void rules(RuleTree tree, JsonNode value, @Nullable JsonNode old, String path, Past past) {
        Map<String, Object> variables = new HashMap<>();
        variables.put(Dialect.SELF, Values.of(value, tree.schema()));
        Object before = old == null ? null : Values.of(old, tree.schema());
        for (Rule rule : tree.rules()) {
            CelRuntime.Program program = rule.program();
            if (over) {
                return;
            }
            if (program == null || rule.usesOldSelf() && before == null && !rule.optionalOldSelf()) {
                continue;
            }
            if (rule.optionalOldSelf()) {
                variables.put(Dialect.OLD_SELF, Optional.ofNullable(before));
            } else if (before != null) {
                variables.put(Dialect.OLD_SELF, before);
            }
            rule(tree.schema(), rule, program, variables, new Place(path, past));
        }
    }

    private record Place(String path, Past past) {
        String shown() {
            return path.isEmpty() ? "<nil>" : path;
        }

        String below(String field) {
            return field.isEmpty() ? shown() : path.isEmpty() ? field : path + "." + field;
        }
    }

    private void rule(
            Schema schema, Rule rule, CelRuntime.Program program, Map<String, Object> variables, Place place) {
        if (budget.spent()) {
            end(schema, place, OUT_OF_BUDGET);
            return;
        }
        try {
            if (Boolean.TRUE.equals(run(program, variables))) {
                return;
            }
        } catch (Budget.Exceeded e) {
            end(
                    schema,
                    place,
                    budget.spent()
                            ? OUT_OF_BUDGET
                            : "'operation cancelled: " + Budget.EXCEEDED
                                    + "': no further validation rules will be run due to call cost exceeds limit for"
                                    + " rule: "
                                    + rule.name());
            return;
        } catch (CelEvaluationException e) {
            String why = reason(e);
            violations.add(Faults.invalid(
                    place.shown(),
                    type(schema),
                    why.startsWith("no such overload")
                            ? "'" + why + "': call arguments did not match a supported operator, function or macro"
                                    + " signature for rule: " + rule.name()
                            : why + " evaluating rule: " + rule.name()));
            return;
        }
        String message = message(rule, variables);
        // What did not change may stay wrong, unless the rule is about change.
        if (rule.usesOldSelf() || !place.past.unchanged()) {
            violations.add(failed(rule, schema, place.below(rule.fieldPath()), message));
        }
    }

    private Object run(CelRuntime.Program program, Map<String, Object> variables) throws CelEvaluationException {
        return run(program, variables, budget);
    }

    static Object run(CelRuntime.Program program, Map<String, Object> variables, Budget budget)
            throws CelEvaluationException {
        budget.begin();
        try {
            return program.trace(variables, budget);
        } catch (CelEvaluationException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof Budget.Exceeded
                        || String.valueOf(cause.getMessage()).equals(Budget.EXCEEDED)) {
                    throw new Budget.Exceeded();
                }
            }
            throw e;
        } catch (Budget.Exceeded e) {
            throw e;
        } catch (RuntimeException e) {
            // A function of the library that met what it does not expect.
            throw new CelEvaluationException(String.valueOf(e.getMessage()), e);
        }
    }

    private void end(Schema schema, Place place, String why) {
        violations.add(Faults.invalid(place.shown(), type(schema), why));
        over = true;
    }

    private static String type(Schema schema) {
        return switch (schema.type()) {
            case INT_OR_STRING, ANY -> "";
            default -> schema.type().name().toLowerCase(Locale.ROOT);
        };
    }

    private String message(Rule rule, Map<String, Object> variables) {
        CelRuntime.Program program = rule.message();
        if (program == null) {
            return rule.messageOrDefault();
        }
        try {
            String text = String.valueOf(run(program, variables)).strip();
            boolean good = !text.isEmpty() && text.indexOf('\n') < 0 && text.length() <= LONGEST_MESSAGE;
            return good ? text : rule.messageOrDefault();
        } catch (Budget.Exceeded | CelEvaluationException e) {
            return rule.messageOrDefault();
        }
    }

    private static Violation failed(Rule rule, Schema schema, String path, String message) {
        return switch (rule.json().path("reason").asText("")) {
            case "FieldValueForbidden" -> Faults.forbidden(path, message);
            case "FieldValueRequired" -> Faults.required(path, message);
            case "FieldValueDuplicate" -> Faults.duplicate(path, TextNode.valueOf(type(schema)));
            default -> Faults.invalid(path, type(schema), message);
        };
    }

    /// In the words of the reference implementation where it has words of its own.
    static String reason(CelEvaluationException e) {
        String said = String.valueOf(e.getMessage()).replaceFirst("^evaluation error(?: at [^ ]+)?: ", "");
        CelErrorCode code = e.getErrorCode();
        return switch (code) {
            case DIVIDE_BY_ZERO -> said.contains("%") ? "modulus by zero" : "division by zero";
            case OVERLOAD_NOT_FOUND -> "no such overload";
            case ATTRIBUTE_NOT_FOUND ->
                "no such key: " + said.replaceFirst("(?s)^key '(.*)' is not present in map\\.$", "$1");
            case INDEX_OUT_OF_BOUNDS -> said.replaceFirst("^Index out of bounds", "index out of bounds");
            case NUMERIC_OVERFLOW -> "integer overflow";
            default -> {
                boolean overload = said.startsWith("No matching overload");
                Throwable cause = e.getCause();
                yield overload
                        ? "no such overload"
                        : said.startsWith("Function '") && cause != null ? String.valueOf(cause.getMessage()) : said;
            }
        };
    }
}
