package io.kumiki.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a CustomResourceDefinition demands of a value beyond its type.
public record Limits(
        List<JsonNode> allowed,
        @Nullable String pattern,
        @Nullable Double minimum,
        @Nullable Double maximum,
        boolean exclusiveMinimum,
        boolean exclusiveMaximum,
        @Nullable Double multipleOf,
        long minLength,
        long maxLength,
        long minItems,
        long maxItems,
        long minProperties,
        long maxProperties,
        boolean uniqueItems) {
    static final Limits NONE = new Limits(
            List.of(),
            null,
            null,
            null,
            false,
            false,
            null,
            0,
            Long.MAX_VALUE,
            0,
            Long.MAX_VALUE,
            0,
            Long.MAX_VALUE,
            false);
}
