package io.kumiki.app.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;

/// Pipelines whose steps do next to nothing, so that what remains is the control plane.
public final class BenchPipelines {
    private BenchPipelines() {}

    /// `n` steps in a row, each handing one parameter to the next.
    public static ObjectNode chain(int n, boolean cached) {
        ObjectNode spec = frame("bench-chain");
        ObjectNode tasks =
                spec.withObjectProperty("root").withObjectProperty("dag").putObject("tasks");
        for (int i = 0; i < n; i++) {
            ObjectNode task = task(tasks, "step-" + i, cached);
            ObjectNode x = task.putObject("inputs").putObject("parameters").putObject("x");
            if (i == 0) {
                x.putObject("runtimeValue").put("constant", "0");
            } else {
                task.putArray("dependentTasks").add("step-" + (i - 1));
                x.putObject("taskOutputParameter")
                        .put("producerTask", "step-" + (i - 1))
                        .put("outputParameterKey", "y");
            }
        }
        return spec;
    }

    /// A ParallelFor over `n` items, each on a simulated node for no time at all.
    static ObjectNode fanOut(int n) {
        ObjectNode spec = frame("bench-fan-out");
        var items = Json.array();
        for (int i = 0; i < n; i++) {
            items.add(Integer.toString(i));
        }
        ObjectNode loop = spec.withObjectProperty("root")
                .withObjectProperty("dag")
                .putObject("tasks")
                .putObject("loop");
        loop.putObject("taskInfo").put("name", "loop");
        loop.putObject("componentRef").put("name", "comp-loop");
        ObjectNode iterator = loop.putObject("parameterIterator");
        iterator.put("itemInput", "item");
        iterator.putObject("items").put("raw", Json.write(items));
        ObjectNode body = spec.withObjectProperty("components").putObject("comp-loop");
        body.putObject("inputDefinitions")
                .putObject("parameters")
                .putObject("item")
                .put("parameterType", "STRING");
        ObjectNode step = task(body.putObject("dag").putObject("tasks"), "step", false);
        step.putObject("inputs").putObject("parameters").putObject("x").put("componentInputParameter", "item");
        return spec;
    }

    /// Tolerates the simulated nodes' taint, chooses them, and says what the step would have answered.
    static ObjectNode onSimulatedNodes() {
        ObjectNode platform = Json.object();
        ObjectNode config = platform.putObject("platforms")
                .putObject("kubernetes")
                .putObject("deploymentSpec")
                .putObject("executors")
                .putObject("exec-step");
        config.putObject("nodeSelector").putObject("labels").put("kumiki.io/simulated", "true");
        config.putArray("tolerations")
                .addObject()
                .put("key", "kumiki.io/simulated")
                .put("operator", "Exists");
        config.putObject("podMetadata")
                .putObject("annotations")
                .put("kumiki.io/simulated-duration", "0s")
                .put("kumiki.io/simulated-outputs", "{\"y\":\"1\"}");
        return platform;
    }

    private static ObjectNode frame(String name) {
        ObjectNode spec = Json.object();
        spec.putObject("pipelineInfo").put("name", name);
        spec.put("schemaVersion", "2.1.0").put("sdkVersion", "kfp-2.17.0");
        ObjectNode component = spec.putObject("components").putObject("comp-step");
        component.put("executorLabel", "exec-step");
        component
                .putObject("inputDefinitions")
                .putObject("parameters")
                .putObject("x")
                .put("parameterType", "STRING");
        component
                .putObject("outputDefinitions")
                .putObject("parameters")
                .putObject("y")
                .put("parameterType", "STRING");
        ObjectNode container = spec.putObject("deploymentSpec")
                .putObject("executors")
                .putObject("exec-step")
                .putObject("container");
        container.put("image", "alpine");
        container
                .putArray("command")
                .add("sh")
                .add("-c")
                .add("mkdir -p \"$(dirname \"$1\")\"; printf %s \"$0\" > \"$1\"")
                .add("{{$.inputs.parameters['x']}}")
                .add("{{$.outputs.parameters['y'].output_file}}");
        spec.putObject("root");
        return spec;
    }

    private static ObjectNode task(ObjectNode tasks, String name, boolean cached) {
        ObjectNode task = tasks.putObject(name);
        task.putObject("taskInfo").put("name", name);
        task.putObject("componentRef").put("name", "comp-step");
        task.putObject("cachingOptions").put("enableCache", cached);
        return task;
    }
}
