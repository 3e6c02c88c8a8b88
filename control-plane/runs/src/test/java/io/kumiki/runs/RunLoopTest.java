package io.kumiki.runs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.TaskState;
import io.kumiki.runs.ScriptedPods.Ending;
import io.kumiki.runs.ScriptedPods.Step;
import io.kumiki.runs.pod.StepPods;
import io.kumiki.store.IntentRecord;
import io.kumiki.store.Store;
import io.kumiki.store.objects.DiskObjects;
import io.kumiki.store.objects.ObjectUri;
import io.opentelemetry.api.OpenTelemetry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The run loop on scripted pods: what it makes, in which order, and that a crash at any write changes nothing.
class RunLoopTest {
    @TempDir
    Path folder;

    private Rig rig;
    private ScriptedPods cluster;
    private final Map<ScriptedPods.Line, RunLoop> loops = new HashMap<>();
    private RunSettings settings = RunSettings.at(URI.create("http://127.0.0.1:9000"));

    @BeforeEach
    void start() {
        rig = new Rig(Store.memory(), DiskObjects.open(folder));
        cluster = new ScriptedPods(rig.objects);
        cluster.script = RunLoopTest::play;
    }

    @AfterEach
    void stop() throws Exception {
        loops.values().forEach(RunLoop::close);
        cluster.close();
        rig.close();
    }

    /// What the real components would write.
    private static @Nullable Ending play(Step step) {
        var in = step.input().path("inputs").path("parameterValues");
        return switch (step.path().substring(step.path().lastIndexOf('/') + 1)) {
            case "say-hello" ->
                value(Json.mapper()
                        .getNodeFactory()
                        .textNode("Hello, " + in.path("name").asText() + "!"));
            case "length" ->
                value(Json.mapper()
                        .getNodeFactory()
                        .numberNode(in.path("text").asText().length()));
            case "items" -> {
                var list = Json.array();
                for (int i = 0; i < in.path("n").asInt(); i++) {
                    list.add(i);
                }
                yield value(list);
            }
            case "double" ->
                value(Json.mapper().getNodeFactory().numberNode(2 * in.path("n").asInt()));
            case "total" -> {
                int sum = 0;
                for (var v : in.path("values")) {
                    sum += v.asInt();
                }
                yield value(Json.mapper().getNodeFactory().numberNode(sum));
            }
            case "sum-data" -> value(Json.mapper().getNodeFactory().numberNode(6));
            case "write-data" ->
                Ending.with(
                        "{\"artifacts\":{\"data\":{\"artifacts\":[{\"name\":\"data\",\"metadata\":{\"rows\":4}}]}}}");
            case "break-down" -> Ending.failing(1, "Traceback\nValueError: this step breaks on purpose\n");
            case "clean-up" ->
                value(Json.mapper()
                        .getNodeFactory()
                        .textNode(in.path("status").path("state").asText()));
            case "take-a-nap" -> null;
            default -> Ending.with("{}");
        };
    }

    private static Ending value(com.fasterxml.jackson.databind.JsonNode output) {
        ObjectNode out = Json.object();
        out.putObject("parameterValues").set("Output", output);
        return Ending.with(Json.write(out));
    }

    private ScriptedPods.Line loop() {
        return loop(0, false);
    }

    private ScriptedPods.Line loop(int cutAt, boolean afterApplying) {
        var line = cluster.new Line(cutAt, afterApplying);
        start(line);
        return line;
    }

    private void kill(ScriptedPods.Line line) {
        line.cut();
        loops.remove(line).halt();
    }

    private void start(ScriptedPods.Line line) {
        var loop = new RunLoop(rig.store, line, rig.objects, settings, Clock.systemUTC(), OpenTelemetry.noop());
        loops.put(line, loop);
        loop.start();
    }

    @Test
    void oneStepIsOnePodAndItsOutputIsKept() {
        loop();
        var id = rig.submit("hello", Rig.json("{\"recipient\":\"Kumiki\"}"));
        rig.awaitSuccess(id);
        assertThat(cluster.created).containsExactly("say-hello#1");
        assertThat(rig.output(id, "say-hello", "Output")).isEqualTo("\"Hello, Kumiki!\"");
        assertThat(rig.task(id, "say-hello").podName()).startsWith("hello-say-hello-");
    }

