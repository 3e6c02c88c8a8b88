package io.kumiki.web.dashboard.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.pipelines.Pipeline;
import io.kumiki.pipelines.PipelineReader;
import io.kumiki.pipelines.Read;
import io.kumiki.pipelines.ir.ParameterType;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.store.SpecRecord;
import java.util.HashMap;
import java.util.Map;

/// What a pipeline declares, as a form and a summary need it.
public final class PipelineView {
    private static final int DEEPEST = 100;

    private final SpecRecord spec;
    private final Map<String, Integer> steps = new HashMap<>();

    public PipelineView(SpecRecord spec) {
        this.spec = spec;
    }

    public Pipeline pipeline() {
        return switch (PipelineReader.read(spec.pipelineSpec(), spec.platformSpec())) {
            case Read.Valid(Pipeline pipeline) -> pipeline;
            case Read.Invalid(var violations) -> throw HttpFault.invalid(violations);
        };
    }

    public ArrayNode inputs() {
        ArrayNode out = Json.array();
        Pipeline pipeline = pipeline();
        pipeline.inputs().stream()
                .filter(p -> p.type() != ParameterType.TASK_CONFIG)
                .forEach(p -> {
                    ObjectNode input = out.addObject()
                            .put("name", p.name())
                            .put("type", p.type().name())
                            .put("required", p.required())
                            .put("description", p.description());
                    if (p.defaultValue() != null) {
                        input.set("default", p.defaultValue());
                    }
                    if (!p.literals().isEmpty()) {
                        input.putArray("literals").addAll(p.literals());
                    }
                });
        pipeline.artifactInputs()
                .forEach(a -> out.addObject()
                        .put("name", a.name())
                        .put("type", "ARTIFACT")
                        .put("required", !a.optional())
                        .put("description", a.description()));
        return out;
    }

    /// Steps that make a pod, loops counted once.
    public int steps() {
        return steps(spec.pipelineSpec().path("root"), 0);
    }

    private int steps(JsonNode component, int depth) {
        int n = 0;
        for (JsonNode task : component.path("dag").path("tasks")) {
            String name = task.path("componentRef").path("name").asText();
            JsonNode inner = spec.pipelineSpec().path("components").path(name);
            if (inner.has("dag") && depth < DEEPEST) {
                Integer known = steps.get(name);
                int below = known == null ? steps(inner, depth + 1) : known;
                steps.put(name, below);
                n += below;
            } else if (executor(inner).has("container")) {
                n++;
            }
        }
        return n;
    }

    private JsonNode executor(JsonNode component) {
        return spec.pipelineSpec()
                .path("deploymentSpec")
                .path("executors")
                .path(component.path("executorLabel").asText());
    }

    public ArrayNode components() {
        ArrayNode out = Json.array();
        spec.pipelineSpec().path("components").properties().forEach(entry -> {
            JsonNode image = executor(entry.getValue()).path("container").path("image");
            if (!entry.getValue().has("dag")) {
                out.addObject().put("name", entry.getKey()).put("image", image.isMissingNode() ? null : image.asText());
            }
        });
        return out;
    }

    public String name() {
        return spec.pipelineSpec().path("pipelineInfo").path("name").asText();
    }
}
