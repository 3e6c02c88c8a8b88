package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.pipelines.Pipeline;
import io.kumiki.pipelines.ir.ParameterDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;

/// A cluster, a store and a run loop in one thread on a virtual clock. Time, order, duplicates, losses and crashes
/// come from a seed;
/// what a step produces depends on its path and retry only, so that the same pipeline must always come to the same
/// end.
final class FakeWorld {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /// What a step does. Null means it succeeds with plausible outputs.
    interface Script {
        StepOutcome run(StepRequest request, TaskRecord task);
    }

    private record Timed(Instant at, long order, RunEvent event) {}

    private record Pod(StepRequest request, Instant ends) {}

    final Pipeline pipeline;
    final PathLayout layout;
    final Random random;
    final Map<String, TaskRecord> tasks = new LinkedHashMap<>();
    final Map<Long, ArtifactRecord> artifacts = new HashMap<>();
    final Map<String, TaskRecord> cache = new HashMap<>();
    final Map<String, Pod> pods = new LinkedHashMap<>();
    final Set<String> everMade = new HashSet<>();
    final List<StepRequest> made = new ArrayList<>();
    final Set<String> claims = new HashSet<>();
    final List<Command> commands = new ArrayList<>();
    private final PriorityQueue<Timed> queue =
            new PriorityQueue<>(Comparator.comparing(Timed::at).thenComparing(Timed::order));
    Script script;
    RunRecord run;
    RunEngine engine;
    Instant now = START;
    boolean caching = true;
    double crashes;
    double losses;
    double duplicates;
    FailurePolicy policy = FailurePolicy.FAST;
    long events;
    private long order;
    private long nextArtifact = 1;

    FakeWorld(Pipeline pipeline, ObjectNode parameters, long seed) {
        this.pipeline = pipeline;
        this.layout = PathLayout.real();
        this.random = new Random(seed);
        this.script = this::plausible;
        this.run = run("run-1", pipeline, parameters);
    }

    static RunRecord run(String id, Pipeline pipeline, ObjectNode parameters) {
        return new RunRecord(
                id,
                "kubeflow",
                "experiment",
                "a run",
                "",
                null,
                null,
                "spec",
                pipeline.name(),
                pipeline.name() + "-abcde",
                parameters,
                "minio://mlpipeline/v2/artifacts",
                "pipeline-runner",
                RunState.PENDING,
                false,
                START,
                START,
                null,
                null,
                null,
                null,
                List.of());
    }

    FakeWorld script(Script script) {
        this.script = script;
        return this;
    }

    /// Runs to the end and returns the final state.
    RunState finish() {
        boot();
        return drain();
    }

    void boot() {
        engine = RunEngine.of(pipeline, run, tasks.values(), known(), layout, () -> nextArtifact++, policy);
        queue.clear();
        apply(engine.on(run.state() == RunState.PENDING ? new RunEvent.Begin() : new RunEvent.Resumed(), now));
        pods.values().stream()
                .filter(p -> tasks.get(p.request.taskId()).startedAt() == null)
                .forEach(p -> schedule(
                        new RunEvent.StepStarted(
                                p.request.taskId(), p.request.attempt(), name(p.request), Json.object()),
                        now));
        new ArrayList<>(pods.values()).forEach(this::scheduleEnd);
    }

    private List<ArtifactRecord> known() {
        return RunEngine.artifactsOf(tasks.values()).stream()
                .map(artifacts::get)
                .toList();
    }

    RunState drain() {
        while (!run.state().terminal()) {
            if (!step()) {
                throw new AssertionError(
                        "stuck: nothing outstanding while the run is " + run.state() + ": " + unfinished());
            }
        }
        return run.state();
    }

    private List<String> unfinished() {
        return tasks.values().stream()
                .filter(t -> !t.state().terminal())
                .map(t -> t.path() + "=" + t.state())
                .limit(20)
                .toList();
    }

    boolean step() {
        Timed next = queue.poll();
        if (next == null) {
            return false;
        }
        now = next.at.isAfter(now) ? next.at : now;
        if (++events > 5_000_000) {
            throw new AssertionError("no end in sight: " + unfinished());
        }
        deliver(next.event);
        if (random.nextDouble() < duplicates) {
            deliver(next.event);
        }
        if (random.nextDouble() < crashes && !run.state().terminal()) {
            boot();
        }
        return true;
    }

    void deliver(RunEvent event) {
        if (event instanceof RunEvent.StepEnded e) {
            pods.remove(key(e.taskId(), e.attempt()));
        }
        apply(engine.on(event, now));
    }

    private void apply(Decision d) {
        if (d.run() != null) {
            run = d.run();
        }
        d.tasks().forEach(t -> tasks.put(t.id(), t));
        d.artifacts().forEach(a -> artifacts.put(a.id(), a));
        d.results().forEach(r -> cache.put(r.fingerprint(), tasks.get(r.taskId())));
        d.commands().forEach(this::carryOut);
    }

    private void carryOut(Command command) {
        commands.add(command);
        switch (command) {
            case Command.LookUpCache c -> schedule(new RunEvent.CacheAnswer(c.taskId(), hit(c)), soon());
            case Command.StartStep s -> start(s);
            case Command.StopStep s -> stop(s);
            case Command.WakeAt w -> schedule(new RunEvent.Woke(w.taskId()), w.at());
            case Command.LookUpArtifact a -> schedule(new RunEvent.ArtifactAnswer(a.taskId(), found(a)), soon());
            case Command.CreateVolume v -> {
                claims.add(v.claim());
                schedule(new RunEvent.VolumeDone(v.taskId()), soon());
            }
            case Command.DeleteVolume v -> {
                claims.remove(v.claim());
                schedule(new RunEvent.VolumeDone(v.taskId()), soon());
            }
        }
    }

