package io.kumiki.kube.cel;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.types.CelType;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import dev.cel.runtime.CelEvaluationException;
import io.kumiki.kube.schema.Faults;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// `'%s has %d'.format([…])`.
final class TextFormat {
    private static final int MOST_PRECISION = 1000;

    private TextFormat() {}

    static String format(String text, List<?> values) throws CelEvaluationException {
        StringBuilder out = new StringBuilder();
        int next = 0;
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i++);
            if (c != '%') {
                out.append(c);
                continue;
            }
            if (i >= text.length()) {
                throw wrong("unexpected end of string");
            }
            if (text.charAt(i) == '%') {
                out.append('%');
                i++;
                continue;
            }
            int precision = 6;
            if (text.charAt(i) == '.') {
                int from = ++i;
                while (i < text.length() && Character.isDigit(text.charAt(i))) {
                    i++;
                }
                precision = i > from && i - from < 5 ? Integer.parseInt(text.substring(from, i)) : MOST_PRECISION + 1;
            }
            if (i >= text.length() || precision > MOST_PRECISION) {
                throw wrong("could not parse formatting clause: precision or verb is missing");
            }
            if (next >= values.size()) {
                throw wrong("index " + next + " out of range");
            }
            out.append(clause(text.charAt(i++), precision, values.get(next++)));
        }
        return out.toString();
    }

    private static CelEvaluationException wrong(String why) {
        return new CelEvaluationException("could not evaluate format: " + why);
    }

    private static String clause(char verb, int precision, Object value) throws CelEvaluationException {
        return switch (verb) {
            case 's' -> text(value);
            case 'd' -> whole(value);
            case 'f' ->
                number(value).setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
            case 'e' -> scientific(String.format(Locale.ROOT, "%." + precision + "e", number(value)));
            case 'b' -> value instanceof Boolean truth ? (truth ? "1" : "0") : radix(value, 2);
            case 'o' -> radix(value, 8);
            case 'x' -> hex(value);
            case 'X' -> hex(value).toUpperCase(Locale.ROOT);
            default -> throw wrong("unrecognized formatting clause \"" + verb + "\"");
        };
    }

    private static BigDecimal number(Object value) throws CelEvaluationException {
        return switch (value) {
            case Long whole -> BigDecimal.valueOf(whole);
            case Double fraction when Double.isFinite(fraction) -> new BigDecimal(fraction);
            case UnsignedLong whole -> new BigDecimal(whole.bigIntegerValue());
            default -> throw wrong("fixed-point and scientific clauses can only be used on numbers");
        };
    }

    private static String whole(Object value) throws CelEvaluationException {
        return switch (value) {
            case Long number -> number.toString();
            case UnsignedLong number -> number.toString();
            case Double number when !Double.isFinite(number) -> text(number);
            default -> throw wrong("decimal clause can only be used on integers");
        };
    }

    private static String radix(Object value, int radix) throws CelEvaluationException {
        return switch (value) {
            case Long number -> Long.toString(number, radix);
            case UnsignedLong number -> number.toString(radix);
            default -> throw wrong("only integers, and for binary bools, can be formatted in another base");
        };
    }

    private static String hex(Object value) throws CelEvaluationException {
        return switch (value) {
            case String text -> HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
            case CelByteString bytes -> HexFormat.of().formatHex(bytes.toByteArray());
            default -> radix(value, 16);
        };
    }

    static String text(Object value) throws CelEvaluationException {
        return switch (value) {
            case String text -> text;
            case Double number ->
                Double.isNaN(number)
                        ? "NaN"
                        : Double.isInfinite(number)
                                ? (number > 0 ? "Infinity" : "-Infinity")
                                : new BigDecimal(number.toString())
                                        .stripTrailingZeros()
                                        .toPlainString();
            case CelByteString bytes -> bytes.toStringUtf8();
            case NullValue none -> "null";
            case Duration duration -> seconds(duration);
            case Instant time -> time.toString();
            case CelType type -> type.name();
            case List<?> list -> {
                List<String> items = new ArrayList<>();
                for (Object each : list) {
                    items.add(inside(each));
                }
                yield "[" + String.join(", ", items) + "]";
            }
            case Map<?, ?> map -> {
                List<String> entries = new ArrayList<>();
                for (Map.Entry<?, ?> each : map.entrySet()) {
                    entries.add(inside(each.getKey()) + ":" + inside(each.getValue()));
                }
                Collections.sort(entries);
                yield "{" + String.join(", ", entries) + "}";
            }
            case Boolean truth -> truth.toString();
            case Number number -> number.toString();
            default -> throw wrong("no such overload");
        };
    }

    /// As a part of a list or map.
    private static String inside(Object value) throws CelEvaluationException {
        return switch (value) {
            case String text -> Faults.quoted(text);
            case Double number when Double.isFinite(number) -> String.format(Locale.ROOT, "%.6f", number);
            default -> text(value);
        };
    }

    /// `1.5×10⁰³` for `1.5e+03`.
    private static String scientific(String plain) {
        int at = plain.indexOf('e');
        StringBuilder text = new StringBuilder(plain.substring(0, at)).append("×10");
        for (char c : plain.substring(at + 1).toCharArray()) {
            text.append(c == '+' ? "" : c == '-' ? "⁻" : String.valueOf("⁰¹²³⁴⁵⁶⁷⁸⁹".charAt(c - '0')));
        }
        return text.toString();
    }

    private static String seconds(Duration duration) {
        BigDecimal exact = BigDecimal.valueOf(duration.getSeconds()).add(BigDecimal.valueOf(duration.getNano(), 9));
        return exact.stripTrailingZeros().toPlainString() + "s";
    }
}
