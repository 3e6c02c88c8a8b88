package io.kumiki.pipelines.ir;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.pipelines.expression.Selector;
import org.jspecify.annotations.Nullable;

/// Where a parameter's value comes from.
public sealed interface ParameterSource {
    /// Picks a part of the value, null for all of it.
    @Nullable
    Selector selector();

    /// @param templated its texts hold placeholders
    record Constant(
            JsonNode value, boolean templated, @Nullable Selector selector) implements ParameterSource {}

    /// An input of the surrounding DAG.
    record Input(String name, @Nullable Selector selector) implements ParameterSource {}

    record Output(int task, String key, @Nullable Selector selector) implements ParameterSource {}

    record FinalStatus(int task, @Nullable Selector selector) implements ParameterSource {}
}
