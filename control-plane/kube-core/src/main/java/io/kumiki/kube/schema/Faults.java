package io.kumiki.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.kumiki.model.Violation;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Violations in the words that clients of Kubernetes know. A path is spelled as there: `spec.items[0].name`.
public final class Faults {
    private Faults() {}

    public static Violation invalid(String path, JsonNode value, String why) {
        return new Violation(path, "FieldValueInvalid", "Invalid value: " + shown(value) + colon(why));
    }

    public static Violation invalid(String path, String value, String why) {
        return new Violation(path, "FieldValueInvalid", "Invalid value: " + quoted(value) + colon(why));
    }

    static Violation typeInvalid(String path, String value, String why) {
        return new Violation(path, "FieldValueTypeInvalid", "Invalid value: " + quoted(value) + colon(why));
    }

    public static Violation required(String path, String why) {
        return new Violation(path, "FieldValueRequired", "Required value" + colon(why));
    }

    public static Violation forbidden(String path, String why) {
        return new Violation(path, "FieldValueForbidden", "Forbidden" + colon(why));
    }

    public static Violation duplicate(String path, JsonNode value) {
        return new Violation(path, "FieldValueDuplicate", "Duplicate value: " + shown(value));
    }

    public static Violation unsupported(String path, JsonNode value, List<String> supported) {
        String all = supported.stream().map(Faults::quoted).collect(Collectors.joining(", "));
        return new Violation(
                path, "FieldValueNotSupported", "Unsupported value: " + shown(value) + ": supported values: " + all);
    }

    static Violation tooLong(String path, long most) {
        return new Violation(
                path, "FieldValueTooLong", "Too long: may not be more than " + most + (most == 1 ? " byte" : " bytes"));
    }

    public static Violation tooMany(String path, long found, long most) {
        return new Violation(
                path,
                "FieldValueTooMany",
                "Too many: " + found + ": must have at most " + most + (most == 1 ? " item" : " items"));
    }

    private static String colon(String why) {
        return why.isEmpty() ? "" : ": " + why;
    }

    public static String quoted(String text) {
        return TextNode.valueOf(text).toString();
    }

    private static String shown(JsonNode value) {
        if (value.isContainerNode()) {
            return value.toString()
                    .replace("<", "\\u003c")
                    .replace(">", "\\u003e")
                    .replace("&", "\\u0026");
        }
        return value.isFloatingPointNumber() ? plain(value.doubleValue()) : value.toString();
    }

    /// A number as Kubernetes prints it: without a fraction that is zero, without an exponent until it is huge.
    static String plain(double number) {
        if (Math.abs(number) >= 1e21 || number != 0 && Math.abs(number) < 1e-4) {
            return Double.toString(number).replace(".0E", "e").replace("E", "e");
        }
        return new BigDecimal(Double.toString(number)).stripTrailingZeros().toPlainString();
    }

    static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }
}
