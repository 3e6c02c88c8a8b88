package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.pipelines.Pipeline;
import io.kumiki.pipelines.PipelineReader;
import io.kumiki.pipelines.Read;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Pipelines nobody would write: every construct of the IR, thrown together.
final class RandomPipeline {
    private static final int DEEPEST = 3;

    private final Random random;
    private final ObjectNode components = Json.object();
    private int names;

    private record Made(String name, boolean list) {}

    private RandomPipeline(long seed) {
        this.random = new Random(seed);
    }

    static Pipeline of(long seed) {
        ObjectNode spec = new RandomPipeline(seed).spec();
        return switch (PipelineReader.read(spec, null)) {
            case Read.Valid v -> v.pipeline();
            case Read.Invalid i ->
                throw new AssertionError("seed " + seed + ": " + i.violations() + " in " + Json.write(spec));
        };
    }

    private ObjectNode spec() {
        ObjectNode spec = Json.object();
        spec.putObject("pipelineInfo").put("name", "random");
        spec.put("schemaVersion", "2.1.0");
        ObjectNode executors = spec.putObject("deploymentSpec").putObject("executors");
        ObjectNode work = executors.putObject("exec-work").putObject("container");
        work.put("image", "python:3.11");
        work.putArray("command").add("run");
        work.putArray("args").add("{{$}}").add("{{$.inputs.parameters['a']}}");
        ObjectNode importer = executors.putObject("exec-import").putObject("importer");
        importer.putObject("artifactUri").put("constant", "s3://b/k");
        importer.putObject("typeSchema").put("schemaTitle", "system.Dataset").put("schemaVersion", "0.0.1");
        executors.putObject("exec-pvc").putObject("container").put("image", "argostub/createpvc");
        leaf("work");
        ObjectNode imported = components.putObject("comp-import").put("executorLabel", "exec-import");
        artifact(imported.putObject("outputDefinitions").putObject("artifacts").putObject("m"), false);
        ObjectNode pvc = components.putObject("comp-pvc").put("executorLabel", "exec-pvc");
        ObjectNode in = pvc.putObject("inputDefinitions").putObject("parameters");
        in.putObject("access_modes").put("parameterType", "LIST");
        in.putObject("pvc_name_suffix").put("parameterType", "STRING");
        in.putObject("size").put("parameterType", "STRING");
        pvc.putObject("outputDefinitions")
                .putObject("parameters")
                .putObject("s")
                .put("parameterType", "STRING");
        ObjectNode root = Json.object();
        dag(root, 0, false);
        root.remove("inputDefinitions");
        spec.set("root", root);
        spec.set("components", components);
        return spec;
    }

    private void leaf(String name) {
        ObjectNode c = components.putObject("comp-" + name).put("executorLabel", "exec-" + name);
        inputs(c, false);
        ObjectNode out = c.putObject("outputDefinitions");
        out.putObject("parameters").putObject("s").put("parameterType", "STRING");
        out.withObjectProperty("parameters").putObject("l").put("parameterType", "LIST");
        artifact(out.putObject("artifacts").putObject("m"), false);
    }

    private static void inputs(ObjectNode c, boolean item) {
        ObjectNode p = c.putObject("inputDefinitions").putObject("parameters");
        p.putObject("a").put("parameterType", "STRING").put("isOptional", true).put("defaultValue", "none");
        p.putObject("c").put("parameterType", "STRING").put("isOptional", true);
        p.putObject("xs").put("parameterType", "LIST").put("isOptional", true);
        if (item) {
            p.putObject("item").put("parameterType", "STRING");
        }
        artifact(
                c.withObjectProperty("inputDefinitions")
                        .putObject("artifacts")
                        .putObject("d")
                        .put("isOptional", true),
                false);
    }

    private static void artifact(ObjectNode a, boolean list) {
        a.putObject("artifactType").put("schemaTitle", "system.Dataset").put("schemaVersion", "0.0.1");
        if (list) {
            a.put("isArtifactList", true);
        }
    }

    private boolean chance(double p) {
        return random.nextDouble() < p;
    }

    private void dag(ObjectNode component, int depth, boolean loop) {
        inputs(component, loop);
        ObjectNode dag = component.putObject("dag");
        ObjectNode tasks = dag.putObject("tasks");
        var made = new ArrayList<Made>();
        int n = 1 + random.nextInt(depth == 0 ? 7 : 4);
        for (int i = 0; i < n; i++) {
            made.add(task(tasks, made, depth, loop));
        }
        List<Made> withOutputs = made.stream().filter(m -> giving(tasks, m)).toList();
        ObjectNode out = component.putObject("outputDefinitions");
        if (withOutputs.isEmpty() || depth == 0) {
            component.remove("outputDefinitions");
            return;
        }
        Made from = withOutputs.get(random.nextInt(withOutputs.size()));
        out.putObject("parameters").putObject("s").put("parameterType", loop ? "LIST" : "STRING");
        out.withObjectProperty("parameters").putObject("l").put("parameterType", "LIST");
        artifact(out.putObject("artifacts").putObject("m"), loop);
        ObjectNode outputs = dag.putObject("outputs");
        outputs.putObject("parameters")
                .putObject("s")
                .putObject("valueFromOneof")
                .putArray("parameterSelectors")
                .addObject()
                .put("producerSubtask", from.name)
                .put("outputParameterKey", "s");
        outputs.withObjectProperty("parameters")
                .putObject("l")
                .putObject("valueFromParameter")
                .put("producerSubtask", from.name)
                .put("outputParameterKey", "l");
        outputs.putObject("artifacts")
                .putObject("m")
                .putArray("artifactSelectors")
                .addObject()
                .put("producerSubtask", from.name)
                .put("outputArtifactKey", "m");
    }

