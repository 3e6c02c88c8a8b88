package io.kumiki.pipelines;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.pipelines.reading.SpecReader;
import org.jspecify.annotations.Nullable;

/// JSON trees to a checked pipeline.
public final class PipelineReader {
    private PipelineReader() {}

    /// @param spec the PipelineSpec (first document)
    /// @param platformSpec the PlatformSpec (second document), when there is one
    public static Read read(JsonNode spec, @Nullable JsonNode platformSpec) {
        SpecReader reader = SpecReader.read(spec, platformSpec);
        Pipeline pipeline = reader.pipeline();
        return pipeline == null ? new Read.Invalid(reader.violations()) : new Read.Valid(pipeline);
    }
}
