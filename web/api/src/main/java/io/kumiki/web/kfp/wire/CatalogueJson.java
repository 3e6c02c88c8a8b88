package io.kumiki.web.kfp.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.store.ExperimentRecord;
import io.kumiki.store.PipelineRecord;
import io.kumiki.store.SpecRecord;
import io.kumiki.store.VersionRecord;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Experiments, pipelines and versions as KFP's messages.
public final class CatalogueJson {
    private CatalogueJson() {}

    public static ObjectNode experiment(ExperimentRecord e) {
        return new Out()
                .text("experiment_id", e.id())
                .text("display_name", e.displayName())
                .text("description", e.description())
                .time("created_at", e.createdAt())
                .text("namespace", e.namespace())
                .text("storage_state", e.archived() ? "ARCHIVED" : "AVAILABLE")
                .time("last_run_created_at", e.lastRunAt() == null ? Instant.EPOCH : e.lastRunAt())
                .done();
    }

    public static ObjectNode pipeline(PipelineRecord p) {
        return new Out()
                .text("pipeline_id", p.id())
                .text("display_name", p.displayName())
                .text("name", p.name())
                .text("description", p.description())
                .time("created_at", p.createdAt())
                .text("namespace", p.namespace())
                .map("tags", p.tags())
                .done();
    }

    public static ObjectNode version(VersionRecord v, @Nullable SpecRecord spec) {
        return new Out()
                .text("pipeline_id", v.pipelineId())
                .text("pipeline_version_id", v.id())
                .text("display_name", v.displayName())
                .text("name", v.name())
                .text("description", v.description())
                .time("created_at", v.createdAt())
                .tree(
                        "package_url",
                        new Out().text("pipeline_url", v.packageUrl()).done())
                .text("code_source_url", v.codeSourceUrl())
                .tree("pipeline_spec", spec == null ? null : submitted(spec))
                .map("tags", v.tags())
                .done();
    }

    /// The form a client submitted: the spec alone, or the pair when there is a platform spec.
    public static JsonNode submitted(SpecRecord spec) {
        if (spec.platformSpec() == null) {
            return spec.pipelineSpec();
        }
        ObjectNode pair = Json.object();
        pair.set("pipeline_spec", spec.pipelineSpec());
        pair.set("platform_spec", spec.platformSpec());
        return pair;
    }
}
