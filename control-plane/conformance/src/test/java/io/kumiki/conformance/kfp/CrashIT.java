package io.kumiki.conformance.kfp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.app.KumikiClient;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.model.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// kill -9 at random moments while runs come in and steps run: whatever was acknowledged ends right, and no step
/// runs twice
/// unless it was lost.
///
/// Every step appends a line to a file in a folder of ours when its process starts (mounted as a volume where steps
/// are
/// isolated), so a second process shows even where rows would not tell.
class CrashIT {
    private static final int KILLS = Integer.getInteger("kumiki.crash.kills", 20);
    private static final long SEED = Long.getLong("kumiki.crash.seed", System.nanoTime());
    private static final int RUNS_A_ROUND = 4;
    private static final Pattern ADOPTED = Pattern.compile("(\\d+) unfinished runs adopted");
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @Test
    void whatWasAcknowledgedSurvivesTwentyKills() throws Exception {
        System.out.println("kill -9 " + KILLS + " times; replay with -Dkumiki.crash.seed=" + SEED);
        var random = new SplittableRandom(SEED);
        Map<String, String> acknowledged = new LinkedHashMap<>();
        int adopted = 0;
        try (var folder = ScratchFolder.create();
                var marksFolder = ScratchFolder.create();
                var kumiki = RunningKumiki.start(
                        folder.path().resolve("data"), Map.of(), "--mount", "marks=" + marksFolder.path())) {
            Path marks = marksFolder.path();
            for (int kill = 0; kill < KILLS; kill++) {
                // every other time as soon as it is ready, else once it has work
                var now = new CountDownLatch(kill % 2);
                Thread killer = Thread.ofPlatform().start(killAfter(kumiki, now, random.nextInt(2500)));
                submit(kumiki.client(), spec(marks), kill, acknowledged, now);
                killer.join();
                kumiki.restart();
                adopted += adopted(kumiki.log());
            }
            try (KumikiClient client = kumiki.client()) {
                assertAll(client, acknowledged, marks, kumiki);
            }
        }
        System.out.println(adopted + " times an unfinished run was taken over after a kill");
        assertThat(acknowledged).as("runs taken between the kills").hasSizeGreaterThanOrEqualTo(KILLS / 2);
        assertThat(adopted).as("runs that a kill interrupted").isPositive();
    }

    private static int adopted(String log) {
        Matcher line = ADOPTED.matcher(log);
        return line.find() ? Integer.parseInt(line.group(1)) : 0;
    }

