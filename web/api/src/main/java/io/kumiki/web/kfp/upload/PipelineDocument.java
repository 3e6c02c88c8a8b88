package io.kumiki.web.kfp.upload;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.runtime.yaml.Yaml;
import io.kumiki.store.SpecRecord;
import io.kumiki.web.kfp.wire.Refusal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One or two documents: a pipeline spec and, for Kubernetes settings, a platform spec, in any order; as JSON also
/// `{"pipeline_spec":..,"platform_spec":..}`. Key order and numbers stay as they came.
public final class PipelineDocument {
    private PipelineDocument() {}

    public static SpecRecord of(byte[] yaml) {
        List<JsonNode> documents;
        try {
            documents = Yaml.documents(yaml).stream()
                    .filter(document -> !document.isNull())
                    .toList();
        } catch (Yaml.Malformed e) {
            throw Refusal.invalid("The pipeline cannot be read: it is " + e.getMessage());
        }
        if (documents.isEmpty()) {
            throw Refusal.invalid(
                    "The file holds no document. Upload a compiled pipeline: kfp compiler, or 'kfp dsl compile'.");
        }
        if (documents.size() == 1) {
            return of(documents.getFirst());
        }
        JsonNode spec = null;
        JsonNode platform = null;
        for (JsonNode document : documents) {
            if (document.has("platforms") && platform == null) {
                platform = document;
            } else if (!document.has("platforms") && spec == null) {
                spec = document;
            } else {
                throw Refusal.invalid(
                        "The file holds " + documents.size()
                                + " documents. Wanted: one pipeline spec and at most one platform spec (the one with 'platforms').");
            }
        }
        if (spec == null) {
            throw Refusal.invalid(
                    "The file holds a platform spec but no pipeline spec. Put both documents into one file.");
        }
        return record(spec, platform);
    }

    public static SpecRecord of(JsonNode document) {
        JsonNode spec = document.has("pipeline_spec") ? document.get("pipeline_spec") : document.get("pipelineSpec");
        JsonNode platform =
                document.has("platform_spec") ? document.get("platform_spec") : document.get("platformSpec");
        return spec == null && platform == null ? record(document, null) : record(spec, platform);
    }

    private static SpecRecord record(@Nullable JsonNode spec, @Nullable JsonNode platform) {
        if (spec == null || !spec.isObject()) {
            throw Refusal.invalid("The pipeline spec is not an object. Upload a pipeline that the KFP SDK compiled.");
        }
        if (spec.path("kind").asText().equals("Workflow")
                && spec.path("apiVersion").asText().startsWith("argoproj.io/")) {
            throw Refusal.invalid(
                    "This is an Argo workflow, which the KFP SDK before 2.0 compiled. Compile the pipeline with kfp 2.");
        }
        boolean none = platform == null || platform.isNull() || platform.isObject() && platform.isEmpty();
        return SpecRecord.of(spec, none ? null : platform);
    }
}