    private Made task(ObjectNode tasks, List<Made> before, int depth, boolean inLoop) {
        String name = "t" + names++;
        ObjectNode task = Json.object();
        task.putObject("taskInfo").put("name", name);
        double kind = random.nextDouble();
        boolean loop = false;
        String component;
        if (kind < 0.55 || depth >= DEEPEST) {
            component = "comp-work";
        } else if (kind < 0.62) {
            component = "comp-import";
        } else if (kind < 0.67) {
            component = "comp-pvc";
        } else {
            loop = chance(0.5);
            component = "comp-" + name;
            ObjectNode c = Json.object();
            dag(c, depth + 1, loop);
            components.set(component, c);
        }
        task.putObject("componentRef").put("name", component);
        ObjectNode inputs = task.putObject("inputs").putObject("parameters");
        List<Made> producers = before.stream().filter(m -> giving(tasks, m)).toList();
        if (component.equals("comp-pvc")) {
            inputs.putObject("access_modes")
                    .putObject("runtimeValue")
                    .putArray("constant")
                    .add("ReadWriteOnce");
            inputs.putObject("pvc_name_suffix").putObject("runtimeValue").put("constant", "-x");
            inputs.putObject("size").putObject("runtimeValue").put("constant", "1Gi");
        } else if (!component.equals("comp-import")) {
            wire(task, inputs, producers, inLoop, depth);
        }
        if (!before.isEmpty() && chance(0.3)) {
            task.putArray("dependentTasks").add(before.get(random.nextInt(before.size())).name);
        }
        policies(task, inputs, producers);
        if (loop) {
            iterate(task, inputs, producers);
        }
        if (!task.has("triggerPolicy") && !before.isEmpty() && chance(0.1)) {
            task.withObjectProperty("triggerPolicy").put("strategy", "ALL_UPSTREAM_TASKS_COMPLETED");
        }
        tasks.set(name, task);
        return new Made(name, loop);
    }

    private boolean giving(ObjectNode tasks, Made m) {
        return components
                .path(tasks.path(m.name).path("componentRef").path("name").asText())
                .path("outputDefinitions")
                .path("parameters")
                .has("l");
    }

    private void wire(ObjectNode task, ObjectNode inputs, List<Made> producers, boolean inLoop, int depth) {
        if (inLoop && chance(0.6)) {
            inputs.putObject("a").put("componentInputParameter", "item");
        } else if (!producers.isEmpty() && chance(0.6)) {
            output(inputs.putObject("a"), producers, "s");
        } else if (depth > 0 && chance(0.5)) {
            inputs.putObject("a").put("componentInputParameter", "a");
        } else if (chance(0.3)) {
            inputs.putObject("a").putObject("runtimeValue").put("constant", "v-{{$.pipeline_job_uuid}}");
        }
        List<Made> single = producers.stream().filter(m -> !m.list).toList();
        if (!single.isEmpty() && chance(0.4)) {
            task.withObjectProperty("inputs")
                    .putObject("artifacts")
                    .putObject("d")
                    .putObject("taskOutputArtifact")
                    .put("producerTask", single.get(random.nextInt(single.size())).name)
                    .put("outputArtifactKey", "m");
        }
    }

    private void output(ObjectNode source, List<Made> producers, String key) {
        source.putObject("taskOutputParameter")
                .put("producerTask", producers.get(random.nextInt(producers.size())).name)
                .put("outputParameterKey", key);
    }

    private void policies(ObjectNode task, ObjectNode inputs, List<Made> producers) {
        if (!producers.isEmpty() && chance(0.25)) {
            output(inputs.putObject("c"), producers, "s");
            task.putObject("triggerPolicy").put("condition", "inputs.parameter_values['c'] == 'heads'");
        }
        if (chance(0.5)) {
            task.putObject("cachingOptions").put("enableCache", true);
        }
        if (chance(0.4)) {
            task.putObject("retryPolicy")
                    .put("maxRetryCount", 1 + random.nextInt(2))
                    .put("backoffDuration", chance(0.5) ? "0s" : "7s");
        }
    }

    private void iterate(ObjectNode task, ObjectNode inputs, List<Made> producers) {
        ObjectNode it = task.putObject("parameterIterator").put("itemInput", "item");
        if (!producers.isEmpty() && chance(0.5)) {
            output(inputs.putObject("xs"), producers, "l");
            it.putObject("items").put("inputParameter", "xs");
        } else {
            it.putObject("items")
                    .put(
                            "raw",
                            List.of("[]", "[\"x\"]", "[\"x\",\"y\"]", "[\"x\",\"y\",\"z\"]")
                                    .get(random.nextInt(4)));
        }
        if (chance(0.5)) {
            task.putObject("iteratorPolicy").put("parallelismLimit", 1 + random.nextInt(2));
        }
    }
}
