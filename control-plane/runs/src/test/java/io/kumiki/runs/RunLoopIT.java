package io.kumiki.runs;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.TaskState;
import io.kumiki.store.IntentRecord;
import io.kumiki.store.objects.ObjectUri;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Real pipelines as real processes, in the best isolation this machine permits and in none.
class RunLoopIT {
    @TempDir
    Path folder;

    private Laptop laptop;
    private Rig rig;

    static Stream<Isolation> modes() {
        Isolation best = Isolation.choose(Map.of());
        return best.isolated() ? Stream.of(best, Isolation.PLAIN) : Stream.of(Isolation.PLAIN);
    }

    private void start(Isolation isolation) throws Exception {
        laptop = new Laptop(folder, isolation).drive();
        rig = laptop.rig;
    }

    @AfterEach
    void stop() throws Exception {
        if (laptop != null) {
            laptop.close();
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void helloRunsAndItsLogIsKept(Isolation isolation) throws Exception {
        start(isolation);
        var id = rig.submit("hello", Rig.json("{\"recipient\":\"Kumiki\"}"));
        rig.awaitSuccess(id);
        assertThat(rig.output(id, "say-hello", "Output")).isEqualTo("\"Hello, Kumiki!\"");
        var log = ObjectUri.parse(rig.task(id, "say-hello").notes().path("log").asText());
        rig.until(() -> rig.objects.head(log.bucket(), log.key()) != null, log::toString);
        try (var kept = rig.objects.get(log.bucket(), log.key())) {
            assertThat(new String(kept.bytes(), StandardCharsets.UTF_8)).contains("Hello, Kumiki!");
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void artifactsParametersAndContainersWork(Isolation isolation) throws Exception {
        start(isolation);
        var artifacts = rig.submit("artifacts", Json.object());
        var container = rig.submit("container", Rig.json("{\"text\":\"twelve chars\"}"));
        rig.awaitSuccess(artifacts);
        rig.awaitSuccess(container);
        assertThat(rig.output(artifacts, "sum-data", "Output")).isEqualTo("6");
        assertThat(rig.output(container, "length", "Output")).isIn("12", "13");
        var again = rig.submit("artifacts", Json.object());
        rig.awaitSuccess(again);
        assertThat(rig.task(again, "sum-data").state()).isEqualTo(TaskState.CACHED);
    }

    @ParameterizedTest
    @MethodSource("modes")
    void loopsConditionsAndExitHandlersWork(Isolation isolation) throws Exception {
        start(isolation);
        var loop = rig.submit("fan_out", Rig.json("{\"n\":3}"));
        var condition = rig.submit("condition", Json.object());
        var exit = rig.submit("exit_handler", Json.object());
        rig.awaitSuccess(loop);
        rig.awaitSuccess(condition);
        assertThat(rig.await(exit).state()).isEqualTo(RunState.FAILED);
        assertThat(rig.output(loop, "total", "Output")).isEqualTo("6");
        assertThat(rig.output(exit, "clean-up", "Output")).isEqualTo("\"FAILED\"");
        assertThat(rig.task(exit, "break-down").error().message()).contains("ValueError: this step breaks on purpose");
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aStepThatFailsOnceIsTriedAgain(Isolation isolation) throws Exception {
        start(isolation);
        if (isolation.isolated()) {
            return; // the marker lies in a folder of the machine, which an isolated step cannot see
        }
        var id = rig.submit(
                "retry",
                Json.object()
                        .put(
                                "folder",
                                Files.createDirectories(folder.resolve("marker"))
                                        .toString()));
        rig.awaitSuccess(id);
        assertThat(rig.task(id, "fail-first").attempt()).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aRunCanBeStopped(Isolation isolation) throws Exception {
        start(isolation);
        var id = rig.submit("nap", Json.object());
        rig.awaitRunningStep(id);
        rig.store.write(tx ->
                tx.intents().add(id, IntentRecord.Kind.STOP, Clock.systemUTC().instant()));
        assertThat(rig.await(id).state()).isEqualTo(RunState.CANCELED);
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aVolumeIsMadeMountedAndRemoved(Isolation isolation) throws Exception {
        start(isolation);
        if (!isolation.isolated()) {
            return; // plain mode refuses /data by name
        }
        rig.awaitSuccess(rig.submit("volumes", Json.object()));
    }

    @ParameterizedTest
    @MethodSource("modes")
    void stepsShareTheRunsWorkspace(Isolation isolation) throws Exception {
        start(isolation);
        var id = rig.submit("workspace", Json.object());
        rig.awaitSuccess(id);
        assertThat(rig.output(id, "pick-up", "Output")).isEqualTo("\"left here\"");
    }
}