    private static Runnable killAfter(RunningKumiki kumiki, CountDownLatch now, int millis) {
        return () -> {
            try {
                var ignored = now.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
            kumiki.kill();
        };
    }

    /// Submits until the connection breaks or the round's share is in. Only what was answered counts.
    private static void submit(
            KumikiClient client, ObjectNode spec, int round, Map<String, String> acknowledged, CountDownLatch first)
            throws InterruptedException {
        try (client) {
            for (int i = 0; i < RUNS_A_ROUND; i++) {
                String mark = "r" + round + "-" + i;
                acknowledged.put(client.run(mark, spec, Json.object().put("mark", mark)), mark);
                first.countDown();
            }
        } catch (IOException killed) {
            // what was not answered was not promised
        }
    }

    private static void assertAll(
            KumikiClient client, Map<String, String> acknowledged, Path marks, RunningKumiki kumiki) throws Exception {
        Map<String, Integer> starts = new HashMap<>();
        List<String> wrong = new ArrayList<>();
        int lost = 0;
        for (var run : acknowledged.entrySet()) {
            JsonNode ended = client.await(run.getKey(), PATIENCE);
            JsonNode detail = client.get("/api/v1/runs/" + run.getKey());
            if (!ended.path("state").asText().equals("SUCCEEDED")) {
                wrong.add(run.getValue() + " ended " + ended.path("state").asText() + " " + ended.path("error"));
                continue;
            }
            for (JsonNode task : detail.path("tasks")) {
                if (task.path("kind").asText().equals("CONTAINER")) {
                    int attempts = task.path("attempt").asInt();
                    lost += attempts - 1;
                    starts.put(run.getValue() + "-" + task.path("name").asText(), attempts);
                }
                if (task.path("kind").asText().equals("ROOT")) {
                    JsonNode out = client.get("/api/v1/runs/" + run.getKey() + "/tasks/"
                                    + task.path("id").asText())
                            .at("/outputs/parameters/Output");
                    if (!out.asText().equals(run.getValue() + "!!")) {
                        wrong.add(run.getValue() + " gave " + out);
                    }
                }
            }
        }
        for (var step : starts.entrySet()) {
            Path file = marks.resolve(step.getKey());
            int seen = Files.exists(file) ? Files.readAllLines(file).size() : 0;
            if (seen < 1 || seen > step.getValue()) {
                wrong.add(step.getKey() + " started " + seen + " times in " + step.getValue() + " attempts");
            }
        }
        System.out.println(acknowledged.size() + " runs acknowledged, " + starts.size() + " steps, " + lost
                + " lost and run again");
        assertThat(wrong).as("seed %d; the last log:%n%s", SEED, kumiki.log()).isEmpty();
    }

    /// Two steps in a row, each of which says that it has started, works for a moment, and hands a text on.
    private static ObjectNode spec(Path marks) {
        boolean mounted = Isolation.choose(System.getenv()).isolated();
        String folder = mounted ? "/marks" : marks.toString();
        String step = "echo started >> \\\"" + folder
                + "/$0-$1\\\"; sleep 0.4; mkdir -p \\\"$(dirname \\\"$3\\\")\\\"; printf '%s!' \\\"$2\\\" > \\\"$3\\\"";
        String executor = """
                {"container":{"image":"alpine","command":["sh","-c","%s"],
                 "args":["{{$.inputs.parameters['mark']}}","%s","{{$.inputs.parameters['text']}}","{{$.outputs.parameters['out'].output_file}}"]}}""";
        String component = """
                {"executorLabel":"exec-%s","inputDefinitions":{"parameters":{"mark":{"parameterType":"STRING"},"text":{"parameterType":"STRING"}}},
                 "outputDefinitions":{"parameters":{"out":{"parameterType":"STRING"}}}}""";
        String pipeline = """
                {"pipelineInfo":{"name":"marks"},"schemaVersion":"2.1.0","sdkVersion":"kfp-2.17.0",
                 "components":{"comp-one":%s,"comp-two":%s},
                 "deploymentSpec":{"executors":{"exec-one":%s,"exec-two":%s}},
                 "root":{"inputDefinitions":{"parameters":{"mark":{"parameterType":"STRING"}}},
                  "outputDefinitions":{"parameters":{"Output":{"parameterType":"STRING"}}},
                  "dag":{"outputs":{"parameters":{"Output":{"valueFromParameter":{"outputParameterKey":"out","producerSubtask":"two"}}}},
                   "tasks":{
                    "one":{"componentRef":{"name":"comp-one"},"taskInfo":{"name":"one"},"inputs":{"parameters":{
                      "mark":{"componentInputParameter":"mark"},"text":{"componentInputParameter":"mark"}}}},
                    "two":{"componentRef":{"name":"comp-two"},"taskInfo":{"name":"two"},"dependentTasks":["one"],"inputs":{"parameters":{
                      "mark":{"componentInputParameter":"mark"},
                      "text":{"taskOutputParameter":{"producerTask":"one","outputParameterKey":"out"}}}}}}}}}""";
        String mount = "{\"pvcMount\":[{\"mountPath\":\"/marks\",\"constant\":\"marks\"}]}";
        ObjectNode pair = Json.object();
        pair.set(
                "pipeline_spec",
                Json.parse(pipeline.formatted(
                        component.formatted("one"),
                        component.formatted("two"),
                        executor.formatted(step, "one"),
                        executor.formatted(step, "two"))));
        if (!mounted) {
            return pair;
        }
        pair.set(
                "platform_spec",
                Json.parse(
                        "{\"platforms\":{\"kubernetes\":{\"deploymentSpec\":{\"executors\":{\"exec-one\":%s,\"exec-two\":%s}}}}}"
                                .formatted(mount, mount)));
        return pair;
    }
}
