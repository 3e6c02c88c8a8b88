package io.kumiki.pipelines.reading;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.pipelines.ir.ParameterType;

/// Which values and which declared types fit where.
public final class Types {
    private Types() {}

    /// Whether a value may stand for an input of this type without conversion. Null is for the caller to judge.
    public static boolean fits(ParameterType type, JsonNode value) {
        return switch (type) {
            case STRING -> value.isTextual();
            case NUMBER_INTEGER ->
                value.isIntegralNumber()
                        || value.isNumber()
                                && value.decimalValue().stripTrailingZeros().scale() <= 0;
            case NUMBER_DOUBLE -> value.isNumber();
            case BOOLEAN -> value.isBoolean();
            case LIST -> value.isArray();
            case STRUCT, TASK_FINAL_STATUS, TASK_CONFIG -> value.isObject();
        };
    }

    public static String wanted(ParameterType type) {
        return switch (type) {
            case STRING -> "a text";
            case NUMBER_INTEGER -> "a whole number";
            case NUMBER_DOUBLE -> "a number";
            case BOOLEAN -> "true or false";
            case LIST -> "a list";
            case STRUCT, TASK_FINAL_STATUS, TASK_CONFIG -> "an object";
        };
    }

    /// Whether any value of one declared type can reach an input of the other. A STRING input takes the JSON text
    /// of anything.
    static boolean flows(ParameterType from, ParameterType to) {
        if (from == to || to == ParameterType.STRING) {
            return true;
        }
        return number(from) && number(to) || struct(from) && struct(to);
    }

    private static boolean number(ParameterType t) {
        return t == ParameterType.NUMBER_INTEGER || t == ParameterType.NUMBER_DOUBLE;
    }

    private static boolean struct(ParameterType t) {
        return t == ParameterType.STRUCT || t == ParameterType.TASK_FINAL_STATUS || t == ParameterType.TASK_CONFIG;
    }

    public static String found(JsonNode value) {
        return Fields.kind(value);
    }
}
