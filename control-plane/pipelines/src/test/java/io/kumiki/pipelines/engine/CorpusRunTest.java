package io.kumiki.pipelines.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.TaskKind;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.pipelines.Corpus;
import io.kumiki.pipelines.Pipeline;
import io.kumiki.pipelines.ir.Component;
import io.kumiki.pipelines.ir.Dag;
import io.kumiki.pipelines.ir.ParameterDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Every published pipeline to its published end, with steps that answer what the SDK's own runner answered where
/// that is known.
class CorpusRunTest {
    @Test
    void everyPipelineReachesItsPublishedState() {
        var wrong = new ArrayList<String>();
        int ran = 0;
        for (var e : Corpus.expected().entrySet()) {
            if (!e.getKey().startsWith("valid/")) {
                continue;
            }
            Map<String, String> row = e.getValue();
            Pipeline pipeline = Corpus.pipeline(e.getKey());
            if (!io.kumiki.pipelines.Parameters.check(pipeline, inputs(row)).isEmpty()) {
                continue;
            }
            var world = world(e.getKey(), row);
            ran++;
            try {
                String state = world.finish().name();
                String wanted = row.getOrDefault("terminal_state_in_kfp", "");
                if (!wanted.equals("skip") && !state.equals(wanted)) {
                    wrong.add(e.getKey() + ": " + state + " instead of " + wanted + " " + world.run.error());
                } else if (wanted.equals("skip") && !state.equals("SUCCEEDED")) {
                    wrong.add(e.getKey() + " (skipped upstream): " + state + " " + world.run.error());
                }
                compare(e.getKey(), row, world, wrong);
            } catch (RuntimeException | AssertionError x) {
                wrong.add(e.getKey() + ": " + x);
            }
        }
        System.out.println("corpus: " + ran + " pipelines run in simulation");
        assertThat(wrong).isEmpty();
    }

    private static void compare(String file, Map<String, String> row, FakeWorld world, List<String> wrong) {
        long details = world.tasks.values().stream()
                .filter(t -> t.kind() != TaskKind.ROOT)
                .count();
        String least = row.getOrDefault("min_task_details", "");
        if (!least.isEmpty() && details < Integer.parseInt(least)) {
            wrong.add(file + ": " + details + " task records, at least " + least + " expected");
        }
        Corpus.json(row.getOrDefault("known_outputs", "")).ifPresent(known -> {
            JsonNode outputs = world.tasks.values().stream()
                    .filter(t -> t.kind() == TaskKind.ROOT)
                    .findFirst()
                    .orElseThrow()
                    .outputs()
                    .path("parameters");
            if (!known.has("anyOf") && !outputs.equals(known)) {
                wrong.add(file + ": outputs " + outputs + " instead of " + known);
            }
        });
        JsonNode executions = observed().path(file).path("executions");
        if (executions.isObject()) {
            var ours = new TreeMap<String, Integer>();
            world.made.forEach(r -> ours.merge(component(world, r.path()), 1, Integer::sum));
            var theirs = new TreeMap<String, Integer>();
            executions
                    .properties()
                    .forEach(x -> theirs.put(x.getKey(), x.getValue().asInt()));
            theirs.keySet().removeIf(n -> n.startsWith("importer"));
            if (!ours.equals(theirs)) {
                wrong.add(file + ": executed " + ours + " instead of " + theirs);
            }
        }
    }

    private static ObjectNode inputs(Map<String, String> row) {
        return Corpus.json(row.getOrDefault("inputs", ""))
                .map(n -> (ObjectNode) n)
                .orElseGet(Json::object);
    }

    private static FakeWorld world(String file, Map<String, String> row) {
        var world = new FakeWorld(Corpus.pipeline(file), inputs(row), file.hashCode());
        JsonNode known = observed().path(file).path("task_outputs");
        var types = types(world.pipeline);
        world.caching = false;
        return world.script((request, task) ->
                step(world, file, request, task, known, types.getOrDefault(request.name(), Map.of()), row));
    }

    private static StepOutcome step(
            FakeWorld world,
            String file,
            StepRequest r,
            TaskRecord task,
            JsonNode known,
            Map<String, ParameterDefinition> types,
            Map<String, String> row) {
        boolean fails = r.name().contains("fail-op")
                || r.name().equals("fail")
                || r.name().equals("fail-task")
                || r.name().equals("fail-always")
                || file.endsWith("final_status_yaml.yaml") && r.name().equals("print-op")
                || file.endsWith("/env-var.yaml");
        if (fails && row.getOrDefault("terminal_state_in_kfp", "").equals("FAILED")) {
            return FakeWorld.failure();
        }
        JsonNode values = known.path(observedPath(world, task)).path("parameters");
        if (values.isMissingNode()) {
            values = Corpus.json(row.getOrDefault("known_outputs", "")).orElse(Json.object());
        }
        return FakeWorld.success(r, values, types);
    }

    /// The observer counts by component.
    private static String component(FakeWorld world, String path) {
        Dag dag = world.pipeline.dag();
        String name = "";
        for (String segment : path.split("/", -1)) {
            for (var task : dag.tasks()) {
                if (task.name().equals(segment)) {
                    name = task.component().name().replaceFirst("^comp-", "");
                    dag = task.component().body() instanceof Dag d ? d : dag;
                    break;
                }
            }
        }
        return name;
    }

    /// The observer names loop iterations and the task, and no other DAG.
    private static String observedPath(FakeWorld world, TaskRecord task) {
        String path = component(world, task.path());
        TaskRecord at = task;
        while (at.parentId() != null) {
            TaskRecord parent = world.tasks.get(at.parentId());
            if (at.kind() == TaskKind.ITERATION) {
                path = parent.name() + "-iteration-" + at.index() + "/" + path;
            }
            at = parent;
        }
        return path;
    }

    private static Map<String, Map<String, ParameterDefinition>> types(Pipeline p) {
        var all = new HashMap<String, Map<String, ParameterDefinition>>();
        collect(p.root(), all);
        return all;
    }

    private static void collect(Component c, Map<String, Map<String, ParameterDefinition>> into) {
        if (c.body() instanceof Dag dag) {
            dag.tasks().forEach(t -> {
                into.putIfAbsent(t.name(), t.component().outputs());
                collect(t.component(), into);
            });
        }
    }

    private static JsonNode observed() {
        try {
            return Corpus.there() ? Json.parse(Files.readString(Corpus.file("observed.json"))) : Json.object();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void nothingStartsTwice() {
        for (String file : Corpus.files("valid")) {
            var row = Corpus.expected().getOrDefault(file, Map.of());
            if (row.getOrDefault("terminal_state_in_kfp", "").equals("SUCCEEDED")) {
                var world = world(file, row);
                assertThat(world.finish()).as(file).isEqualTo(RunState.SUCCEEDED);
                assertThat(world.made).as(file).doesNotHaveDuplicates();
            }
        }
    }
}
