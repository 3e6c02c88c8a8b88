package io.kumiki.kube.cel.cost;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.schema.Limits;
import io.kumiki.kube.schema.Schema;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// How large values of a schema can be: by its own limits, else by what fits into one request.
///
/// @param most letters of a string, items of a list, entries of a map; 0 for everything else
/// @param least bytes that the smallest such value takes as JSON
public record Extent(
        long most,
        long least,
        Map<String, Extent> fields,
        @Nullable Extent keys,
        @Nullable Extent items) {
    private static final long REQUEST = 3 * 1024 * 1024;
    private static final long LONGEST_TIME = 32;
    private static final long DATE = 12;
    private static final Extent KEY = simple(0, 2);
    private static final Extent TEXT = simple(REQUEST - 2, 2);

    private static Extent simple(long most, long least) {
        return new Extent(most, least, Map.of(), null, null);
    }

    /// `null` for what rules cannot name.
    ///
    /// @param whole whether it is an object with a kind and metadata
    /// @param spelled a field's name in the language; empty when it cannot be named
    public static @Nullable Extent of(Schema schema, boolean whole, UnaryOperator<String> spelled) {
        return switch (schema.type()) {
            case INT_OR_STRING -> simple(letters(schema.limits(), REQUEST - 2), 1);
            case BOOLEAN -> simple(0, 4);
            case INTEGER, NUMBER -> simple(0, 1);
            case STRING -> text(schema);
            case ARRAY -> {
                Extent items = inside(schema.items(), spelled);
                yield items == null
                        ? null
                        : new Extent(
                                bound(schema.limits().maxItems(), (REQUEST - 2) / (items.least + 1)),
                                2,
                                Map.of(),
                                null,
                                items);
            }
            case OBJECT -> schema.additional() == null ? object(schema, whole, spelled) : map(schema, spelled);
            case ANY -> null;
        };
    }

    private static @Nullable Extent inside(@Nullable Schema schema, UnaryOperator<String> spelled) {
        return schema == null ? null : of(schema, schema.embedded(), spelled);
    }

    private static long bound(long limit, long otherwise) {
        return limit == Long.MAX_VALUE ? otherwise : Math.max(0, limit);
    }

    /// A letter may take four bytes.
    private static long letters(Limits limits, long otherwise) {
        return limits.maxLength() == Long.MAX_VALUE ? otherwise : Bounds.product(Math.max(0, limits.maxLength()), 4);
    }

    private static Extent text(Schema schema) {
        return switch (schema.format()) {
            case "byte" -> simple(bound(schema.limits().maxLength(), REQUEST - 2), 2);
            case "duration" -> simple(LONGEST_TIME, 3);
            case "date" -> simple(DATE, DATE);
            case "date-time" -> simple(LONGEST_TIME, 21);
            default -> {
                long allowed = 0;
                for (JsonNode value : schema.limits().allowed()) {
                    allowed =
                            Math.max(allowed, value.isTextual() ? value.asText().length() : 0);
                }
                yield simple(letters(schema.limits(), schema.limits().allowed().isEmpty() ? REQUEST - 2 : allowed), 2);
            }
        };
    }

    private static @Nullable Extent map(Schema schema, UnaryOperator<String> spelled) {
        Extent values = inside(schema.additional(), spelled);
        return values == null
                ? null
                : new Extent(
                        bound(schema.limits().maxProperties(), (REQUEST - 2) / (values.least + 6)),
                        2,
                        Map.of(),
                        KEY,
                        values);
    }

    private static Extent object(Schema schema, boolean whole, UnaryOperator<String> spelled) {
        Map<String, Extent> fields = new HashMap<>();
        long least = 2;
        for (Map.Entry<String, Schema> each : schema.properties().entrySet()) {
            String name = each.getKey();
            Extent field = whole ? common(name) : null;
            if (field == null) {
                field = inside(each.getValue(), spelled);
            }
            if (field == null) {
                continue;
            }
            fields.put(name, field);
            fields.put(spelled.apply(name), field);
            if (schema.required().contains(name) && each.getValue().defaultValue() == null) {
                least += name.length() + field.least + 4;
            }
        }
        return new Extent(0, least, fields, null, null);
    }

    /// What every whole object has, whatever its definition says of it.
    private static @Nullable Extent common(String name) {
        return switch (name) {
            case "apiVersion", "kind" -> TEXT;
            case "metadata" -> new Extent(0, 2, Map.of("name", TEXT, "generateName", TEXT), null, null);
            default -> null;
        };
    }

    /// How many of it can be in one request, when nothing else says.
    public long copies() {
        return REQUEST / (least + 1);
    }
}
