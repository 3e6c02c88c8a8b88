package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.pipelines.expression.Scope;
import org.jspecify.annotations.Nullable;

/// Placeholders that may speak of input parameters and of the run only.
record ParameterScope(ObjectNode parameters, @Nullable RunWords words) implements Scope {
    @Override
    public @Nullable JsonNode parameter(String name) {
        return parameters.get(name);
    }

    @Override
    public @Nullable String variable(String word) {
        return words == null ? null : words.word(word);
    }
}
