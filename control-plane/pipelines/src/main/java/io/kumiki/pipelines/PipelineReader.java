package io.kumiki.pipelines;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/// JSON trees to a checked pipeline.
public final class PipelineReader {
    private PipelineReader() {}

    /// @param spec the PipelineSpec (first document)
    /// @param platformSpec the PlatformSpec (second document), when there is one
    public static Read read(JsonNode spec, @Nullable JsonNode platformSpec) {
        throw new UnsupportedOperationException();
    }
}
