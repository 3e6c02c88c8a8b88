package io.kumiki.web.kfp.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A message as protojson reads it: snake_case and camelCase names, enums by name or number, int64 as number or
/// text,
/// `null` as absent, an unknown field refused. What comes out has snake_case names only.
public final class Message {
    /// What a field may hold.
    public sealed interface Type {
        Type TEXT = new Text();
        Type BOOL = new Bool();
        Type INT32 = new Int(32);
        Type INT64 = new Int(64);
        Type TIME = new Time();
        /// Any JSON object, kept as received.
        Type STRUCT = new Struct();

        record Text() implements Type {}

        record Bool() implements Type {}

        record Int(int bits) implements Type {}

        record Time() implements Type {}

        record Struct() implements Type {}

        record Choice(List<@Nullable String> names) implements Type {}

        record Nested(Message message) implements Type {}

        record Many(Type of) implements Type {}

        record ByKey(Type of) implements Type {}

        /// Enum names in order of their numbers; "" marks a number nobody uses.
        static Type choice(String... names) {
            return new Choice(List.of(names));
        }
    }

    private static final int LONGEST_NUMBER = 20;

    private record Field(String name, Type type) {}

    private final String name;
    private final Map<String, Field> fields = new LinkedHashMap<>();

    private Message(String name) {
        this.name = name;
    }

    public static Message of(String name) {
        return new Message(name);
    }

    public Message with(Type type, String... names) {
        for (String field : names) {
            var f = new Field(field, type);
            fields.put(field, f);
            fields.put(camel(field), f);
        }
        return this;
    }

    public Message with(Message nested, String field) {
        return with(new Type.Nested(nested), field);
    }

    public SortedSet<String> fieldNames() {
        var names = new TreeSet<String>();
        fields.values().forEach(field -> names.add(field.name()));
        return names;
    }

    /// Reads a body; throws one fault that lists every mistake.
    public ObjectNode read(byte[] body) {
        JsonNode tree;
        try {
            tree = Json.parse(body);
        } catch (Json.Malformed e) {
            throw Refusal.invalid("The body is " + e.getMessage() + ". Send a " + name + " as JSON.");
        }
        return read(tree);
    }

    public ObjectNode read(JsonNode tree) {
        var violations = new java.util.ArrayList<Violation>();
        ObjectNode out = decode(tree, "", violations);
        if (!violations.isEmpty()) {
            throw Refusal.invalid("The " + name + " in the body cannot be read", violations);
        }
        return out;
    }

    /// Reads what stands at a path of something larger; mistakes are added to its list.
    ObjectNode read(JsonNode tree, String path, List<Violation> violations) {
        return decode(tree, path, violations);
    }

    private ObjectNode decode(JsonNode tree, String path, List<Violation> violations) {
        ObjectNode out = Json.object();
        if (!(tree instanceof ObjectNode object)) {
            violations.add(wrong(path, "a " + name + " object", tree));
            return out;
        }
        Map<String, String> seen = new HashMap<>();
        for (var entry : object.properties()) {
            String at = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
            Field field = fields.get(entry.getKey());
            if (field == null) {
                violations.add(new Violation(at, "UnknownField", name + " has no such field"));
            } else if (seen.put(field.name(), entry.getKey()) != null) {
                violations.add(new Violation(at, "DuplicateField", "given twice, in snake_case and in camelCase"));
            } else if (!entry.getValue().isNull()) {
                JsonNode value = value(field.type(), entry.getValue(), at, violations);
                if (value != null) {
                    out.set(field.name(), value);
                }
            }
        }
        return out;
    }

