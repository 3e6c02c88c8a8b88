package io.kumiki.pipelines.ir;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A declared input or output parameter.
///
/// @param literals the only values allowed; empty for any
public record ParameterDefinition(
        String name,
        ParameterType type,
        @Nullable JsonNode defaultValue,
        boolean optional,
        String description,
        List<JsonNode> literals) {
    public ParameterDefinition {
        literals = List.copyOf(literals);
    }

    /// Must be given: neither optional nor with a default.
    public boolean required() {
        return !optional && defaultValue == null;
    }
}
