package io.kumiki.pipelines.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import io.kumiki.pipelines.Pipeline;
import io.kumiki.pipelines.PipelineReader;
import io.kumiki.pipelines.Read;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunEngineTest {
    private static final String HEAD = """
            {"pipelineInfo":{"name":"p"},"schemaVersion":"2.1.0","deploymentSpec":{"executors":{
               "exec-a":{"container":{"image":"python:3.11","command":["run"],"args":["{{$}}"]}},
               "exec-i":{"importer":{"artifactUri":{"runtimeParameter":"uri"},"typeSchema":{"schemaTitle":"system.Dataset","schemaVersion":"0.0.1"},
                 "metadata":{"from":"{{$.inputs.parameters['uri']}}"}}}}},
             "components":{
               "comp-a":{"executorLabel":"exec-a",
                 "inputDefinitions":{"parameters":{"x":{"parameterType":"STRING","isOptional":true},
                    "status":{"parameterType":"TASK_FINAL_STATUS","isOptional":true},"n":{"parameterType":"NUMBER_INTEGER","defaultValue":3.0,"isOptional":true}},
                   "artifacts":{"d":{"artifactType":{"schemaTitle":"system.Dataset","schemaVersion":"0.0.1"},"isOptional":true}}},
                 "outputDefinitions":{"parameters":{"y":{"parameterType":"NUMBER_INTEGER"}},
                   "artifacts":{"m":{"artifactType":{"schemaTitle":"system.Model","schemaVersion":"0.0.1"}}}}},
               "comp-i":{"executorLabel":"exec-i","inputDefinitions":{"parameters":{"uri":{"parameterType":"STRING"}}},
                 "outputDefinitions":{"artifacts":{"artifact":{"artifactType":{"schemaTitle":"system.Dataset","schemaVersion":"0.0.1"}}}}},
               "comp-sub":{"dag":{"tasks":{"inner":{"componentRef":{"name":"comp-a"}}}}}},
             "root":{"dag":{"tasks":""";

    private static Pipeline pipeline(String tasks) {
        return pipeline(tasks, null);
    }

    private static Pipeline pipeline(String tasks, String platform) {
        return switch (PipelineReader.read(
                Json.parse(HEAD + tasks + "}}}"), platform == null ? null : Json.parse(platform))) {
            case Read.Valid v -> v.pipeline();
            case Read.Invalid i -> throw new AssertionError(i.violations());
        };
    }

    private static final ObjectNode OUT = (ObjectNode) Json.parse("{\"y\":7.0}");

    private static FakeWorld world(String tasks) {
        return new FakeWorld(pipeline(tasks), Json.object(), 1).script((r, t) -> FakeWorld.success(r, OUT));
    }

    private static TaskRecord task(FakeWorld world, String path) {
        return world.tasks.values().stream()
                .filter(t -> t.path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aStepIsAskedForInFinalText() {
        var world = world(
                "{\"one\":{\"componentRef\":{\"name\":\"comp-a\"},\"inputs\":{\"parameters\":{\"x\":{\"runtimeValue\":{\"constant\":\"{{$.pipeline_job_uuid}}\"}}}}},"
                        + "\"two\":{\"componentRef\":{\"name\":\"comp-a\"},\"inputs\":{\"parameters\":{\"x\":{\"taskOutputParameter\":{\"producerTask\":\"one\",\"outputParameterKey\":\"y\"}}},"
                        + "\"artifacts\":{\"d\":{\"taskOutputArtifact\":{\"producerTask\":\"one\",\"outputArtifactKey\":\"m\"}}}}}}");
        assertThat(world.finish()).isEqualTo(RunState.SUCCEEDED);
        StepRequest one = world.made.get(0);
        StepRequest two = world.made.get(1);
        assertThat(one.taskRoot()).startsWith("minio://mlpipeline/v2/artifacts/p/run-1/one/");
        assertThat(one.executorInput().at("/inputs/parameterValues/x").asText()).isEqualTo("run-1");
        assertThat(one.executorInput().at("/inputs/parameterValues/n").toString())
                .isEqualTo("3");
        assertThat(one.executorOutput())
                .startsWith("/minio/mlpipeline/v2/artifacts/p/run-1/one/")
                .endsWith("/output_metadata.json");
        assertThat(one.parameterFiles()).containsEntry("y", "/tmp/kfp/outputs/y");
        assertThat(one.artifacts()).singleElement().satisfies(a -> {
            assertThat(a.uri()).isEqualTo(one.taskRoot() + "/m");
            assertThat(a.path()).isEqualTo("/minio/" + a.uri().substring("minio://".length()));
        });
        assertThat(two.executorInput().at("/inputs/parameterValues/x").textValue())
                .as("a STRING input takes the text of a number")
                .isEqualTo("7");
        assertThat(two.inputs())
                .containsExactly(new StepRequest.Transfer(
                        one.taskRoot() + "/m", "/minio/" + (one.taskRoot() + "/m").substring(8)));
        assertThat(two.executorInput()
                        .at("/inputs/artifacts/d/artifacts/0/type/schemaTitle")
                        .asText())
                .isEqualTo("system.Model");
        assertThat(two.container().args()).containsExactly(Json.write(two.executorInput()));
        assertThat(two.mounts()).containsExactly(new StepRequest.Mount("minio://", "/minio/"));
    }

    @Test
    void withoutPrivateMountsPathsAreTheUris() {
        var pipeline = pipeline("{\"one\":{\"componentRef\":{\"name\":\"comp-a\"}}}");
        var run = FakeWorld.run("r", pipeline, Json.object());
        var engine = RunEngine.of(pipeline, run, List.of(), List.of(), PathLayout.plain("/data/steps"), () -> 1);
        var request = ((Command.StartStep) engine.on(new RunEvent.Begin(), FakeWorld.START)
                        .commands()
                        .getFirst())
                .request();
        String folder = "/data/steps/r/" + request.taskId() + "/1";
        assertThat(request.executorOutput()).startsWith(folder + "/minio/mlpipeline/");
        String seen = request.executorInput()
                .at("/outputs/artifacts/m/artifacts/0/uri")
                .asText();
        assertThat(seen).startsWith(folder + "/minio/mlpipeline/");
        assertThat(request.artifacts().getFirst().uri()).startsWith("minio://");
        ObjectNode report = Json.object();
        report.putObject("parameterValues").put("y", 1);
        report.putObject("artifacts")
                .putObject("m")
                .putArray("artifacts")
                .addObject()
                .put("uri", seen)
                .putObject("metadata")
                .put("acc", 0.5);
        var outcome = new StepOutcome(0, "Completed", "", Json.object().put("executorOutput", Json.write(report)));
        var decision = engine.on(new RunEvent.StepEnded(request.taskId(), 1, outcome), FakeWorld.START);
        assertThat(decision.artifacts()).singleElement().satisfies(a -> {
            assertThat(a.uri()).isEqualTo(request.artifacts().getFirst().uri());
            assertThat(a.metadata().path("acc").asDouble()).isEqualTo(0.5);
        });
        assertThat(decision.run().state()).isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void aMissingOutputParameterFailsTheTask() {
        var world = world("{\"one\":{\"componentRef\":{\"name\":\"comp-a\"}}}")
                .script((r, t) -> new StepOutcome(0, "Completed", "", Json.object()));
        assertThat(world.finish()).isEqualTo(RunState.FAILED);
        assertThat(task(world, "one").error().reason()).isEqualTo("OutputMissing");
        assertThat(world.run.error().message()).startsWith("one: the step ended without its output parameter 'y'");
    }

    @Test
    void parameterFilesAreReadByType() {
        ObjectNode published = Json.object();
        published.putObject("parameters").put("y", " 42\n");
        var world = world("{\"one\":{\"componentRef\":{\"name\":\"comp-a\"}}}")
                .script((r, t) -> new StepOutcome(0, "", "", published));
        assertThat(world.finish()).isEqualTo(RunState.SUCCEEDED);
        assertThat(task(world, "one").outputs().at("/parameters/y").toString()).isEqualTo("42");
        ObjectNode bad = Json.object();
        bad.putObject("parameters").put("y", "many");
        var wrong = world("{\"one\":{\"componentRef\":{\"name\":\"comp-a\"}}}")
                .script((r, t) -> new StepOutcome(0, "", "", bad));
        wrong.finish();
        assertThat(task(wrong, "one").error())
                .isEqualTo(new RunFault(
                        "OutputUnreadable",
                        "the output parameter 'y' must be a whole number (NUMBER_INTEGER), found the text \"many\""));
    }

    @Test
    void retriesWaitLongerAndLonger() {
        var starts = new ArrayList<Instant>();
        var world = world(
                "{\"one\":{\"componentRef\":{\"name\":\"comp-a\"},\"retryPolicy\":{\"maxRetryCount\":4,\"backoffDuration\":\"10s\",\"backoffFactor\":3,\"backoffMaxDuration\":\"60s\"}}}");
        world.script((r, t) -> r.retry() < 4 ? FakeWorld.failure() : FakeWorld.success(r, OUT));
        assertThat(world.finish()).isEqualTo(RunState.SUCCEEDED);
        world.commands.stream()
                .filter(c -> c instanceof Command.WakeAt)
                .forEach(c -> starts.add(((Command.WakeAt) c).at()));
        assertThat(world.made).extracting(StepRequest::attempt).containsExactly(1, 2, 3, 4, 5);
        assertThat(world.made).extracting(StepRequest::retry).containsExactly(0, 1, 2, 3, 4);
        var history = task(world, "one").history().stream()
                .filter(h -> h.state().equals("WAITING"))
                .skip(1)
                .toList();
        for (int i = 0; i < 4; i++) {
            assertThat(Duration.between(history.get(i).at(), starts.get(i)))
                    .isEqualTo(Duration.ofSeconds(List.of(10, 30, 60, 60).get(i)));
        }
    }

    @Test
    void anExitTaskLearnsHowItEnded() {
        var world = world(
                "{\"handler\":{\"componentRef\":{\"name\":\"comp-sub\"}},\"exit\":{\"componentRef\":{\"name\":\"comp-a\"},\"dependentTasks\":[\"handler\"],"
                        + "\"inputs\":{\"parameters\":{\"status\":{\"taskFinalStatus\":{\"producerTask\":\"handler\"}}}},\"triggerPolicy\":{\"strategy\":\"ALL_UPSTREAM_TASKS_COMPLETED\"}}}");
        world.script((r, t) ->
                r.path().startsWith("handler") ? new StepOutcome(3, "Error", "boom", null) : FakeWorld.success(r, OUT));
        assertThat(world.finish()).isEqualTo(RunState.FAILED);
        JsonNode status = task(world, "exit").inputs().at("/parameters/status");
        assertThat(Json.write(status))
                .isEqualTo(
                        "{\"state\":\"FAILED\",\"pipelineJobResourceName\":\"p-abcde\",\"pipelineTaskName\":\"handler\","
                                + "\"error\":{\"code\":2,\"message\":\"inner: the container ended with exit code 3: boom\"}}");
        assertThat(task(world, "exit").state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(world.run.error().message()).isEqualTo("handler/inner: the container ended with exit code 3: boom");
        var good = world(
                "{\"handler\":{\"componentRef\":{\"name\":\"comp-sub\"}},\"exit\":{\"componentRef\":{\"name\":\"comp-a\"},"
                        + "\"inputs\":{\"parameters\":{\"status\":{\"taskFinalStatus\":{\"producerTask\":\"handler\"}}}},\"triggerPolicy\":{\"strategy\":\"ALL_UPSTREAM_TASKS_COMPLETED\"}}}");
        good.finish();
        assertThat(task(good, "exit").inputs().at("/parameters/status").has("error"))
                .isFalse();
        assertThat(task(good, "exit").inputs().at("/parameters/status/state").asText())
                .isEqualTo("COMPLETE");
    }

    @Test
    void equalStepsComeFromTheCacheAndDifferentOnesDoNot() {
        String tasks =
                "{\"one\":{\"componentRef\":{\"name\":\"comp-a\"},\"cachingOptions\":{\"enableCache\":true},\"inputs\":{\"parameters\":{\"x\":{\"runtimeValue\":{\"constant\":\"a\"}}}}}}";
        var first = world(tasks);
        first.finish();
        var second = world(tasks);
        second.cache.putAll(first.cache);
        second.artifacts.putAll(first.artifacts);
        assertThat(second.finish()).isEqualTo(RunState.SUCCEEDED);
        assertThat(second.made).isEmpty();
        assertThat(task(second, "one").state()).isEqualTo(TaskState.CACHED);
        assertThat(task(second, "one").outputs()).isEqualTo(task(first, "one").outputs());
        assertThat(task(second, "one").fingerprint()).matches("[0-9a-f]{64}");
        var third = world(tasks.replace("\"a\"", "\"b\""));
        third.cache.putAll(first.cache);
        third.finish();
        assertThat(third.made).hasSize(1);
        var keyed = world(tasks.replace("\"enableCache\":true", "\"enableCache\":true,\"cacheKey\":\"mine\""));
        keyed.finish();
        assertThat(keyed.cache).containsOnlyKeys("mine");
    }

    @Test
    void simulatedResultsAreNotReused() {
        var world =
                world("{\"one\":{\"componentRef\":{\"name\":\"comp-a\"},\"cachingOptions\":{\"enableCache\":true}}}");
        world.boot();
        while (world.made.isEmpty()) {
            world.step();
        }
        var request = world.made.getFirst();
        world.deliver(new RunEvent.StepStarted(
                request.taskId(), 1, "pod", Json.object().put("Simulated", true)));
        world.drain();
        assertThat(world.cache).isEmpty();
    }

    @Test
    void importersNeedNoPodAndReuseWhatIsThere() {
        var world = world(
                "{\"i\":{\"componentRef\":{\"name\":\"comp-i\"},\"inputs\":{\"parameters\":{\"uri\":{\"runtimeValue\":{\"constant\":\"s3://b/k\"}}}}},"
                        + "\"j\":{\"componentRef\":{\"name\":\"comp-i\"},\"dependentTasks\":[\"i\"],\"inputs\":{\"parameters\":{\"uri\":{\"runtimeValue\":{\"constant\":\"s3://b/k\"}}}}}}");
        assertThat(world.finish()).isEqualTo(RunState.SUCCEEDED);
        assertThat(world.made).isEmpty();
        assertThat(world.artifacts).hasSize(1);
        assertThat(world.artifacts.get(1L).metadata().path("from").asText()).isEqualTo("s3://b/k");
        assertThat(task(world, "j").outputs()).isEqualTo(task(world, "i").outputs());
    }

    @Test
    void anArgumentThatLinuxWouldRefuseIsRefusedByName() {
        var world = world(
                "{\"one\":{\"componentRef\":{\"name\":\"comp-a\"},\"inputs\":{\"parameters\":{\"x\":{\"runtimeValue\":{\"constant\":\""
                        + "x".repeat(140_000) + "\"}}}}}}");
        assertThat(world.finish()).isEqualTo(RunState.FAILED);
        assertThat(task(world, "one").error().reason()).isEqualTo("ArgumentTooLong");
        assertThat(world.made).isEmpty();
    }

    private static final String WORKSPACE =
            "{\"platforms\":{\"kubernetes\":{\"pipelineConfig\":{\"workspace\":{\"size\":\"1Gi\",\"kubernetes\":{\"pvcSpecPatch\":{\"storageClassName\":\"fast\"}}},\"activeDeadlineSeconds\":\"60\"}}}}";

    @Test
    void theWorkspaceIsMadeFirstAndOnlyMountedWhereUsed() {
        var world = new FakeWorld(
                pipeline(
                        "{\"one\":{\"componentRef\":{\"name\":\"comp-a\"},\"cachingOptions\":{\"enableCache\":true},"
                                + "\"inputs\":{\"parameters\":{\"x\":{\"runtimeValue\":{\"constant\":\"{{$.workspace_path}}/f\"}}}}},\"two\":{\"componentRef\":{\"name\":\"comp-a\"}}}",
                        WORKSPACE),
                Json.object(),
                1);
        world.script((r, t) -> FakeWorld.success(r, OUT));
        world.crashes = 0.3;
        assertThat(world.finish()).isEqualTo(RunState.SUCCEEDED);
        var claim = (Command.CreateVolume) world.commands.stream()
                .filter(c -> c instanceof Command.CreateVolume)
                .findFirst()
                .orElseThrow();
        assertThat(Json.write(claim.spec()))
                .isEqualTo(
                        "{\"storageClassName\":\"fast\",\"accessModes\":[\"ReadWriteOnce\"],\"resources\":{\"requests\":{\"storage\":\"1Gi\"}}}");
        assertThat(world.made)
                .filteredOn(r -> r.workspace() != null)
                .extracting(StepRequest::name)
                .containsExactly("one");
        assertThat(world.made.stream()
                        .filter(r -> r.name().equals("one"))
                        .findFirst()
                        .orElseThrow()
                        .executorInput()
                        .at("/inputs/parameterValues/x")
                        .asText())
                .isEqualTo("/kfp-workspace/f");
        assertThat(world.claims).isEmpty();
    }

    @Test
    void aRunThatTakesTooLongFails() {
        var world = new FakeWorld(
                pipeline(
                        "{\"one\":{\"componentRef\":{\"name\":\"comp-a\"},\"retryPolicy\":{\"maxRetryCount\":900,\"backoffDuration\":\"5s\",\"backoffFactor\":1}}}",
                        WORKSPACE),
                Json.object(),
                1);
        world.script((r, t) -> FakeWorld.failure());
        assertThat(world.finish()).isEqualTo(RunState.FAILED);
        assertThat(world.run.error().reason()).isEqualTo("DeadlineExceeded");
        assertThat(Duration.between(FakeWorld.START, world.now))
                .isBetween(Duration.ofSeconds(60), Duration.ofSeconds(70));
    }

    @Test
    void foreignAndLateEventsChangeNothing() {
        var world = world("{\"one\":{\"componentRef\":{\"name\":\"comp-a\"}}}");
        world.boot();
        var id = world.made.getFirst().taskId();
        for (RunEvent event : List.of(
                new RunEvent.StepEnded("nobody", 1, FakeWorld.failure()),
                new RunEvent.StepEnded(id, 9, FakeWorld.failure()),
                new RunEvent.StepLost(id, 2, new RunFault("X", "x")),
                new RunEvent.CacheAnswer(id, null),
                new RunEvent.ArtifactAnswer(id, null),
                new RunEvent.VolumeDone(id),
                new RunEvent.Woke(id),
                new RunEvent.RetryRequested(),
                new RunEvent.Begin())) {
            assertThat(world.engine.on(event, world.now).empty())
                    .as("%s", event)
                    .isTrue();
        }
        assertThat(world.drain()).isEqualTo(RunState.SUCCEEDED);
        assertThat(world.engine.on(new RunEvent.StopRequested(), world.now).empty())
                .isTrue();
        assertThat(world.engine.on(new RunEvent.RetryRequested(), world.now).empty())
                .isTrue();
    }

    @Test
    void aTaskLostForEverFailsInTheEnd() {
        var world = world("{\"one\":{\"componentRef\":{\"name\":\"comp-a\"}}}");
        world.losses = 1;
        assertThat(world.finish()).isEqualTo(RunState.FAILED);
        assertThat(task(world, "one").error().reason()).isEqualTo("LostTooOften");
        assertThat(task(world, "one").notes().path("lost").asInt()).isEqualTo(Steps.MOST_LOSSES + 1);
    }

    private static Pipeline read(String spec, String platform) {
        return switch (PipelineReader.read(Json.parse(spec), platform == null ? null : Json.parse(platform))) {
            case Read.Valid v -> v.pipeline();
            case Read.Invalid i -> throw new AssertionError(i.violations());
        };
    }

    private static String number(String definition) {
        return "\"parameters\":{\"" + definition + "\":{\"parameterType\":\"LIST\"}}";
    }

    @Test
    void nestedLoopsCollectListsOfListsAndFlatArtifacts() {
        String loop =
                "{\"dag\":{\"outputs\":{\"parameters\":{\"ys\":{\"valueFromParameter\":{\"producerSubtask\":\"T\",\"outputParameterKey\":\"K\"}}},"
                        + "\"artifacts\":{\"ms\":{\"artifactSelectors\":[{\"producerSubtask\":\"T\",\"outputArtifactKey\":\"A\"}]}}},\"tasks\":{\"T\":TASK}},"
                        + "\"inputDefinitions\":{\"parameters\":{\"i\":{\"parameterType\":\"STRING\"}}},\"outputDefinitions\":{"
                        + number("ys")
                        + ",\"artifacts\":{\"ms\":{\"artifactType\":{\"schemaTitle\":\"system.Model\"},\"isArtifactList\":true}}}}";
        String inner = loop.replace(
                        "TASK",
                        "{\"componentRef\":{\"name\":\"comp-a\"},\"inputs\":{\"parameters\":{\"x\":{\"componentInputParameter\":\"i\"}}}}")
                .replace("\"T\"", "\"work\"")
                .replace("\"K\"", "\"y\"")
                .replace("\"A\"", "\"m\"");
        String outer = loop.replace(
                        "TASK",
                        "{\"componentRef\":{\"name\":\"comp-inner\"},\"parameterIterator\":{\"itemInput\":\"i\",\"items\":{\"raw\":\"[1,2]\"}}}")
                .replace("\"T\"", "\"in\"")
                .replace("\"K\"", "\"ys\"")
                .replace("\"A\"", "\"ms\"");
        String spec = (HEAD
                        + "{\"out\":{\"componentRef\":{\"name\":\"comp-outer\"},\"iteratorPolicy\":{\"parallelismLimit\":1},"
                        + "\"parameterIterator\":{\"itemInput\":\"i\",\"items\":{\"raw\":\"[\\\"a\\\",\\\"b\\\",\\\"c\\\"]\"}}}}}}}")
                .replace("\"comp-sub\"", "\"comp-inner\":" + inner + ",\"comp-outer\":" + outer + ",\"comp-sub\"");
        var world = new FakeWorld(read(spec, null), Json.object(), 1).script((r, t) -> FakeWorld.success(r, OUT));
        assertThat(world.finish()).isEqualTo(RunState.SUCCEEDED);
        JsonNode outputs = task(world, "out").outputs();
        assertThat(outputs.at("/parameters/ys").toString()).isEqualTo("[[7,7],[7,7],[7,7]]");
        assertThat(outputs.at("/artifacts/ms")).hasSize(6);
        assertThat(world.made.getFirst().path()).isEqualTo("out/0/in/0/work");
        assertThat(world.made
                        .getFirst()
                        .executorInput()
                        .at("/inputs/parameterValues/x")
                        .textValue())
                .isEqualTo("1");
    }

    @Test
    void anImporterMayBringItsArtifactIntoTheWorkspace() {
        String spec = HEAD.replace("\"metadata\":", "\"downloadToWorkspace\":true,\"metadata\":")
                + "{\"i\":{\"componentRef\":{\"name\":\"comp-i\"},\"inputs\":{\"parameters\":{\"uri\":{\"runtimeValue\":{\"constant\":\"s3://b/k\"}}}}},"
                + "\"one\":{\"componentRef\":{\"name\":\"comp-a\"},\"inputs\":{\"artifacts\":{\"d\":{\"taskOutputArtifact\":{\"producerTask\":\"i\",\"outputArtifactKey\":\"artifact\"}}}}}}}}}";
        var world = new FakeWorld(read(spec, WORKSPACE), Json.object(), 3).script((r, t) -> FakeWorld.success(r, OUT));
        world.crashes = 0.3;
        assertThat(world.finish()).isEqualTo(RunState.SUCCEEDED);
        StepRequest download = world.made.stream()
                .filter(r -> r.name().equals("i"))
                .findFirst()
                .orElseThrow();
        assertThat(download.container()).isNull();
        assertThat(download.inputs())
                .containsExactly(new StepRequest.Transfer("s3://b/k", "/kfp-workspace/.artifacts/b/k"));
        StepRequest user = world.made.stream()
                .filter(r -> r.name().equals("one"))
                .findFirst()
                .orElseThrow();
        assertThat(user.inputs()).as("it lies in the workspace already").isEmpty();
        assertThat(user.workspace()).isEqualTo("/kfp-workspace");
    }

    @Test
    void aStepMayBeToldItsOwnSettings() {
        String spec = HEAD.replace(
                                "\"comp-a\":{",
                                "\"comp-a\":{\"taskConfigPassthroughs\":[{\"field\":\"RESOURCES\"},{\"field\":\"KUBERNETES_NODE_SELECTOR\",\"applyToTask\":true}],")
                        .replace(
                                "\"inputDefinitions\":{\"parameters\":{\"x\"",
                                "\"inputDefinitions\":{\"parameters\":{\"config\":{\"parameterType\":\"TASK_CONFIG\"},\"x\"")
                        .replace(
                                "\"args\":[\"{{$}}\"]",
                                "\"args\":[\"{{$}}\"],\"resources\":{\"resourceCpuLimit\":\"2\",\"memoryLimit\":0.5,\"accelerator\":{\"type\":\"nvidia.com/gpu\",\"count\":\"1\"}}")
                + "{\"one\":{\"componentRef\":{\"name\":\"comp-a\"}}}}}}";
        String platform =
                "{\"platforms\":{\"kubernetes\":{\"deploymentSpec\":{\"executors\":{\"exec-a\":{\"nodeSelector\":{\"labels\":{\"disk\":\"ssd\"}}}}}}}}";
        var world = new FakeWorld(read(spec, platform), Json.object(), 1).script((r, t) -> FakeWorld.success(r, OUT));
        assertThat(world.finish()).isEqualTo(RunState.SUCCEEDED);
        StepRequest request = world.made.getFirst();
        assertThat(Json.write(request.executorInput().at("/inputs/parameterValues/config")))
                .isEqualTo(
                        "{\"nodeSelector\":{\"disk\":\"ssd\"},\"resources\":{\"limits\":{\"cpu\":\"2\",\"memory\":\"0.5G\",\"nvidia.com/gpu\":\"1\"}}}");
        assertThat(request.container().resources())
                .as("passed through, not applied")
                .isEmpty();
        assertThat(request.platform().at("/nodeSelector/disk").asText()).isEqualTo("ssd");
    }

    @Test
    void aRunMayBeStoppedBeforeItBegins() {
        var world = world("{\"one\":{\"componentRef\":{\"name\":\"comp-a\"}}}");
        world.engine = RunEngine.of(world.pipeline, world.run, List.of(), List.of(), world.layout, () -> 1);
        world.deliver(new RunEvent.StopRequested());
        assertThat(world.run.state()).isEqualTo(RunState.CANCELED);
        assertThat(world.tasks.values())
                .singleElement()
                .satisfies(t -> assertThat(t.createdAt()).isEqualTo(FakeWorld.START));
    }
}
