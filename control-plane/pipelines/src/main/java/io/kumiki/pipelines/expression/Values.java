package io.kumiki.pipelines.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.math.BigDecimal;
import java.math.BigInteger;

/// Parameter values the way KFP's Go backend sees them: every number is a double, and a whole one is written
/// without a fraction.
public final class Values {
    private static final BigInteger INT_MAX = BigInteger.valueOf(Integer.MAX_VALUE);
    private static final BigInteger INT_MIN = BigInteger.valueOf(Integer.MIN_VALUE);
    private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);
    private static final BigInteger LONG_MIN = BigInteger.valueOf(Long.MIN_VALUE);
    /// Beyond this many digits a whole number stays in exponent form: expanding `1e999999999` would fill memory.
    private static final int MOST_DIGITS = 400;

    private Values() {}

    /// The same value with whole numbers as integers (`1.0` is `1`), all the way down. Values without any are
    /// returned as they are.
    public static JsonNode canonical(JsonNode value) {
        return switch (value) {
            case ObjectNode o -> {
                ObjectNode copy = Json.object();
                o.properties().forEach(e -> copy.set(e.getKey(), canonical(e.getValue())));
                yield copy;
            }
            case ArrayNode a -> {
                ArrayNode copy = Json.array();
                a.forEach(e -> copy.add(canonical(e)));
                yield copy;
            }
            default -> value.isFloatingPointNumber() ? whole(value) : value;
        };
    }

    private static JsonNode whole(JsonNode number) {
        if (number.isDouble() && !Double.isFinite(number.doubleValue())) {
            return number;
        }
        BigDecimal d = number.decimalValue().stripTrailingZeros();
        if (d.scale() > 0 || d.precision() - (long) d.scale() > MOST_DIGITS) {
            return number;
        }
        BigInteger i = d.toBigInteger();
        if (i.compareTo(INT_MIN) >= 0 && i.compareTo(INT_MAX) <= 0) {
            return IntNode.valueOf(i.intValue());
        }
        return i.compareTo(LONG_MIN) >= 0 && i.compareTo(LONG_MAX) <= 0
                ? LongNode.valueOf(i.longValue())
                : BigIntegerNode.valueOf(i);
    }

    /// How a value stands in a command line: strings as they are, numbers in plain decimal, everything else as
    /// JSON; nothing for null.
    public static String text(JsonNode value) {
        if (value.isTextual()) {
            return value.textValue();
        }
        if (value.isNull() || value.isMissingNode()) {
            return "";
        }
        return value.isNumber() ? number(value) : Json.write(canonical(value));
    }

    private static String number(JsonNode value) {
        if (value.isIntegralNumber()) {
            return value.asText();
        }
        BigDecimal d = value.decimalValue();
        if (Math.abs((long) d.scale()) > MOST_DIGITS) {
            return value.asText();
        }
        String plain = new BigDecimal(Double.toString(d.doubleValue()))
                .stripTrailingZeros()
                .toPlainString();
        return d.stripTrailingZeros().scale() <= 0 ? d.toBigInteger().toString() : plain;
    }

    public static boolean absent(@org.jspecify.annotations.Nullable JsonNode value) {
        return value == null || value.isNull() || value.isMissingNode();
    }
}
