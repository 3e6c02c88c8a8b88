package io.kumiki.agent.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A recursive-descent reader of RFC 8259, plus Python's bare NaN and Infinity (json.dumps writes them), read as
/// texts.
final class JsonReader {
    private static final int DEEPEST = 200;
    private static final int LONGEST_NUMBER = 400;

    private final String text;
    private int at;
    private int depth;

    JsonReader(String text) {
        this.text = text;
    }

    @Nullable
    Object document() {
        var value = value();
        blank();
        if (at < text.length()) {
            throw wrong("the end of the text");
        }
        return value;
    }

    private @Nullable Object value() {
        blank();
        if (at >= text.length()) {
            throw wrong("a value");
        }
        return switch (text.charAt(at)) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true", Boolean.TRUE);
            case 'f' -> word("false", Boolean.FALSE);
            case 'n' -> word("null", null);
            case 'N' -> word("NaN", "NaN");
            case 'I' -> word("Infinity", "Infinity");
            default -> text.startsWith("-Infinity", at) ? word("-Infinity", "-Infinity") : number();
        };
    }

    private Map<String, @Nullable Object> object() {
        enter();
        var out = new LinkedHashMap<String, @Nullable Object>();
        blank();
        if (!take('}')) {
            do {
                blank();
                var key = string();
                blank();
                expect(':');
                out.put(key, value());
                blank();
            } while (take(','));
            expect('}');
        }
        depth--;
        return out;
    }

    private List<@Nullable Object> array() {
        enter();
        var out = new ArrayList<@Nullable Object>();
        blank();
        if (!take(']')) {
            do {
                out.add(value());
                blank();
            } while (take(','));
            expect(']');
        }
        depth--;
        return out;
    }

    private void enter() {
        at++;
        if (++depth > DEEPEST) {
            throw new JsonText.Malformed("JSON nested deeper than " + DEEPEST);
        }
    }

    private String string() {
        expect('"');
        var out = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return out.toString();
            }
            if (c < 0x20) {
                throw wrong("an escaped control character");
            }
            out.append(c == '\\' ? escape() : c);
        }
        throw wrong("the end of a text");
    }

    private char escape() {
        if (at >= text.length()) {
            throw wrong("an escape");
        }
        return switch (text.charAt(at++)) {
            case '"' -> '"';
            case '\\' -> '\\';
            case '/' -> '/';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw wrong("one of \"\\/bfnrtu");
        };
    }

    private char unicode() {
        if (at + 4 > text.length()) {
            throw wrong("four hex digits");
        }
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(text.charAt(at++), 16);
            if (digit < 0) {
                throw wrong("four hex digits");
            }
            code = code * 16 + digit;
        }
        return (char) code;
    }

    private BigDecimal number() {
        int start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        var digits = text.substring(start, at);
        try {
            if (digits.length() <= LONGEST_NUMBER) {
                var n = new BigDecimal(digits);
                // Plain digits are written later: an exponent must not blow a few bytes up to gigabytes.
                if (Math.abs((long) n.scale()) <= LONGEST_NUMBER) {
                    return n;
                }
            }
        } catch (NumberFormatException e) {
            // falls through to the one refusal below
        }
        at = start;
        throw wrong("a value");
    }

    private @Nullable Object word(String word, @Nullable Object value) {
        if (!text.startsWith(word, at)) {
            throw wrong("'" + word + "'");
        }
        at += word.length();
        return value;
    }

    private void blank() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean take(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char c) {
        if (!take(c)) {
            throw wrong("'" + c + "'");
        }
    }

    private JsonText.Malformed wrong(String wanted) {
        return new JsonText.Malformed("not valid JSON: " + wanted + " was wanted at character " + at);
    }
}
