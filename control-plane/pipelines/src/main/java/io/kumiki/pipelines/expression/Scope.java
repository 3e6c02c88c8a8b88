package io.kumiki.pipelines.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/// What placeholders may ask for. Null everywhere means: there is no such thing.
public interface Scope {
    /// `{{$.inputs.parameters['name']}}`
    @Nullable
    JsonNode parameter(String name);

    /// `{{$.pipeline_job_name}}` and its kin, by the word after `$.`
    default @Nullable String variable(String word) {
        return null;
    }

    /// `{{$}}`
    default @Nullable ObjectNode everything() {
        return null;
    }

    /// `{{$.inputs.artifacts['name']}}`: the list of artifacts as in ExecutorInput
    default @Nullable JsonNode inputArtifacts(String name) {
        return null;
    }

    default @Nullable JsonNode outputArtifacts(String name) {
        return null;
    }

    /// Container path of an artifact of this uri.
    default String path(JsonNode artifact) {
        return artifact.path("uri").asText();
    }

    /// `{{$.outputs.parameters['name'].output_file}}`
    default @Nullable String outputFile(String name) {
        return null;
    }

    /// `{{$.outputs.output_file}}`
    default @Nullable String executorOutput() {
        return null;
    }
}
