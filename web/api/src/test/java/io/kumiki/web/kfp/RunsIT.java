package io.kumiki.web.kfp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.StateChange;
import io.kumiki.model.run.TaskKind;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import io.kumiki.store.Change;
import io.kumiki.store.IntentRecord;
import io.kumiki.web.kfp.KfpServer.Reply;
import java.io.ByteArrayInputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunsIT {
    private static final String ECHO = Specs.echo("echo", "alpine");
    private static final Instant T = Instant.parse("2026-01-31T09:00:00Z");

    private KfpServer kfp;

    @BeforeEach
    void start(@TempDir Path folder) {
        var onlyAlpine = new ImageCheck() {
            @Override
            public List<Violation> check(Collection<String> images) {
                return images.stream()
                        .filter(i -> !i.equals("alpine"))
                        .map(i -> new Violation("image " + i, "NoContainerEngine", "cannot run here"))
                        .toList();
            }

            @Override
            public List<Violation> checkMounts(Collection<String> paths) {
                return paths.stream()
                        .map(p -> new Violation("mount " + p, "PlainMode", "no private mounts"))
                        .toList();
            }
        };
        kfp = new KfpServer(
                folder,
                onlyAlpine,
                (run, task, follow) -> task.equals("task-1")
                        ? Optional.of(new ByteArrayInputStream(
                                ("log of " + task + (follow ? ", followed" : "")).getBytes(StandardCharsets.UTF_8)))
                        : Optional.empty());
    }

    @AfterEach
    void stop() {
        kfp.close();
    }

    @Test
    void aRunFromASpecIsPendingAndKeepsWhatWasSent() {
        Reply made = kfp.post("/runs", Specs.run("r", ECHO, "{\"text\":\"hi\",\"n\":3}"));
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        assertThat(made.at("/state")).isEqualTo("PENDING");
        assertThat(made.at("/finished_at")).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(made.at("/service_account")).isEqualTo("pipeline-runner");
        assertThat(made.at("/runtime_config/pipeline_root")).isEqualTo("minio://mlpipeline/v2/artifacts");
        assertThat(made.json().at("/runtime_config/parameters").toString()).isEqualTo("{\"text\":\"hi\",\"n\":3}");
        assertThat(made.json().path("pipeline_spec").toString())
                .isEqualTo(Json.parse(ECHO).toString());
        Reply got = kfp.get("/runs/" + made.at("/run_id"));
        assertThat(got.json()).isEqualTo(made.json());
        Reply list = kfp.get("/runs?page_token=&page_size=10&sort_by=&experiment_id=" + made.at("/experiment_id"));
        assertThat(list.at("/runs/0/run_id")).isEqualTo(made.at("/run_id"));
        assertThat(list.json().at("/runs/0").has("pipeline_spec")).isFalse();
        assertThat(kfp.get("/experiments/" + made.at("/experiment_id")).at("/last_run_created_at"))
                .isEqualTo(made.at("/created_at"));
        assertThat(kfp.get("/runs?view=FULL").json().at("/runs/0")).isEqualTo(got.json());
        assertThat(kfp.get("/runs?view=ALL").status()).isEqualTo(400);
        assertThat(kfp.get("/runs?sort_by=metric:AUC+desc").at("/runs/0/run_id"))
                .isEqualTo(made.at("/run_id"));
        // a run that came back from us is taken again
        ObjectNode copy = (ObjectNode) got.json();
        assertThat(kfp.post("/runs", copy.toString()).status()).isEqualTo(200);
    }

    @Test
    void everyMistakeOfARunIsInOne400AndNothingIsWritten() {
        Reply reply = kfp.post(
                "/runs", Specs.run("r", Specs.echo("echo", "nvidia/cuda:12"), "{\"n\":\"three\",\"colour\":1}"));
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.message())
                .contains("4 problems", "text", "n", "colour", "image nvidia/cuda:12: cannot run here");
        Reply envelope = kfp.post(
                "/runs",
                "{\"display_name\":\"" + "x".repeat(200)
                        + "\",\"runtime_config\":{\"pipeline_root\":\"gs://b\"},\"plugins_input\":{\"a\":1}}");
        assertThat(envelope.message())
                .contains("4 problems", "display_name", "pipeline_root", "plugins_input", "found none");
        assertThat(kfp.post(
                                "/runs",
                                "{\"display_name\":\"r\",\"pipeline_version_id\":\"a\",\"pipeline_version_reference\":{\"pipeline_id\":\"b\"}}")
                        .message())
                .contains("exactly one of");
        assertThat(kfp.post(
                                "/runs",
                                "{\"display_name\":\"r\",\"pipeline_version_reference\":{\"pipeline_id\":\"none\"}}")
                        .status())
                .isEqualTo(404);
        assertThat(kfp.post("/runs", Specs.run("r", "{\"pipelineInfo\":{}}", "{}"))
                        .status())
                .isEqualTo(400);
        assertThat(kfp.post("/runs?experiment_id=none", Specs.run("r", ECHO, "{\"text\":\"\"}"))
                        .status())
                .isEqualTo(404);
        assertThat(kfp.post(
                                "/runs",
                                Specs.run("r", ECHO, "{\"text\":\"\"}").replace("\"display_name\"", "\"displayname\""))
                        .message())
                .contains("Run has no such field");
        assertThat(kfp.get("/runs").text()).isEqualTo("{}");
    }

    @Test
    void aVersionReferenceRunsThatVersionOrTheLatest() {
        String pipeline = kfp.upload("/pipelines/upload?name=p", "p.yaml", Specs.bytes(ECHO))
                .at("/pipeline_id");
        String second = kfp.upload(
                        "/pipelines/upload_version?name=v2&pipelineid=" + pipeline,
                        "p.yaml",
                        Specs.bytes(Specs.echo("echo2", "alpine")))
                .at("/pipeline_version_id");
        String parameters =
                ",\"runtime_config\":{\"parameters\":{\"text\":\"x\"},\"pipeline_root\":\"minio://mine/here\"}}";
        Reply latest = kfp.post(
                "/runs",
                "{\"display_name\":\"r\",\"pipeline_version_reference\":{\"pipeline_id\":\"" + pipeline + "\"}"
                        + parameters);
        assertThat(latest.status()).as(latest.text()).isEqualTo(200);
        assertThat(latest.at("/pipeline_version_reference/pipeline_version_id")).isEqualTo(second);
        assertThat(latest.json().has("pipeline_spec")).isFalse();
        assertThat(latest.at("/runtime_config/pipeline_root")).isEqualTo("minio://mine/here");
        Reply deprecated =
                kfp.post("/runs", "{\"display_name\":\"r\",\"pipeline_version_id\":\"" + second + "\"" + parameters);
        assertThat(deprecated.at("/pipeline_version_reference/pipeline_id")).isEqualTo(pipeline);
        Reply mismatch = kfp.post(
                "/runs",
                "{\"display_name\":\"r\",\"pipeline_version_reference\":{\"pipeline_id\":\"other\",\"pipeline_version_id\":\""
                        + second + "\"}" + parameters);
        assertThat(mismatch.status()).isEqualTo(404);
        String empty = kfp.post("/pipelines", "{\"name\":\"empty\"}").at("/pipeline_id");
        assertThat(kfp.post(
                                "/runs",
                                "{\"display_name\":\"r\",\"pipeline_version_reference\":{\"pipeline_id\":\"" + empty
                                        + "\"}}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void archivedExperimentsTakeNoRunsAndKeepTheirsArchived() {
        String experiment = kfp.post("/experiments", "{\"display_name\":\"e\"}").at("/experiment_id");
        String run = newRun("?experiment_id=" + experiment);
        assertThat(kfp.post("/experiments/" + experiment + ":archive", null).status())
                .isEqualTo(200);
        assertThat(kfp.get("/runs/" + run).at("/storage_state")).isEqualTo("ARCHIVED");
        Reply refused = kfp.post("/runs/" + run + ":unarchive", null);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().path("code").asInt()).isEqualTo(9);
        assertThat(kfp.post("/runs?experiment_id=" + experiment, Specs.run("r", ECHO, "{\"text\":\"\"}"))
                        .json()
                        .path("code")
                        .asInt())
                .isEqualTo(9);
        kfp.post("/experiments/" + experiment + ":unarchive", null);
        assertThat(kfp.get("/runs/" + run).at("/storage_state")).isEqualTo("ARCHIVED");
        assertThat(kfp.post("/runs/" + run + ":unarchive", null).text()).isEqualTo("{}");
        assertThat(kfp.get("/runs/" + run).at("/storage_state")).isEqualTo("AVAILABLE");
        assertThat(kfp.post("/runs/" + run + ":archive", null).text()).isEqualTo("{}");
        String archivedOnly = URLEncoder.encode(
                "{\"predicates\":[{\"operation\":\"EQUALS\",\"key\":\"storage_state\",\"stringValue\":\"ARCHIVED\"}]}",
                StandardCharsets.UTF_8);
        assertThat(kfp.get("/runs?filter=" + archivedOnly).at("/runs/0/run_id")).isEqualTo(run);
        kfp.delete("/experiments/" + experiment);
        assertThat(kfp.get("/runs/" + run).status()).isEqualTo(200);
    }

    @Test
    void terminateIsAnIntentAndHarmlessOnARunThatHasEnded() {
        String run = newRun("");
        assertThat(kfp.post("/runs/" + run + ":terminate", null).text()).isEqualTo("{}");
        assertThat(intents()).extracting(IntentRecord::kind).containsExactly(IntentRecord.Kind.STOP);
        move(run, RunState.CANCELING);
        move(run, RunState.CANCELED);
        assertThat(kfp.post("/runs/" + run + ":terminate", null).text()).isEqualTo("{}");
        assertThat(intents()).hasSize(1);
        Reply got = kfp.get("/runs/" + run);
        assertThat(got.at("/state")).isEqualTo("FAILED");
        assertThat(got.text()).doesNotContain("CANCELED");
        for (String state : List.of("FAILED", "CANCELED")) {
            String filter = URLEncoder.encode(
                    "{\"predicates\":[{\"operation\":\"EQUALS\",\"key\":\"state\",\"stringValue\":\"" + state + "\"}]}",
                    StandardCharsets.UTF_8);
            assertThat(kfp.get("/runs?filter=" + filter).json().path("runs")).hasSize(state.equals("FAILED") ? 1 : 0);
        }
        assertThat(kfp.post("/runs/none:terminate", null).status()).isEqualTo(404);
    }

    /// A guard that judges the namespace in the query must not be led astray by a call that works elsewhere.
    @Test
    void noCallTakesAnotherNamespaceThanItsOwn() {
        String run = newRun("");
        assertThat(kfp.post("/runs?namespace=other", Specs.run("r", ECHO, "{\"text\":\"\"}"))
                        .message())
                .contains("single-user");
        assertThat(kfp.get("/runs/" + run + "?namespace=other").status()).isEqualTo(400);
        assertThat(kfp.delete("/runs/" + run + "?namespace=other").status()).isEqualTo(400);
        assertThat(kfp.post("/runs/" + run + ":terminate?namespace=other", null).status())
                .isEqualTo(400);
        assertThat(kfp.upload("/pipelines/upload_version?pipelineid=x&namespace=other", "p.yaml", Specs.bytes(ECHO))
                        .status())
                .isEqualTo(400);
        assertThat(kfp.send("GET", "/apis/v1alpha1/runs/" + run + "/nodes/x/log?namespace=other", null, "")
                        .status())
                .isEqualTo(400);
        assertThat(intents()).isEmpty();
    }

    @Test
    void retryNeedsAFailedRun() {
        String run = newRun("");
        assertThat(kfp.post("/runs/" + run + ":retry", null).json().path("code").asInt())
                .isEqualTo(9);
        move(run, RunState.FAILED);
        assertThat(kfp.post("/runs/" + run + ":retry", null).text()).isEqualTo("{}");
        assertThat(intents()).extracting(IntentRecord::kind).containsExactly(IntentRecord.Kind.RETRY);
    }

    @Test
    void deleteAnswersWhenTheRunLoopHasRemovedTheRun() throws Exception {
        String run = newRun("");
        try (AutoCloseable loop = loopThatDeletes()) {
            assertThat(loop).isNotNull();
            assertThat(kfp.delete("/runs/" + run).text()).isEqualTo("{}");
            assertThat(kfp.get("/runs/" + run).status()).isEqualTo(404);
            assertThat(kfp.delete("/runs/" + run).status()).isEqualTo(404);
        }
    }

    @Test
    void deleteIsOnDiskEvenWhenNobodyActsOnIt() {
        String run = newRun("");
        assertThat(kfp.delete("/runs/" + run).text()).isEqualTo("{}");
        assertThat(kfp.delete("/runs/" + run).text()).isEqualTo("{}");
        assertThat(intents()).extracting(IntentRecord::kind).containsExactly(IntentRecord.Kind.DELETE);
    }

    @Test
    void mountPathsThatNoStepCanBeGivenAreNamed() {
        String pair = "{\"pipeline_spec\":" + ECHO + ",\"platform_spec\":"
                + Specs.PLATFORM.replace(
                        "\"imagePullPolicy\":\"Always\"",
                        "\"pvcMount\":[{\"constant\":\"claim\",\"mountPath\":\"/data\"}]")
                + "}";
        assertThat(kfp.post("/runs", Specs.run("r", pair, "{\"text\":\"\"}")).message())
                .contains("mount /data: no private mounts");
        String optional =
                pair.replace("\"constant\":\"claim\"", "\"pvcNameParameter\":{\"componentInputParameter\":\"claim\"}");
        assertThat(kfp.post("/runs", Specs.run("r", optional, "{\"text\":\"\"}"))
                        .text())
                .doesNotContain("mount /data");
    }

    private AutoCloseable loopThatDeletes() {
        return kfp.store.onCommit(changes -> {
            if (changes.stream().anyMatch(c -> c.kind().equals(Change.INTENT))) {
                Thread.ofVirtual()
                        .start(() -> kfp.store.write(tx -> {
                            tx.intents().pending().forEach(i -> tx.runs().delete(i.runId()));
                            return null;
                        }));
            }
        });
    }

    @Test
    void tasksArtifactsAndLogs() {
        String run = newRun("");
        long id = kfp.store.write(tx -> {
            long artifact = tx.artifacts().nextIds(1);
            tx.tasks().put(List.of(task("task-0", run, null, ""), task("task-1", run, "task-0", "train")));
            tx.artifacts()
                    .insert(List.of(new ArtifactRecord(
                            artifact,
                            "kubeflow",
                            run,
                            "task-1",
                            "model",
                            0,
                            "model",
                            "system.Model",
                            "0.0.1",
                            "minio://mlpipeline/v2/model",
                            Json.object(),
                            T)));
            return artifact;
        });
        kfp.objects.createBucket("mlpipeline");
        kfp.objects.put("mlpipeline", "v2/model", "bytes".getBytes(StandardCharsets.UTF_8));
        assertThat(id).isPositive();
        Reply got = kfp.get("/runs/" + run);
        assertThat(got.json().at("/run_details/task_details")).hasSize(2);
        assertThat(got.at("/run_details/task_details/0/child_tasks/0/task_id")).isEqualTo("task-1");
        assertThat(got.at("/run_details/task_details/1/error/message")).contains("it broke");
        for (String node : List.of("task-1", "pod-train")) {
            Reply read = kfp.get("/runs/" + run + "/nodes/" + node + "/artifacts/model:read");
            assertThat(read.status()).as(read.text()).isEqualTo(200);
            assertThat(Base64.getDecoder().decode(read.at("/data"))).asString().isEqualTo("bytes");
        }
        assertThat(Base64.getDecoder()
                        .decode(kfp.get("/runs/" + run + "/nodes/task-1/artifacts/main-logs:read")
                                .at("/data")))
                .asString()
                .isEqualTo("log of task-1");
        assertThat(kfp.get("/runs/" + run + "/nodes/task-1/artifacts/none:read").status())
                .isEqualTo(404);
        assertThat(kfp.get("/runs/" + run + "/nodes/none/artifacts/model:read").status())
                .isEqualTo(404);
        String other = newRun("");
        assertThat(kfp.get("/runs/" + other + "/nodes/task-1/artifacts/model:read")
                        .status())
                .isEqualTo(404);
        Reply log = kfp.send("GET", "/apis/v1alpha1/runs/" + run + "/nodes/pod-train/log?follow=true", null, "");
        assertThat(log.text()).isEqualTo("log of task-1, followed");
        assertThat(log.contentType()).startsWith("text/plain");
        assertThat(kfp.send("GET", "/apis/v1alpha1/runs/" + run + "/nodes/task-0/log", null, "")
                        .status())
                .isEqualTo(404);
        assertThat(kfp.send("GET", "/apis/v1alpha1/runs/" + other + "/nodes/task-1/log", null, "")
                        .status())
                .isEqualTo(404);
    }

    private String newRun(String query) {
        Reply made = kfp.post("/runs" + query, Specs.run("r", ECHO, "{\"text\":\"hi\"}"));
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        return made.at("/run_id");
    }

    private void move(String id, RunState state) {
        kfp.store.write(tx -> {
            tx.runs().progress(RunCalls.find(tx, id).moved(state, T, null));
            return null;
        });
    }

    private List<IntentRecord> intents() {
        return kfp.store.read(tx -> tx.intents().pending());
    }

    private static TaskRecord task(
            String id, String run, @org.jspecify.annotations.Nullable String parent, String name) {
        boolean root = name.isEmpty();
        return new TaskRecord(
                id,
                run,
                parent,
                name,
                name,
                name,
                root ? TaskKind.ROOT : TaskKind.CONTAINER,
                root ? TaskState.RUNNING : TaskState.FAILED,
                1,
                null,
                null,
                Json.object(),
                Json.object(),
                root ? null : "pod-train",
                null,
                null,
                root ? null : new RunFault("ExitCode", "it broke"),
                T,
                T,
                root ? null : T,
                null,
                Json.object(),
                List.of(new StateChange(T, "RUNNING")));
    }
}
