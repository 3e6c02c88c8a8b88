package io.kumiki.pipelines.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.pipelines.Pipeline;
import io.kumiki.pipelines.PipelineReader;
import io.kumiki.pipelines.Read;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What a decision costs. Prints figures; asserts only what a tenfold slower machine would still keep.
class RunEngineFiguresTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private RunRecord run;
    private final Map<String, TaskRecord> rows = new HashMap<>();

    private static ObjectNode spec() {
        ObjectNode spec = Json.object();
        spec.putObject("pipelineInfo").put("name", "figures");
        spec.put("schemaVersion", "2.1.0");
        ObjectNode container = spec.putObject("deploymentSpec")
                .putObject("executors")
                .putObject("exec-work")
                .putObject("container");
        container.put("image", "python:3.11");
        ArrayNode args = container.putArray("args");
        args.add("--executor_input").add("{{$}}");
        ObjectNode work = spec.putObject("components").putObject("comp-work").put("executorLabel", "exec-work");
        ObjectNode in = work.putObject("inputDefinitions").putObject("parameters");
        in.putObject("x").put("parameterType", "STRING").put("isOptional", true);
        work.putObject("outputDefinitions")
                .putObject("parameters")
                .putObject("y")
                .put("parameterType", "STRING");
        return spec;
    }

    private static Pipeline read(ObjectNode spec) {
        return switch (PipelineReader.read(spec, null)) {
            case Read.Valid v -> v.pipeline();
            case Read.Invalid i -> throw new AssertionError(i.violations());
        };
    }

    private static Pipeline chain(int n) {
        ObjectNode spec = spec();
        ObjectNode tasks = spec.putObject("root").putObject("dag").putObject("tasks");
        for (int i = 0; i < n; i++) {
            ObjectNode task = tasks.putObject("t" + i);
            task.putObject("componentRef").put("name", "comp-work");
            task.putObject("cachingOptions").put("enableCache", true);
            if (i > 0) {
                task.putObject("inputs")
                        .putObject("parameters")
                        .putObject("x")
                        .putObject("taskOutputParameter")
                        .put("producerTask", "t" + (i - 1))
                        .put("outputParameterKey", "y");
            }
        }
        return read(spec);
    }

    private static Pipeline loop(int n, int limit) {
        ObjectNode spec = spec();
        ObjectNode body = Json.object();
        body.putObject("inputDefinitions")
                .putObject("parameters")
                .putObject("item")
                .put("parameterType", "STRING");
        ObjectNode inner = body.putObject("dag").putObject("tasks").putObject("work");
        inner.putObject("componentRef").put("name", "comp-work");
        inner.putObject("inputs").putObject("parameters").putObject("x").put("componentInputParameter", "item");
        ((ObjectNode) spec.get("components")).set("comp-loop", body);
        ObjectNode task =
                spec.putObject("root").putObject("dag").putObject("tasks").putObject("for-loop-1");
        task.putObject("componentRef").put("name", "comp-loop");
        ArrayNode items = Json.array();
        for (int i = 0; i < n; i++) {
            items.add("item-" + i);
        }
        ObjectNode it = task.putObject("parameterIterator").put("itemInput", "item");
        it.putObject("items").put("raw", Json.write(items));
        task.putObject("iteratorPolicy").put("parallelismLimit", limit);
        return read(spec);
    }

    private Decision keep(Decision d) {
        if (d.run() != null) {
            run = d.run();
        }
        d.tasks().forEach(t -> rows.put(t.id(), t));
        return d;
    }

    @Test
    void aChainOfAThousandCachedSteps() {
        for (int round = 0; round < 3; round++) {
            Pipeline pipeline = chain(1000);
            run = FakeWorld.run("run-" + round, pipeline, Json.object());
            RunEngine engine = RunEngine.of(pipeline, run, List.of(), List.of(), PathLayout.real(), () -> 1);
            ObjectNode outputs = Json.object();
            outputs.putObject("parameters").put("y", "v");
            outputs.putObject("artifacts");
            long start = System.nanoTime();
            var queue = new ArrayDeque<Command>(
                    keep(engine.on(new RunEvent.Begin(), NOW)).commands());
            long begun = System.nanoTime();
            int events = 0;
            while (queue.poll() instanceof Command c) {
                var look = (Command.LookUpCache) c;
                var hit = new RunEvent.CacheHit(cached(look.taskId(), outputs), List.of());
                queue.addAll(keep(engine.on(new RunEvent.CacheAnswer(look.taskId(), hit), NOW))
                        .commands());
                events++;
            }
            double micros = (System.nanoTime() - begun) / 1000.0 / events;
            System.out.printf(
                    "chain of 1000 cached steps: begin %.1f ms, then %.1f us per transition%n",
                    (begun - start) / 1e6, micros);
            assertThat(engine.run().state()).isEqualTo(RunState.SUCCEEDED);
            assertThat(events).isEqualTo(1000);
            assertThat(micros).isLessThan(1000);
        }
    }

    private TaskRecord cached(String taskId, ObjectNode outputs) {
        TaskRecord t = rows.get(taskId);
        return new TaskRecord(
                "earlier",
                "earlier",
                null,
                t.path(),
                t.name(),
                t.displayName(),
                t.kind(),
                t.state(),
                1,
                null,
                null,
                t.inputs(),
                outputs,
                null,
                t.fingerprint(),
                null,
                null,
                NOW,
                NOW,
                NOW,
                null,
                Json.object(),
                List.of());
    }

    @Test
    void aLongLoop() {
        int n = Integer.getInteger("kumiki.iterations", 30_000);
        Pipeline pipeline = loop(n, 100);
        run = FakeWorld.run("run-1", pipeline, Json.object());
        RunEngine engine =
                RunEngine.of(pipeline, run, List.of(), List.<ArtifactRecord>of(), PathLayout.real(), () -> 1);
        long before = used();
        long start = System.nanoTime();
        var queue = new ArrayDeque<Command>(engine.on(new RunEvent.Begin(), NOW).commands());
        int events = 0;
        int widest = 0;
        long worst = 0;
        while (queue.poll() instanceof Command.StartStep s) {
            StepOutcome outcome = FakeWorld.success(s.request(), Json.object());
            long at = System.nanoTime();
            Decision d = engine.on(
                    new RunEvent.StepEnded(s.request().taskId(), s.request().attempt(), outcome), NOW);
            worst = Math.max(worst, System.nanoTime() - at);
            queue.addAll(d.commands());
            widest = Math.max(widest, queue.size());
            events++;
        }
        double micros = (System.nanoTime() - start) / 1000.0 / events;
        long perIteration = (used() - before) / n;
        System.out.printf(
                "loop of %,d iterations, window 100: %.1f us per transition (worst %.1f ms), %d bytes kept per finished iteration%n",
                n, micros, worst / 1e6, perIteration);
        assertThat(engine.run().state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(events).isEqualTo(n);
        assertThat(widest).isLessThanOrEqualTo(100);
        assertThat(perIteration).isLessThan(1024);
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