    private static @Nullable JsonNode value(Type type, JsonNode in, String at, List<Violation> violations) {
        switch (type) {
            case Type.Text() -> {
                return in.isTextual() ? in : refuse(violations, at, "a string", in);
            }
            case Type.Bool() -> {
                return in.isBoolean() ? in : refuse(violations, at, "true or false", in);
            }
            case Type.Struct() -> {
                return in.isObject() ? in : refuse(violations, at, "an object", in);
            }
            case Type.Int(int bits) -> {
                Long number = integer(in, bits);
                return number == null
                        ? refuse(violations, at, "a whole number of " + bits + " bits", in)
                        : Json.object().numberNode(number);
            }
            case Type.Time() -> {
                Instant time = time(in);
                return time == null
                        ? refuse(violations, at, "a time in RFC 3339, such as 2026-01-31T09:00:00Z", in)
                        : Json.object().textNode(time.toString());
            }
            case Type.Choice(var names) -> {
                return choice(names, in, at, violations);
            }
            case Type.Nested(Message message) -> {
                return message.decode(in, at, violations);
            }
            case Type.Many(Type of) -> {
                return many(of, in, at, violations);
            }
            case Type.ByKey(Type of) -> {
                return byKey(of, in, at, violations);
            }
        }
    }

    private static @Nullable JsonNode choice(
            List<@Nullable String> names, JsonNode in, String at, List<Violation> violations) {
        if (in.isTextual() && !in.textValue().isEmpty() && names.contains(in.textValue())) {
            return in;
        }
        if (in.isInt() && in.intValue() >= 0 && in.intValue() < names.size() && !"".equals(names.get(in.intValue()))) {
            return Json.object().textNode(names.get(in.intValue()));
        }
        return refuse(
                violations,
                at,
                "one of "
                        + String.join(
                                ", ", names.stream().filter(n -> !"".equals(n)).toList()),
                in);
    }

    private static @Nullable JsonNode many(Type of, JsonNode in, String at, List<Violation> violations) {
        if (!(in instanceof ArrayNode array)) {
            return refuse(violations, at, "a list", in);
        }
        ArrayNode out = Json.array();
        for (int i = 0; i < array.size(); i++) {
            JsonNode value = value(of, array.get(i), at + "[" + i + "]", violations);
            if (value != null) {
                out.add(value);
            }
        }
        return out;
    }

    private static @Nullable JsonNode byKey(Type of, JsonNode in, String at, List<Violation> violations) {
        if (!in.isObject()) {
            return refuse(violations, at, "an object", in);
        }
        ObjectNode out = Json.object();
        for (var entry : in.properties()) {
            JsonNode value = value(of, entry.getValue(), at + "[" + entry.getKey() + "]", violations);
            if (value != null) {
                out.set(entry.getKey(), value);
            }
        }
        return out;
    }

    private static @Nullable Long integer(JsonNode in, int bits) {
        try {
            BigInteger number = in.isIntegralNumber()
                    ? in.bigIntegerValue()
                    : in.isTextual() && in.textValue().length() <= LONGEST_NUMBER
                            ? new BigInteger(in.textValue())
                            : in.isNumber() ? whole(in.decimalValue()) : null;
            return number == null || number.bitLength() >= bits ? null : number.longValueExact();
        } catch (ArithmeticException | NumberFormatException notWhole) {
            return null;
        }
    }

    /// A short text can stand for a number of a billion digits; its size is judged before it is written out.
    private static @Nullable BigInteger whole(BigDecimal number) {
        return (long) number.precision() - number.scale() > LONGEST_NUMBER ? null : number.toBigIntegerExact();
    }

    static @Nullable Instant time(JsonNode in) {
        if (!in.isTextual() || in.textValue().length() > 40) {
            return null;
        }
        try {
            return OffsetDateTime.parse(in.textValue()).toInstant();
        } catch (DateTimeParseException notATime) {
            return null;
        }
    }

    private static @Nullable JsonNode refuse(List<Violation> violations, String at, String wanted, JsonNode found) {
        violations.add(wrong(at, wanted, found));
        return null;
    }

    private static Violation wrong(String at, String wanted, JsonNode found) {
        String shown = found.isContainerNode()
                ? (found.isArray() ? "a list" : "an object")
                : found.isTextual() ? Refusal.quoted(found.textValue()) : Refusal.quoted(found.toString());
        return new Violation(at, "WrongType", "wanted " + wanted + ", found " + shown);
    }

    static String camel(String snake) {
        var out = new StringBuilder();
        boolean up = false;
        for (char c : snake.toCharArray()) {
            if (c == '_') {
                up = true;
            } else {
                out.append(up ? Character.toUpperCase(c) : c);
                up = false;
            }
        }
        return out.toString();
    }
}
