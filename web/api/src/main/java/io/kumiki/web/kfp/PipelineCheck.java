package io.kumiki.web.kfp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Violation;
import io.kumiki.pipelines.Parameters;
import io.kumiki.pipelines.Pipeline;
import io.kumiki.pipelines.PipelineReader;
import io.kumiki.pipelines.Read;
import io.kumiki.store.SpecRecord;
import io.kumiki.web.kfp.wire.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// All that is checked of a pipeline before a row is written; every mistake is listed.
final class PipelineCheck {
    private PipelineCheck() {}

    static Pipeline valid(SpecRecord spec) {
        return switch (PipelineReader.read(spec.pipelineSpec(), spec.platformSpec())) {
            case Read.Valid(Pipeline pipeline) -> pipeline;
            case Read.Invalid(List<Violation> violations) ->
                throw Refusal.invalid("The pipeline is not valid", violations);
        };
    }

    /// What a run needs besides a valid pipeline: parameters that fit, images that can run here.
    /// Computed images are checked when their pod is admitted.
    static List<Violation> forRun(Pipeline pipeline, SpecRecord spec, ObjectNode parameters, ImageCheck images) {
        var violations = new ArrayList<>(Parameters.check(pipeline, parameters));
        violations.addAll(images.check(pipeline.literalImages()));
        if (spec.platformSpec() != null) {
            violations.addAll(images.checkMounts(certainMounts(spec.platformSpec())));
        }
        return violations;
    }

    /// Mounts whose volume is named in the document. One that an input names is skipped when that input is null, so
    /// it is
    /// judged when the step's pod is made.
    private static TreeSet<String> certainMounts(JsonNode platformSpec) {
        var paths = new TreeSet<String>();
        for (JsonNode mount : platformSpec.findParents("mountPath")) {
            boolean ofInput = mount.has("componentInputParameter")
                    || mount.has("taskOutputParameter")
                    || mount.properties().stream()
                            .anyMatch(field -> field.getKey().endsWith("NameParameter")
                                    && !field.getValue().has("runtimeValue"));
            if (!ofInput) {
                paths.add(mount.path("mountPath").asText());
            }
        }
        return paths;
    }
}