    @Test
    void outputsReachTheNextStep() {
        loop();
        var id = rig.submit("two_step", Rig.json("{\"recipient\":\"you\"}"));
        rig.awaitSuccess(id);
        assertThat(rig.output(id, "length", "Output")).isEqualTo("11");
        assertThat(rig.task(id, "length").notes().path("transitionMillis").isNumber())
                .isTrue();
    }

    @Test
    void aRunBeforeTheStartIsFoundToo() {
        var id = rig.submit("hello", Json.object());
        loop();
        rig.awaitSuccess(id);
    }

    @Test
    void aLoopHasOnePodPerIteration() {
        loop();
        var id = rig.submit("fan_out", Rig.json("{\"n\":4}"));
        rig.awaitSuccess(id);
        assertThat(rig.output(id, "total", "Output")).isEqualTo("12");
        assertThat(cluster.created).hasSize(1 + 4 + 1);
    }

    @Test
    void theSecondTimeComesFromTheCacheWithoutAnyPod() {
        loop();
        rig.awaitSuccess(rig.submit("artifacts", Json.object()));
        int before = cluster.created.size();
        var id = rig.submit("artifacts", Json.object());
        rig.awaitSuccess(id);
        assertThat(cluster.created).hasSize(before);
        assertThat(rig.task(id, "sum-data").state()).isEqualTo(TaskState.CACHED);
        assertThat(rig.output(id, "sum-data", "Output")).isEqualTo("6");
    }

    @Test
    void aCachedResultWhoseBytesAreGoneIsMadeAgain() {
        loop();
        var first = rig.submit("artifacts", Json.object());
        rig.awaitSuccess(first);
        var data = rig.store.read(tx -> tx.artifacts().ofRun(first)).stream()
                .filter(a -> a.key().equals("data"))
                .findFirst()
                .orElseThrow();
        var at = ObjectUri.parse(data.uri());
        assertThat(rig.objects.delete(at.bucket(), at.key())).isTrue();
        var id = rig.submit("artifacts", Json.object());
        rig.awaitSuccess(id);
        assertThat(rig.task(id, "write-data").state()).isEqualTo(TaskState.SUCCEEDED);
    }

    @Test
    void aCachedResultThatIsTooOldIsMadeAgain() {
        settings = new RunSettings(
                settings.agentImage(),
                settings.s3Endpoint(),
                "us-east-1",
                "s",
                null,
                settings.podTtl(),
                10,
                1 << 20,
                Duration.ZERO,
                settings.grace());
        loop();
        rig.awaitSuccess(rig.submit("hello", Json.object()));
        rig.awaitSuccess(rig.submit("hello", Json.object()));
        assertThat(cluster.created).hasSize(2);
    }

    @Test
    void aFailureSaysExitCodeAndLastLineAndTheExitHandlerRuns() {
        loop();
        var id = rig.submit("exit_handler", Json.object());
        assertThat(rig.await(id).state()).as(rig.describe(id)).isEqualTo(RunState.FAILED);
        assertThat(rig.task(id, "break-down").error().message())
                .contains("this step breaks on purpose")
                .contains("1");
        assertThat(rig.output(id, "clean-up", "Output")).isEqualTo("\"FAILED\"");
    }

    @Test
    void aRetryIsANewPodAndKeepsBothLogs() {
        loop();
        var tries = ConcurrentHashMap.<Integer>newKeySet();
        cluster.script = step -> tries.add(step.attempt()) && step.attempt() == 1
                ? Ending.failing(1, "no luck\n")
                : value(Json.mapper().getNodeFactory().textNode("second try"));
        var id = rig.submit("retry", Rig.json("{\"folder\":\"/tmp\"}"));
        rig.awaitSuccess(id);
        assertThat(cluster.created).containsExactly("fail-first#1", "fail-first#2");
        rig.until(() -> logs().size() == 2, () -> logs().toString());
    }

