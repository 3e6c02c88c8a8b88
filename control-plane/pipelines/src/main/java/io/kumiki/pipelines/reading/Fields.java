package io.kumiki.pipelines.reading;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One message of the document, read field by field. What nobody has asked for when [#done] is called is an unknown
/// field.
final class Fields {
    private final ObjectNode node;
    private final String path;
    private final Problems problems;
    private final Set<String> read = new HashSet<>();

    private Fields(ObjectNode node, String path, Problems problems) {
        this.node = node;
        this.path = path;
        this.problems = problems;
    }

    static Fields of(JsonNode node, String path, Problems problems) {
        if (node instanceof ObjectNode o) {
            return new Fields(o, path, problems);
        }
        problems.add(path, SpecFault.WrongKind, "an object was expected, found " + kind(node));
        Fields empty = new Fields(Json.object(), path, problems);
        return empty;
    }

    String path() {
        return path;
    }

    String path(String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    Problems problems() {
        return problems;
    }

    boolean empty() {
        return node.isEmpty();
    }

    @Nullable
    JsonNode any(String field) {
        read.add(field);
        JsonNode value = node.get(field);
        if (value == null) {
            String snake = snake(field);
            read.add(snake);
            value = node.get(snake);
        }
        return value == null || value.isNull() ? null : value;
    }

    /// Like any, but a JSON null counts as a value.
    @Nullable
    JsonNode value(String field) {
        JsonNode found = any(field);
        if (found == null && node.has(field)) {
            return node.get(field);
        }
        return found;
    }

    private static String snake(String camel) {
        return camel.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    String text(String field) {
        JsonNode value = any(field);
        if (value == null) {
            return "";
        }
        return value.isTextual() ? value.textValue() : wrong(field, "a text", value, "");
    }

    @Nullable
    String optionalText(String field) {
        return any(field) == null ? null : text(field);
    }

    String requiredText(String field, String what) {
        String found = text(field);
        JsonNode value = any(field);
        if (found.isEmpty() && (value == null || value.isTextual())) {
            problems.add(path(field), SpecFault.Missing, what + " is missing");
        }
        return found;
    }

    boolean flag(String field) {
        JsonNode value = any(field);
        if (value == null) {
            return false;
        }
        return value.isBoolean() ? value.booleanValue() : wrong(field, "true or false", value, false);
    }

    /// A whole number, also as a text: protojson writes int64 so.
    int count(String field, int absent) {
        JsonNode value = any(field);
        if (value == null) {
            return absent;
        }
        try {
            var d = new java.math.BigDecimal(value.asText());
            if (value.isNumber() || value.isTextual()) {
                return d.intValueExact();
            }
        } catch (ArithmeticException | NumberFormatException e) {
            return wrong(field, "a whole number", value, absent);
        }
        return wrong(field, "a whole number", value, absent);
    }

    double number(String field, double absent) {
        JsonNode value = any(field);
        if (value == null) {
            return absent;
        }
        return value.isNumber() ? value.doubleValue() : wrong(field, "a number", value, absent);
    }

    Fields object(String field) {
        JsonNode value = any(field);
        return value == null ? new Fields(Json.object(), path(field), problems) : of(value, path(field), problems);
    }

    boolean has(String field) {
        return any(field) != null;
    }

    ObjectNode tree(String field) {
        JsonNode value = any(field);
        if (value == null) {
            return Json.object();
        }
        return value instanceof ObjectNode o ? o : wrong(field, "an object", value, Json.object());
    }

    <T> LinkedHashMap<String, T> map(
            String field, Function<Fields, @Nullable T> reader, Function<String, String> name) {
        var all = new LinkedHashMap<String, T>();
        JsonNode value = any(field);
        if (value != null && !(value instanceof ObjectNode)) {
            wrong(field, "an object", value, "");
        } else if (value != null) {
            for (var e : value.properties()) {
                T read = reader.apply(of(e.getValue(), path(field) + "[" + name.apply(e.getKey()) + "]", problems));
                if (read != null) {
                    all.put(e.getKey(), read);
                }
            }
        }
        return all;
    }

    <T> List<T> list(String field, Function<Fields, @Nullable T> reader) {
        var all = new ArrayList<T>();
        JsonNode value = any(field);
        if (value != null && !(value instanceof ArrayNode)) {
            wrong(field, "a list", value, "");
        } else if (value != null) {
            for (int i = 0; i < value.size(); i++) {
                T read = reader.apply(of(value.get(i), path(field) + "[" + i + "]", problems));
                if (read != null) {
                    all.add(read);
                }
            }
        }
        return all;
    }

    List<String> texts(String field) {
        var all = new ArrayList<String>();
        JsonNode value = any(field);
        if (value != null && !(value instanceof ArrayNode)) {
            wrong(field, "a list of texts", value, "");
        } else if (value != null) {
            for (JsonNode e : value) {
                if (e.isTextual()) {
                    all.add(e.textValue());
                } else {
                    wrong(field + "[" + all.size() + "]", "a text", e, "");
                }
            }
        }
        return all;
    }

    <T extends Enum<T>> @Nullable T word(String field, Class<T> type) {
        String found = text(field);
        if (found.isEmpty()) {
            return null;
        }
        try {
            return Enum.valueOf(type, found);
        } catch (IllegalArgumentException e) {
            problems.add(
                    path(field),
                    SpecFault.BadValue,
                    "one of " + List.of(type.getEnumConstants()) + " was expected, found " + quoted(found));
            return null;
        }
    }

    /// Fields that are read by nobody on purpose, because they mean nothing at run time.
    void ignore(String... fields) {
        for (String f : fields) {
            read.add(f);
            read.add(snake(f));
        }
    }

    void done() {
        for (String name : (Iterable<String>) node::fieldNames) {
            if (!read.contains(name)) {
                problems.add(path(quotedIfOdd(name)), SpecFault.UnknownField, "unknown field " + quoted(name));
            }
        }
    }

    void fault(String field, SpecFault fault, String message) {
        problems.add(field.isEmpty() ? path : path(field), fault, message);
    }

    private <T> T wrong(String field, String wanted, JsonNode found, T instead) {
        problems.add(path(field), SpecFault.WrongKind, wanted + " was expected, found " + kind(found));
        return instead;
    }

    static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING -> "the text " + quoted(node.textValue());
            case NUMBER -> "the number " + shorten(node.asText());
            case BOOLEAN -> node.asText();
            case ARRAY -> "a list";
            case OBJECT, POJO -> "an object";
            case NULL, MISSING -> "nothing";
            case BINARY -> JsonNodeType.BINARY.name();
        };
    }

    static String quoted(String s) {
        return "\"" + shorten(s) + "\"";
    }

    private static String quotedIfOdd(String s) {
        return shorten(s);
    }

    private static String shorten(String s) {
        return s.length() <= 80 ? s : s.substring(0, 80) + "…";
    }
}
