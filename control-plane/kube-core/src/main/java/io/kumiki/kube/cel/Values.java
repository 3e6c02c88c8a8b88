package io.kumiki.kube.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.primitives.UnsignedLong;
import dev.cel.common.types.CelType;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import io.kumiki.kube.schema.Formats;
import io.kumiki.kube.schema.Schema;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Values of objects as expressions see them.
final class Values {
    private static final Pattern ODD = Pattern.compile("__|[-./]");
    private static final Map<String, String> ESCAPES =
            Map.of("__", "__underscores__", ".", "__dot__", "-", "__dash__", "/", "__slash__");
    private static final java.util.Set<String> RESERVED = java.util.Set.of(
            "true",
            "false",
            "null",
            "in",
            "as",
            "break",
            "const",
            "continue",
            "else",
            "for",
            "function",
            "if",
            "import",
            "let",
            "loop",
            "package",
            "namespace",
            "return",
            "var",
            "void",
            "while");

    private Values() {}

    static Class<?> classOf(CelType type) {
        return switch (type.kind()) {
            case STRING -> String.class;
            case INT -> Long.class;
            case UINT -> UnsignedLong.class;
            case DOUBLE -> Double.class;
            case BOOL -> Boolean.class;
            case BYTES -> CelByteString.class;
            case DURATION -> Duration.class;
            case TIMESTAMP -> Instant.class;
            case LIST -> List.class;
            case MAP -> Map.class;
            case OPAQUE ->
                switch (type.name()) {
                    case "kubernetes.Quantity" -> QuantityFunctions.Amount.class;
                    case "kubernetes.URL" -> URI.class;
                    case "net.IP" -> AddressFunctions.Ip.class;
                    case "net.CIDR" -> AddressFunctions.Network.class;
                    case "kubernetes.NamedFormat" -> FormatFunctions.Named.class;
                    case "kubernetes.Semver" -> SemverFunctions.Version.class;
                    default -> Object.class;
                };
            default -> Object.class;
        };
    }

    static int weight(Iterable<?> parts) {
        int weight = 0;
        for (Object each : parts) {
            weight += switch (each) {
                case ListValue list -> list.weight();
                case MapValue map -> map.weight();
                case String text -> 1 + text.length() / 16;
                default -> 1;
            };
        }
        return weight;
    }

    static boolean reserved(String name) {
        return RESERVED.contains(name);
    }

    /// A property's name as an identifier; empty when it cannot be one.
    static String escaped(String name) {
        if (RESERVED.contains(name)) {
            return "__" + name + "__";
        }
        if (name.isEmpty() || Character.isDigit(name.charAt(0)) || !name.matches("[a-zA-Z0-9_./-]+")) {
            return "";
        }
        Matcher odd = ODD.matcher(name);
        return odd.replaceAll(each -> ESCAPES.getOrDefault(each.group(), ""));
    }

    static Object of(JsonNode value, Schema schema) {
        if (value.isNull()) {
            return NullValue.NULL_VALUE;
        }
        return switch (schema.type()) {
            case OBJECT -> object(value, schema);
            case ARRAY -> array(value, schema);
            case STRING -> text(value.asText(), schema.format());
            case NUMBER -> value.doubleValue();
            case INTEGER, INT_OR_STRING, BOOLEAN, ANY -> raw(value);
        };
    }

    private static Object object(JsonNode value, Schema schema) {
        MapValue map = new MapValue();
        boolean named = !schema.properties().isEmpty();
        for (Map.Entry<String, JsonNode> each : value.properties()) {
            Schema member = schema.member(each.getKey());
            Object content =
                    member == null || !member.name().isEmpty() ? raw(each.getValue()) : of(each.getValue(), member);
            String name = named ? escaped(each.getKey()) : each.getKey();
            // What has no name in the language still counts when objects are compared.
            map.put(name.isEmpty() ? each.getKey() : name, content);
            if (named && reserved(each.getKey())) {
                map.put(each.getKey(), content);
            }
        }
        return map.weighed();
    }

    private static Object array(JsonNode value, Schema schema) {
        Schema items = schema.items();
        List<Object> list = new ArrayList<>(value.size());
        value.forEach(item -> list.add(items == null ? raw(item) : of(item, items)));
        return switch (schema.merge()) {
            case SET -> new ListValue(list, ListValue.Shape.SET, List.of());
            case MAP ->
                new ListValue(
                        list,
                        ListValue.Shape.MAP,
                        schema.mergeKeys().stream().map(Values::escaped).toList());
            default -> new ListValue(list, ListValue.Shape.PLAIN, List.of());
        };
    }

    /// The text was found to have its format before rules are asked.
    private static Object text(String text, String format) {
        try {
            switch (format) {
                case "byte" -> {
                    return CelByteString.of(Base64.getDecoder().decode(text));
                }
                case "duration" -> {
                    Long nanos = Formats.Durations.parse(text);
                    return Duration.ofNanos(nanos == null ? 0 : nanos);
                }
                case "date" -> {
                    return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
                }
                case "date-time" -> {
                    return OffsetDateTime.parse(text.replace(' ', 'T').toUpperCase(java.util.Locale.ROOT))
                            .toInstant();
                }
                default -> {
                    return text;
                }
            }
        } catch (java.time.DateTimeException | IllegalArgumentException e) {
            return text;
        }
    }

    private static Object raw(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> value.asText();
            case BOOLEAN -> value.asBoolean();
            case NUMBER ->
                value.isIntegralNumber() && value.canConvertToLong() ? (Object) value.longValue() : value.doubleValue();
            case ARRAY -> {
                List<Object> list = new ArrayList<>(value.size());
                value.forEach(item -> list.add(raw(item)));
                yield new ListValue(list, ListValue.Shape.PLAIN, List.of());
            }
            case OBJECT -> {
                MapValue map = new MapValue();
                value.properties().forEach(each -> map.put(each.getKey(), raw(each.getValue())));
                yield map.weighed();
            }
            default -> NullValue.NULL_VALUE;
        };
    }
}