    private RunEvent.CacheHit hit(Command.LookUpCache c) {
        TaskRecord t = cache.get(c.fingerprint());
        return t == null || !caching
                ? null
                : new RunEvent.CacheHit(
                        t,
                        RunEngine.artifactsOf(List.of(t)).stream()
                                .map(artifacts::get)
                                .toList());
    }

    private ArtifactRecord found(Command.LookUpArtifact a) {
        return artifacts.values().stream()
                .filter(x -> x.uri().equals(a.uri())
                        && x.type().equals(a.type())
                        && x.metadata().equals(a.metadata()))
                .max(Comparator.comparing(ArtifactRecord::id))
                .orElse(null);
    }

    private void start(Command.StartStep s) {
        StepRequest r = s.request();
        String key = key(r.taskId(), r.attempt());
        if (pods.containsKey(key)) {
            return;
        }
        if (!everMade.add(key) || s.started()) {
            schedule(new RunEvent.StepLost(r.taskId(), r.attempt(), new RunFault("Gone", "the pod is gone")), soon());
            return;
        }
        made.add(r);
        if (random.nextDouble() < losses) {
            schedule(new RunEvent.StepStarted(r.taskId(), r.attempt(), name(r), Json.object()), soon());
            schedule(
                    new RunEvent.StepLost(r.taskId(), r.attempt(), new RunFault("NodeGone", "its node went away")),
                    soon().plusSeconds(1));
            return;
        }
        var pod = new Pod(r, now.plusMillis(10 + random.nextInt(5000)));
        pods.put(key, pod);
        schedule(new RunEvent.StepStarted(r.taskId(), r.attempt(), name(r), Json.object()), soon());
        scheduleEnd(pod);
    }

    private void scheduleEnd(Pod pod) {
        StepRequest r = pod.request;
        schedule(
                new RunEvent.StepEnded(r.taskId(), r.attempt(), script.run(r, tasks.get(r.taskId()))),
                pod.ends.isBefore(now) ? now : pod.ends);
    }

    private void stop(Command.StopStep s) {
        String key = key(s.taskId(), s.attempt());
        Pod pod = pods.remove(key);
        schedule(
                pod == null
                        ? new RunEvent.StepLost(s.taskId(), s.attempt(), new RunFault("Gone", "the pod is gone"))
                        : new RunEvent.StepEnded(s.taskId(), s.attempt(), new StepOutcome(143, "Error", "", null)),
                soon());
    }

    private static String key(String task, int attempt) {
        return task + "#" + attempt;
    }

    private static String name(StepRequest r) {
        return "pod-" + r.taskId().substring(0, 8) + "-" + r.attempt();
    }

    private Instant soon() {
        return now.plus(Duration.ofMillis(1 + random.nextInt(20)));
    }

    void schedule(RunEvent event, Instant at) {
        queue.add(new Timed(at, order++, event));
    }

    // ---- what steps do ----

    StepOutcome plausible(StepRequest r, TaskRecord task) {
        return success(r, Json.object());
    }

    /// @param known values by output name; the others are made up by type
    static StepOutcome success(StepRequest r, JsonNode known) {
        return success(r, known, Map.of());
    }

    static StepOutcome success(StepRequest r, JsonNode known, Map<String, ParameterDefinition> types) {
        ObjectNode published = Json.object().put("version", 1);
        ObjectNode output = Json.object();
        ObjectNode values = output.putObject("parameterValues");
        r.parameterFiles().keySet().forEach(name -> {
            JsonNode value = known.get(name);
            values.set(name, value != null ? value : invented(types.get(name), r.path() + "/" + name));
        });
        published.put("executorOutput", Json.write(output));
        ObjectNode artifacts = published.putObject("artifacts");
        r.artifacts()
                .forEach(a -> artifacts
                        .putArray(a.name())
                        .addObject()
                        .put("uri", a.uri())
                        .put("files", 1)
                        .put("bytes", 3));
        published.putArray("problems");
        return new StepOutcome(0, "Completed", "", published);
    }

    private static JsonNode invented(ParameterDefinition type, String about) {
        int n = Math.floorMod(about.hashCode(), 97);
        return switch (type == null ? io.kumiki.pipelines.ir.ParameterType.STRING : type.type()) {
            case STRING -> Json.mapper().valueToTree(n % 2 == 0 ? "heads" : "tails");
            case NUMBER_INTEGER -> Json.mapper().valueToTree(n);
            case NUMBER_DOUBLE -> Json.mapper().valueToTree(n / 2.0);
            case BOOLEAN -> Json.mapper().valueToTree(n % 2 == 0);
            case LIST ->
                Json.parse("[{\"A_a\":\"1\",\"B_b\":[\"2\",\"20\"]},{\"A_a\":\"10\",\"B_b\":[\"22\",\"222\"]}]");
            case STRUCT, TASK_FINAL_STATUS, TASK_CONFIG ->
                Json.object().put("a", "1").put("A_a", "heads").put("B_b", "x");
        };
    }

    static StepOutcome failure() {
        return new StepOutcome(1, "Error", "it broke", null);
    }

    /// Path → state and outputs, without what differs between runs of the same pipeline (ids, times, artifact ids).
    Map<String, String> ends() {
        var ends = new java.util.TreeMap<String, String>();
        tasks.values()
                .forEach(t -> ends.put(
                        t.path(),
                        t.state() + " " + t.outputs().path("parameters") + " "
                                + t.outputs().path("artifacts").properties().stream()
                                        .map(e ->
                                                e.getKey() + "x" + e.getValue().size())
                                        .sorted()
                                        .toList()
                                + (t.error() == null ? "" : " " + t.error().reason())));
        ends.put("run", run.state().name());
        return ends;
    }
}
