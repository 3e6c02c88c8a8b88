package io.kumiki.web.dashboard.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.kumiki.store.SpecRecord;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A task as its pipeline spec has it, found by the run's path: indices of iterations name nothing in the spec.
final class SpecTask {
    private final JsonNode spec;
    private final JsonNode task;

    private SpecTask(JsonNode spec, JsonNode task) {
        this.spec = spec;
        this.task = task;
    }

    static SpecTask at(SpecRecord spec, String path) {
        JsonNode document = spec.pipelineSpec();
        JsonNode component = document.path("root");
        JsonNode found = MissingNode.getInstance();
        for (String name : path.split("/")) {
            JsonNode task = component.path("dag").path("tasks").path(name);
            if (!task.isMissingNode()) {
                found = task;
                component = document.path("components")
                        .path(task.path("componentRef").path("name").asText());
            }
        }
        return new SpecTask(document, found);
    }

    @Nullable
    String image() {
        JsonNode component = spec.path("components")
                .path(task.path("componentRef").path("name").asText());
        JsonNode image = spec.path("deploymentSpec")
                .path("executors")
                .path(component.path("executorLabel").asText())
                .path("container")
                .path("image");
        return image.isMissingNode() ? null : image.asText();
    }

    /// Names of the sibling tasks it waits for or takes values from.
    Set<String> upstream() {
        Set<String> names = new TreeSet<>();
        task.path("dependentTasks").forEach(name -> names.add(name.asText()));
        task.path("inputs").path("parameters").forEach(p -> {
            names.add(p.path("taskOutputParameter").path("producerTask").asText());
            names.add(p.path("taskFinalStatus").path("producerTask").asText());
        });
        task.path("inputs")
                .path("artifacts")
                .forEach(a -> names.add(
                        a.path("taskOutputArtifact").path("producerTask").asText()));
        names.remove("");
        return names;
    }
}
