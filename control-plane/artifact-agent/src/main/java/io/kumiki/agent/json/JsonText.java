package io.kumiki.agent.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// JSON as plain Java values: Map (in order), List, String, BigDecimal, Boolean, null.
public final class JsonText {
    private JsonText() {}

    /// Not JSON, or not the shape that was wanted.
    public static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }

    public static @Nullable Object parse(String text) {
        return new JsonReader(text).document();
    }

    @SuppressWarnings("unchecked")
    public static Map<String, @Nullable Object> parseObject(String text) {
        if (parse(text) instanceof Map<?, ?> m) {
            return (Map<String, @Nullable Object>) m;
        }
        throw new Malformed("a JSON object was wanted");
    }

    public static String string(Map<String, @Nullable Object> in, String key) {
        if (in.get(key) instanceof String s) {
            return s;
        }
        throw new Malformed("'" + key + "' must be a text, found " + in.get(key));
    }

    public static long number(Map<String, @Nullable Object> in, String key) {
        if (in.get(key) instanceof BigDecimal n) {
            return n.longValue();
        }
        throw new Malformed("'" + key + "' must be a number, found " + in.get(key));
    }

    /// The object at `key`; absent or null reads as empty.
    @SuppressWarnings("unchecked")
    public static Map<String, @Nullable Object> object(Map<String, @Nullable Object> in, String key) {
        var found = in.get(key);
        if (found == null) {
            return Map.of();
        }
        if (found instanceof Map<?, ?> m) {
            return (Map<String, @Nullable Object>) m;
        }
        throw new Malformed("'" + key + "' must be an object");
    }

    /// The list of objects at `key`; absent or null reads as empty.
    @SuppressWarnings("unchecked")
    public static List<Map<String, @Nullable Object>> objects(Map<String, @Nullable Object> in, String key) {
        var found = in.get(key);
        if (found == null) {
            return List.of();
        }
        if (!(found instanceof List<?> list)) {
            throw new Malformed("'" + key + "' must be a list");
        }
        var out = new ArrayList<Map<String, @Nullable Object>>();
        for (var item : list) {
            if (!(item instanceof Map<?, ?> m)) {
                throw new Malformed("'" + key + "' must hold objects only");
            }
            out.add((Map<String, @Nullable Object>) m);
        }
        return out;
    }

    public static String write(@Nullable Object value) {
        var out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(@Nullable Object value, StringBuilder out) {
        switch (value) {
            case null -> out.append("null");
            case Map<?, ?> m -> writeMap(m, out);
            case List<?> l -> writeList(l, out);
            case BigDecimal n -> out.append(n.toPlainString());
            case Number n -> out.append(n);
            case Boolean b -> out.append(b);
            default -> quote(value.toString(), out);
        }
    }

    private static void writeMap(Map<?, ?> m, StringBuilder out) {
        char before = '{';
        for (var e : m.entrySet()) {
            out.append(before);
            quote(String.valueOf(e.getKey()), out);
            out.append(':');
            write(e.getValue(), out);
            before = ',';
        }
        out.append(m.isEmpty() ? "{}" : "}");
    }

    private static void writeList(List<?> l, StringBuilder out) {
        char before = '[';
        for (var item : l) {
            out.append(before);
            write(item, out);
            before = ',';
        }
        out.append(l.isEmpty() ? "[]" : "]");
    }

    private static void quote(String s, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || (c >= 0xD800 && c <= 0xDFFF && !paired(s, i))) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /// A lone surrogate cannot be written as UTF-8, so it is escaped.
    private static boolean paired(String s, int i) {
        return Character.isHighSurrogate(s.charAt(i))
                ? i + 1 < s.length() && Character.isLowSurrogate(s.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(s.charAt(i - 1));
    }
}