    private List<String> logs() {
        return rig.objects.list("mlpipeline", "v2/artifacts/", "", 1000).objects().stream()
                .map(o -> o.key())
                .filter(k -> k.contains("/executor-logs"))
                .toList();
    }

    @Test
    void aPodThatSomebodyDeletesRunsAgainWithoutCountingAsAFailure() {
        loop();
        var seen = ConcurrentHashMap.<String>newKeySet();
        cluster.script = step -> seen.add(step.path()) ? null : play(step);
        var id = rig.submit("hello", Json.object());
        rig.awaitRunningStep(id);
        cluster.vanish(cluster.pods.keySet().iterator().next());
        rig.awaitSuccess(id);
        assertThat(cluster.created).containsExactly("say-hello#1", "say-hello#2");
    }

    @Test
    void whatEndedWhileNobodyWatchedIsNotRunAgain() {
        cluster.script = step -> null;
        var line = loop();
        var id = rig.submit("two_step", Json.object());
        rig.awaitRunningStep(id);
        kill(line);
        cluster.end(
                cluster.pods.keySet().iterator().next(),
                value(Json.mapper().getNodeFactory().textNode("abc")));
        cluster.script = RunLoopTest::play;
        loop();
        rig.awaitSuccess(id);
        assertThat(rig.output(id, "length", "Output")).isEqualTo("3");
        assertThat(cluster.created).containsExactly("say-hello#1", "length#1");
    }

    @Test
    void whatVanishedWhileNobodyWatchedIsRunAgain() {
        cluster.script = step -> null;
        var line = loop();
        var id = rig.submit("hello", Json.object());
        rig.awaitRunningStep(id);
        kill(line);
        cluster.vanish(cluster.pods.keySet().iterator().next());
        cluster.script = RunLoopTest::play;
        loop();
        rig.awaitSuccess(id);
        assertThat(cluster.created).containsExactly("say-hello#1", "say-hello#2");
    }

    /// kill -9 before and after each write to Kubernetes: the next process ends the run as if nothing had been, and
    /// makes no pod twice.
    @Test
    void aCrashAtAnyWriteChangesNothing() {
        for (var pipeline : List.of("two_step", "fan_out", "exit_handler", "volumes")) {
            int writes = crashFree(pipeline);
            for (int n = 1; n <= writes; n++) {
                for (boolean after : List.of(false, true)) {
                    crash(pipeline, n, after);
                }
            }
        }
    }

    private int crashFree(String pipeline) {
        var line = loop();
        var id = rig.submit(pipeline, noCache());
        rig.await(id);
        kill(line);
        return line.writes();
    }

    private void crash(String pipeline, int write, boolean after) {
        cluster.created.clear();
        rig.store.write(tx -> tx.cache().purge("kubeflow", ""));
        var first = loop(write, after);
        var id = rig.submit(pipeline, noCache());
        rig.until(() -> first.isCut() || rig.run(id).state().terminal(), () -> rig.describe(id));
        kill(first);
        var second = loop();
        var end = rig.await(id);
        var what = pipeline + " cut " + (after ? "after" : "before") + " write " + write + "\n" + rig.describe(id);
        assertThat(end.state())
                .as(what)
                .isEqualTo(pipeline.equals("exit_handler") ? RunState.FAILED : RunState.SUCCEEDED);
        assertThat(cluster.created).as(what).doesNotHaveDuplicates().allMatch(c -> c.endsWith("#1"));
        kill(second);
    }

    private static ObjectNode noCache() {
        return Json.object();
    }

    @Test
    void aStoppedRunEndsItsStepsAndItsLogIsKept() {
        loop();
        var id = rig.submit("nap", Json.object());
        rig.awaitRunningStep(id);
        wish(id, IntentRecord.Kind.STOP);
        assertThat(rig.await(id).state()).isEqualTo(RunState.CANCELED);
        assertThat(cluster.pods).isEmpty();
        assertThat(logs()).hasSize(1);
        assertThat(rig.wishes()).isEmpty();
    }

