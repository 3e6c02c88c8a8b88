package io.kumiki.pipelines.expression;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Evaluates conditions with CEL's rules: numbers compare by value, values of different kinds are merely unequal,
/// and `&&` and `||` forgive an error on one side when the other side decides.
final class ConditionValue {
    private final Function<String, @Nullable JsonNode> parameters;

    ConditionValue(Function<String, @Nullable JsonNode> parameters) {
        this.parameters = parameters;
    }

    /// @return String, Boolean, BigDecimal, or JsonNode for null, lists and structs
    Object of(Condition.Term term) {
        return switch (term) {
            case Condition.Term.Literal l -> l.value();
            case Condition.Term.Parameter p -> parameter(p.name());
            case Condition.Term.Call c -> call(c.function(), of(c.argument()));
            case Condition.Term.Not n -> !Condition.bool(of(n.term()));
            case Condition.Term.Negative n -> number(of(n.term())).negate();
            case Condition.Term.And a -> both(a.left(), a.right(), false);
            case Condition.Term.Or o -> both(o.left(), o.right(), true);
            case Condition.Term.Compare c -> compare(c.operator(), of(c.left()), of(c.right()));
        };
    }

    private boolean both(Condition.Term left, Condition.Term right, boolean decides) {
        boolean first;
        try {
            first = Condition.bool(of(left));
        } catch (Unresolvable e) {
            if (Condition.bool(of(right)) == decides) {
                return decides;
            }
            throw e;
        }
        return first == decides ? decides : Condition.bool(of(right));
    }

    private Object parameter(String name) {
        JsonNode value = parameters.apply(name);
        if (value == null) {
            throw new Unresolvable("there is no input parameter '" + name + "'");
        }
        if (value.isTextual()) {
            return value.textValue();
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        return value.isNumber() ? ordinary(value.decimalValue()) : value;
    }

    /// Written out, `1e999999999` would fill memory.
    private static BigDecimal ordinary(BigDecimal d) {
        if (Math.abs((long) d.scale()) > 400) {
            throw new Unresolvable("a number of ordinary size was expected, found " + d);
        }
        return d;
    }

    private static Object call(String function, Object value) {
        return switch (function) {
            case "int" -> integer(value);
            case "double" -> value instanceof String s ? parsed(s, "double") : number(value);
            case "string" -> text(value);
            case "bool" -> truth(value);
            case "size" -> size(value);
            default -> throw new Unresolvable("unknown function " + function);
        };
    }

    private static BigDecimal integer(Object value) {
        BigDecimal d = value instanceof String s ? parsed(s, "int") : number(value);
        if (value instanceof String && d.stripTrailingZeros().scale() > 0) {
            throw new Unresolvable("int() needs a whole number, found \"" + value + "\"");
        }
        return d.setScale(0, RoundingMode.DOWN);
    }

    private static BigDecimal parsed(String s, String function) {
        try {
            if (s.length() <= 100) {
                var d = new BigDecimal(s.strip());
                if (Math.abs((long) d.scale()) <= 400) {
                    return d;
                }
            }
        } catch (NumberFormatException e) {
            throw new Unresolvable(function + "() needs a number, found " + describe(s));
        }
        throw new Unresolvable(function + "() needs a number of ordinary size, found " + describe(s));
    }

    private static String text(Object value) {
        return switch (value) {
            case BigDecimal d -> d.stripTrailingZeros().toPlainString();
            case JsonNode n -> Values.text(n);
            default -> value.toString();
        };
    }

    private static boolean truth(Object value) {
        if (value instanceof String s && (s.equalsIgnoreCase("true") || s.equalsIgnoreCase("false"))) {
            return s.equalsIgnoreCase("true");
        }
        return Condition.bool(value);
    }

    private static BigDecimal size(Object value) {
        return switch (value) {
            case String s -> BigDecimal.valueOf(s.codePointCount(0, s.length()));
            case JsonNode n when n.isContainerNode() -> BigDecimal.valueOf(n.size());
            default -> throw new Unresolvable("size() needs a text, a list or a struct, found " + describe(value));
        };
    }

    private static BigDecimal number(Object value) {
        if (value instanceof BigDecimal d) {
            return d;
        }
        throw new Unresolvable("a number was expected, found " + describe(value));
    }

    private static boolean compare(String operator, Object left, Object right) {
        return switch (operator) {
            case "==" -> same(left, right);
            case "!=" -> !same(left, right);
            default -> ordered(operator, order(left, right));
        };
    }

    private static boolean ordered(String operator, int order) {
        return switch (operator) {
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            case ">=" -> order >= 0;
            default -> throw new Unresolvable("unknown operator " + operator);
        };
    }

    private static boolean same(Object left, Object right) {
        if (left instanceof BigDecimal a && right instanceof BigDecimal b) {
            return a.compareTo(b) == 0;
        }
        if (left instanceof JsonNode a && right instanceof JsonNode b) {
            return Values.canonical(a).equals(Values.canonical(b));
        }
        return left.equals(right);
    }

    private static int order(Object left, Object right) {
        return switch (left) {
            case BigDecimal a when right instanceof BigDecimal b -> a.compareTo(b);
            case String a when right instanceof String b -> a.compareTo(b);
            case Boolean a when right instanceof Boolean b -> a.compareTo(b);
            default ->
                throw new Unresolvable(describe(left) + " and " + describe(right)
                        + " have no order; both must be numbers or both texts (int(..) and double(..) convert)");
        };
    }

    static String describe(Object value) {
        return switch (value) {
            case String s -> "the text \"" + (s.length() > 60 ? s.substring(0, 60) + "…" : s) + "\"";
            case BigDecimal d -> "the number " + (Math.abs((long) d.scale()) > 400 ? d : d.toPlainString());
            case BigInteger i -> "the number " + i;
            case Boolean b -> String.valueOf(b);
            case JsonNode n when n.isNull() -> "null";
            case JsonNode n -> n.isArray() ? "a list" : "a struct";
            default -> value.toString();
        };
    }
}
