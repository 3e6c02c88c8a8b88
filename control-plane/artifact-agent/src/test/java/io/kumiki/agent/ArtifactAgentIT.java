package io.kumiki.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.agent.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactAgentIT {
    private static final String ROOT = "minio://mlpipeline/v2/artifacts/p/r/t/u";

    @TempDir
    Path pod;

    private StorageStub storage;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    @BeforeEach
    void start() throws IOException {
        storage = new StorageStub();
    }

    @AfterEach
    void stop() {
        storage.close();
    }

    private Path at(String containerPath) {
        return pod.resolve(containerPath.substring(1));
    }

    private int run(String verb, StepPlan plan) throws InterruptedException {
        var env = new HashMap<>(storage.environment());
        env.put(StepPlan.VARIABLE, plan.toJson());
        return ArtifactAgent.run(verb, env, this::at, new PrintStream(log, true, StandardCharsets.UTF_8), () -> {});
    }

    private String log() {
        return log.toString(StandardCharsets.UTF_8);
    }

    private void write(String containerPath, String text) throws IOException {
        Files.createDirectories(at(containerPath).getParent());
        Files.writeString(at(containerPath), text);
    }

    private static StepPlan plan(
            List<StepPlan.Transfer> inputs, Map<String, String> parameters, List<StepPlan.Output> artifacts) {
        return new StepPlan(
                "r",
                "t",
                1,
                ROOT + "/outcome.json",
                "/minio/mlpipeline/v2/artifacts/p/r/t/u/output_metadata.json",
                inputs,
                parameters,
                artifacts,
                List.of(new StepPlan.Mount("minio://", "/minio/"), new StepPlan.Mount("s3://", "/s3/")));
    }

    private Map<String, Object> outcome() {
        return JsonText.parseObject(storage.text("mlpipeline/v2/artifacts/p/r/t/u/outcome.json"));
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> place(String name, int index) {
        return (Map<String, Object>)
                ((List<Object>) JsonText.object(outcome(), "artifacts").get(name)).get(index);
    }

    @Test
    void fetchesAnObjectAFolderAndNothing() throws Exception {
        storage.objects.put("mlpipeline/one", "1".getBytes());
        for (int i = 0; i < 5; i++) {
            storage.objects.put("mlpipeline/dir/a b/" + i, ("f" + i).getBytes());
        }
        storage.objects.put("mlpipeline/dirt", "not below dir/".getBytes());
        int code = run(
                "fetch",
                plan(
                        List.of(
                                new StepPlan.Transfer("minio://mlpipeline/one", "/minio/mlpipeline/one"),
                                new StepPlan.Transfer("minio://mlpipeline/dir", "/minio/mlpipeline/dir"),
                                new StepPlan.Transfer("minio://mlpipeline/metrics", "/minio/mlpipeline/metrics"),
                                new StepPlan.Transfer("https://example.com/x", "https://example.com/x")),
                        Map.of("Output", "/tmp/kfp/outputs/Output"),
                        List.of(new StepPlan.Output("m", ROOT + "/m", "/minio/mlpipeline/v2/artifacts/p/r/t/u/m"))));
        assertThat(code).as(log()).isZero();
        assertThat(at("/minio/mlpipeline/one")).hasContent("1");
        for (int i = 0; i < 5; i++) {
            assertThat(at("/minio/mlpipeline/dir/a b/" + i)).hasContent("f" + i);
        }
        assertThat(at("/minio/mlpipeline/metrics")).doesNotExist();
        assertThat(at("/tmp/kfp/outputs")).isDirectory();
        assertThat(at("/minio/mlpipeline/v2/artifacts/p/r/t/u")).isDirectory();
    }

    @Test
    void aKeyThatLeavesItsFolderIsRefused() throws Exception {
        storage.objects.put("mlpipeline/dir/../../../etc/passwd", "x".getBytes());
        int code = run(
                "fetch",
                plan(
                        List.of(new StepPlan.Transfer("minio://mlpipeline/dir", "/minio/mlpipeline/dir")),
                        Map.of(),
                        List.of()));
        assertThat(code).isEqualTo(ArtifactAgent.WRONG);
        assertThat(log()).contains("outside its folder");
    }

    @Test
    void storageThatIsDownForAMomentIsTriedAgainAndThenReported() throws Exception {
        storage.objects.put("mlpipeline/one", "1".getBytes());
        var plan = plan(
                List.of(new StepPlan.Transfer("minio://mlpipeline/one", "/minio/mlpipeline/one")), Map.of(), List.of());
        storage.failures.set(2);
        assertThat(run("fetch", plan)).isZero();
        storage.failures.set(1000);
        assertThat(run("fetch", plan)).isEqualTo(ArtifactAgent.UNREACHABLE);
        assertThat(log()).contains("503");
    }

    @Test
    void publishesParametersFoldersAndReportedPlaces() throws Exception {
        write("/tmp/kfp/outputs/Output", "42");
        var base = "/minio/mlpipeline/v2/artifacts/p/r/t/u/";
        write(base + "folder/a/b.txt", "deep");
        write(base + "folder/c.txt", "c");
        write("/data/custom.bin", "custom");
        write("/s3/other/key", "moved");
        write(base + "output_metadata.json", """
                {"parameterValues":{"n":1.50},"artifacts":{
                 "custom":{"artifacts":[{"name":"custom","uri":"%1$s/custom","custom_path":"/data/custom.bin"}]},
                 "moved":{"artifacts":[{"name":"moved","uri":"s3://other/key","metadata":{"a":1}}]},
                 "outside":{"artifacts":[{"name":"outside","uri":"https://example.com/model"}]}}}""".formatted(ROOT));
        int code = run(
                "publish",
                plan(
                        List.of(),
                        Map.of("Output", "/tmp/kfp/outputs/Output", "Never", "/tmp/kfp/outputs/Never"),
                        List.of(
                                new StepPlan.Output("folder", ROOT + "/folder", base + "folder"),
                                new StepPlan.Output("custom", ROOT + "/custom", base + "custom"),
                                new StepPlan.Output("moved", ROOT + "/moved", base + "moved"),
                                new StepPlan.Output("outside", ROOT + "/outside", base + "outside"),
                                new StepPlan.Output("empty", ROOT + "/empty", base + "empty"))));
        assertThat(code).as(log()).isZero();
        assertThat(storage.text("mlpipeline/v2/artifacts/p/r/t/u/folder/a/b.txt"))
                .isEqualTo("deep");
        assertThat(storage.text("mlpipeline/v2/artifacts/p/r/t/u/folder/c.txt")).isEqualTo("c");
        assertThat(storage.text("mlpipeline/v2/artifacts/p/r/t/u/custom")).isEqualTo("custom");
        assertThat(storage.text("other/key")).isEqualTo("moved");
        assertThat(JsonText.object(outcome(), "parameters")).isEqualTo(Map.of("Output", "42"));
        assertThat(String.valueOf(outcome().get("executorOutput"))).contains("\"n\":1.50");
        assertThat(place("moved", 0)).containsEntry("uri", "s3://other/key");
        assertThat(place("outside", 0)).containsEntry("uri", "https://example.com/model");
        assertThat(place("empty", 0).get("files")).hasToString("0");
        assertThat(place("folder", 0).get("bytes")).hasToString("5");
        assertThat(storage.calls.getLast()).isEqualTo("PUT mlpipeline/v2/artifacts/p/r/t/u/outcome.json");
    }

    @Test
    void plainPathsBecomeObjectStoreUris() throws Exception {
        var plan = new StepPlan(
                "r",
                "t",
                1,
                ROOT + "/outcome.json",
                "/steps/1/out.json",
                List.of(),
                Map.of(),
                List.of(new StepPlan.Output(
                        "list", ROOT + "/list", "/steps/1/minio/mlpipeline/v2/artifacts/p/r/t/u/list")),
                List.of(new StepPlan.Mount("minio://", "/steps/1/minio/")));
        write("/steps/1/minio/mlpipeline/v2/artifacts/p/r/t/u/list_1", "one");
        write("/steps/1/minio/mlpipeline/v2/artifacts/p/r/t/u/list_2", "two");
        write("/steps/1/out.json", """
                {"artifacts":{"list":{"artifacts":[
                 {"name":"1","uri":"/steps/1/minio/mlpipeline/v2/artifacts/p/r/t/u/list_1"},
                 {"name":"2","uri":"/steps/1/minio/mlpipeline/v2/artifacts/p/r/t/u/list_2"}]}}}""");
        assertThat(run("publish", plan)).as(log()).isZero();
        assertThat(place("list", 1)).containsEntry("uri", ROOT + "/list_2");
        assertThat(storage.text("mlpipeline/v2/artifacts/p/r/t/u/list_2")).isEqualTo("two");
    }

    @Test
    void linksStayInsideTheContainersView() throws Exception {
        var base = "/minio/mlpipeline/v2/artifacts/p/r/t/u/";
        write("/data/blob", "linked");
        write(base + "model/x", "x");
        Files.createSymbolicLink(at(base + "model/inside"), Path.of("/data/blob"));
        Files.createSymbolicLink(at(base + "model/outside"), Path.of("/etc/hostname"));
        Files.createSymbolicLink(
                at(base + "model/up"), Path.of("../../../../../../../../../../../../../../etc/hostname"));
        assertThat(run(
                        "publish",
                        plan(
                                List.of(),
                                Map.of(),
                                List.of(new StepPlan.Output("model", ROOT + "/model", base + "model")))))
                .isZero();
        assertThat(storage.text("mlpipeline/v2/artifacts/p/r/t/u/model/inside")).isEqualTo("linked");
        assertThat(storage.objects.keySet()).noneMatch(k -> k.endsWith("outside") || k.endsWith("up"));
        assertThat(place("model", 0).get("files")).hasToString("2");
    }

    @Test
    void aLoopOfLinksIsAProblemAndNotAnEndlessUpload() throws Exception {
        var base = "/minio/mlpipeline/v2/artifacts/p/r/t/u/";
        write(base + "model/x", "x");
        Files.createSymbolicLink(at(base + "model/self"), Path.of("."));
        assertThat(run(
                        "publish",
                        plan(
                                List.of(),
                                Map.of(),
                                List.of(new StepPlan.Output("model", ROOT + "/model", base + "model")))))
                .isZero();
        assertThat(String.valueOf(outcome().get("problems"))).contains("more than 40 links");
    }

    @Test
    void aLargeFileGoesInPartsAndComesBackWhole() throws Exception {
        var path = "/minio/mlpipeline/v2/artifacts/p/r/t/u/big";
        write(path, "");
        try (var f = new RandomAccessFile(at(path).toFile(), "rw")) {
            f.setLength((65L << 20) + 7);
            f.seek((33L << 20) + 1);
            f.write("middle".getBytes());
        }
        assertThat(run("publish", plan(List.of(), Map.of(), List.of(new StepPlan.Output("big", ROOT + "/big", path)))))
                .isZero();
        assertThat(storage.calls).filteredOn(c -> c.contains("partNumber")).hasSize(5);
        var copy = "/copy/big";
        assertThat(run("fetch", plan(List.of(new StepPlan.Transfer(ROOT + "/big", copy)), Map.of(), List.of())))
                .isZero();
        assertThat(Files.mismatch(at(path), at(copy))).isEqualTo(-1);
    }

    @Test
    void valuesThatAreNoTextOrTooLongAreNamed() throws Exception {
        write("/tmp/kfp/outputs/long", "x".repeat((8 << 20) + 1));
        Files.write(at("/tmp/kfp/outputs/binary"), new byte[] {(byte) 0xFF, (byte) 0xFE, 0});
        Files.createDirectories(at("/tmp/kfp/outputs/folder"));
        assertThat(run(
                        "publish",
                        plan(
                                List.of(),
                                Map.of(
                                        "long", "/tmp/kfp/outputs/long",
                                        "binary", "/tmp/kfp/outputs/binary",
                                        "folder", "/tmp/kfp/outputs/folder"),
                                List.of())))
                .isZero();
        assertThat(String.valueOf(outcome().get("problems")))
                .contains("'long' has 8388609 bytes")
                .contains("'binary' is not UTF-8")
                .contains("'folder' is no file");
    }

    @Test
    void missingSurroundingsAreNamed() throws Exception {
        int code = ArtifactAgent.run(
                "fetch", Map.of(), this::at, new PrintStream(log, true, StandardCharsets.UTF_8), () -> {});
        assertThat(code).isEqualTo(ArtifactAgent.WRONG);
        assertThat(log()).contains("KUMIKI_STEP");
    }
}