    @Test
    void aRetryOfARunKeepsWhatSucceeded() {
        loop();
        cluster.script = step ->
                step.path().endsWith("length") && step.attempt() == 1 ? Ending.failing(3, "broken\n") : play(step);
        var id = rig.submit("two_step", Json.object());
        assertThat(rig.await(id).state()).isEqualTo(RunState.FAILED);
        wish(id, IntentRecord.Kind.RETRY);
        rig.until(() -> rig.run(id).state() == RunState.SUCCEEDED, () -> rig.describe(id));
        assertThat(cluster.created).containsExactly("say-hello#1", "length#1", "length#2");
    }

    @Test
    void aDeletedRunTakesItsPodsWithIt() {
        loop();
        var id = rig.submit("nap", Json.object());
        rig.until(() -> !cluster.pods.isEmpty(), () -> rig.describe(id));
        wish(id, IntentRecord.Kind.DELETE);
        rig.until(() -> rig.run(id) == null && cluster.pods.isEmpty(), () -> rig.describe(id));
        assertThat(rig.wishes()).isEmpty();
    }

    private void wish(String id, IntentRecord.Kind kind) {
        rig.store.write(tx -> tx.intents().add(id, kind, Clock.systemUTC().instant()));
    }

    @Test
    void aWishFromBeforeTheCrashIsFulfilled() {
        cluster.script = step -> null;
        var line = loop();
        var id = rig.submit("nap", Json.object());
        rig.until(() -> !cluster.pods.isEmpty(), () -> rig.describe(id));
        kill(line);
        wish(id, IntentRecord.Kind.STOP);
        loop();
        assertThat(rig.await(id).state()).isEqualTo(RunState.CANCELED);
    }

    @Test
    void whatKubernetesRefusesFailsTheStepWithItsWords() {
        var line = loop();
        line.refusal = new StepPods.Refused("pods \"x\" is forbidden: exceeded quota");
        var id = rig.submit("hello", Json.object());
        assertThat(rig.await(id).state()).isEqualTo(RunState.FAILED);
        assertThat(rig.task(id, "say-hello").error().message()).contains("exceeded quota");
    }

    @Test
    void whatKubernetesCannotTakeNowIsTriedAgain() {
        var line = loop();
        line.refusal = new StepPods.Unavailable("the API server is down", null);
        var id = rig.submit("hello", Json.object());
        rig.until(() -> line.writes() > 1, () -> rig.describe(id));
        line.refusal = null;
        rig.awaitSuccess(id);
    }

    @Test
    void finishedPodsGoAfterTheirTimeAndTheirLogsStay() {
        settings = settings.withPodTtl(Duration.ZERO);
        loop();
        var id = rig.submit("two_step", Json.object());
        rig.awaitSuccess(id);
        rig.until(cluster.pods::isEmpty, () -> cluster.pods.keySet().toString());
        assertThat(logs()).hasSize(2);
    }

    @Test
    void aSimulatedStepTakesItsOutputsFromItsAnnotationAndIsNotCached() {
        cluster.simulatedNodes.add("sim-1");
        loop();
        cluster.admit = pod -> pod.edit()
                .editMetadata()
                .addToAnnotations("kumiki.io/simulated-outputs", "{\"Output\":\"made up\"}")
                .endMetadata()
                .editSpec()
                .withNodeName("sim-1")
                .endSpec()
                .build();
        cluster.script = step -> Ending.with("");
        var id = rig.submit("hello", Json.object());
        rig.awaitSuccess(id);
        assertThat(rig.output(id, "say-hello", "Output")).isEqualTo("\"made up\"");
        assertThat(rig.task(id, "say-hello").notes().path("Simulated").asBoolean())
                .isTrue();
        var again = rig.submit("hello", Json.object());
        rig.awaitSuccess(again);
        assertThat(cluster.created).hasSize(2);
    }

    @Test
    void volumesAreMadeWithoutPods() {
        loop();
        var id = rig.submit("volumes", Json.object());
        rig.awaitSuccess(id);
        assertThat(cluster.created).containsExactly("say-hello#1");
        assertThat(cluster.claims).isEmpty();
    }
}
