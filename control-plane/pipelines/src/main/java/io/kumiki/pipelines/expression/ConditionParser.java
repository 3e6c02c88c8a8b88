package io.kumiki.pipelines.expression;

import com.fasterxml.jackson.databind.node.NullNode;
import io.kumiki.pipelines.expression.Condition.Term;
import java.math.BigDecimal;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Recursive descent over: or → and → comparison → unary → primary.
final class ConditionParser {
    private static final int LONGEST = 64 * 1024;
    private static final int DEEPEST = 200;
    private static final Set<String> FUNCTIONS = Set.of("int", "double", "string", "bool", "size");
    private static final Pattern NUMBER =
            Pattern.compile("\\d+(?:\\.\\d*)?(?:[eE][+-]?\\d{1,3})?u?|\\.\\d+(?:[eE][+-]?\\d{1,3})?");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final String PARAMETERS = "inputs.parameter_values[";

    private final String text;
    private int at;
    private int depth;

    ConditionParser(String text) {
        if (text.length() > LONGEST) {
            throw new Malformed("a condition may have " + LONGEST + " characters, found " + text.length());
        }
        this.text = text;
    }

    Term parse() {
        Term term = or();
        skip();
        if (at < text.length()) {
            throw wrong("an operator or the end");
        }
        return term;
    }

    private Term or() {
        if (++depth > DEEPEST) {
            throw new Malformed("a condition may nest " + DEEPEST + " deep at most");
        }
        Term left = and();
        while (take("||")) {
            left = new Term.Or(left, and());
        }
        depth--;
        return left;
    }

    private Term and() {
        Term left = comparison();
        while (take("&&")) {
            left = new Term.And(left, comparison());
        }
        return left;
    }

    private Term comparison() {
        Term left = unary();
        for (String operator : new String[] {"==", "!=", "<=", ">=", "<", ">"}) {
            if (take(operator)) {
                return new Term.Compare(operator, left, unary());
            }
        }
        return left;
    }

    private Term unary() {
        skip();
        if (!text.startsWith("!=", at) && take("!")) {
            return nested(() -> new Term.Not(unary()));
        }
        return take("-") ? nested(() -> new Term.Negative(unary())) : primary();
    }

    private Term nested(java.util.function.Supplier<Term> inner) {
        if (++depth > DEEPEST) {
            throw new Malformed("a condition may nest " + DEEPEST + " deep at most");
        }
        Term term = inner.get();
        depth--;
        return term;
    }

    private Term primary() {
        skip();
        if (take("(")) {
            Term inside = or();
            expect(")");
            return inside;
        }
        if (text.startsWith(PARAMETERS, at)) {
            at += PARAMETERS.length();
            skip();
            String name = string();
            expect("]");
            return new Term.Parameter(name);
        }
        if (at < text.length() && (text.charAt(at) == '\'' || text.charAt(at) == '"')) {
            return new Term.Literal(string());
        }
        Matcher number = NUMBER.matcher(text).region(at, text.length());
        if (number.lookingAt()) {
            at = number.end();
            return new Term.Literal(new BigDecimal(number.group().replace("u", "")));
        }
        return word();
    }

    private Term word() {
        Matcher name = NAME.matcher(text).region(at, text.length());
        if (!name.lookingAt()) {
            throw wrong("a value");
        }
        String word = name.group();
        switch (word) {
            case "true", "false" -> {
                at = name.end();
                return new Term.Literal(word.equals("true"));
            }
            case "null" -> {
                at = name.end();
                return new Term.Literal(NullNode.getInstance());
            }
            default -> {
                if (!FUNCTIONS.contains(word)) {
                    throw wrong(
                            "inputs.parameter_values['name'], a literal, or one of the functions int, double, string, bool, size");
                }
                at = name.end();
                expect("(");
                Term argument = or();
                expect(")");
                return new Term.Call(word, argument);
            }
        }
    }

    private String string() {
        if (at >= text.length() || (text.charAt(at) != '\'' && text.charAt(at) != '"')) {
            throw wrong("a quoted text");
        }
        char quote = text.charAt(at++);
        var out = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == quote) {
                return out.toString();
            }
            out.append(c == '\\' ? escaped() : String.valueOf(c));
        }
        throw wrong("the closing quote " + quote);
    }

    private String escaped() {
        if (at >= text.length()) {
            throw wrong("a character after the backslash");
        }
        char c = text.charAt(at++);
        return switch (c) {
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'r' -> "\r";
            case 'b' -> "\b";
            case 'f' -> "\f";
            case 'x' -> codePoint(2);
            case 'u' -> codePoint(4);
            case 'U' -> codePoint(8);
            default -> String.valueOf(c);
        };
    }

    private String codePoint(int digits) {
        try {
            int code = Integer.parseInt(text.substring(at, at + digits), 16);
            at += digits;
            return Character.toString(code);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw wrong(digits + " hexadecimal digits of a character");
        }
    }

    private void skip() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean take(String token) {
        skip();
        if (text.startsWith(token, at)) {
            at += token.length();
            return true;
        }
        return false;
    }

    private void expect(String token) {
        if (!take(token)) {
            throw wrong("'" + token + "'");
        }
    }

    private Malformed wrong(String wanted) {
        String found =
                at >= text.length() ? "the end" : "'" + text.substring(at, Math.min(text.length(), at + 20)) + "'";
        return new Malformed(
                "at character " + (at + 1) + " of the condition " + wanted + " was expected, found " + found);
    }
}
