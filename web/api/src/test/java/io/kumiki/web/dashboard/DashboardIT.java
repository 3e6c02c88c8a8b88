package io.kumiki.web.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.TaskKind;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import io.kumiki.runtime.http.Caller;
import io.kumiki.runtime.yaml.Yaml;
import io.kumiki.store.IntentRecord;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every call once over a real socket; every JSON answer is checked against the contract by the server helper.
class DashboardIT {
    private DashboardServer server;
    private String pipeline;
    private String version;

    @BeforeEach
    void start(@TempDir Path dir) {
        server = new DashboardServer(
                dir,
                images ->
                        images.contains("python:3.11") ? List.of() : List.of(new Violation("image", "NoImage", "no")));
        List<String> ids = server.upload("chain", Specs.chain());
        pipeline = ids.get(0);
        version = ids.get(1);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String run(String name) {
        return server.post(
                        201,
                        "/runs",
                        "{\"displayName\":\"" + name + "\",\"versionId\":\"" + version
                                + "\",\"parameters\":{\"name\":\"組\"}}")
                .path("id")
                .asText();
    }

    @Test
    void sessionAndSelf() {
        String ticket = server.tickets.issue(Caller.ADMINISTRATOR, Duration.ofMinutes(1));
        var open = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/api/v1/session"));
        var first = server.send(open.POST(BodyPublishers.ofString("{\"ticket\":\"" + ticket + "\"}")));
        assertThat(first.body()).isEqualTo("{\"token\":\"" + DashboardServer.TOKEN + "\"}");
        assertThat(server.send(open).statusCode()).isEqualTo(401);
        assertThat(server.get(200, "/me").path("administrator").asBoolean()).isTrue();
        assertThat(server.get(200, "/namespaces")
                        .path("items")
                        .get(0)
                        .path("name")
                        .asText())
                .isEqualTo("kubeflow");
        assertThat(server.get(200, "/about").path("mode").asText()).isEqualTo("laptop");
        assertThat(server.post(200, "/session/socket-ticket", "").path("ticket").asText())
                .isNotEmpty();
    }

    @Test
    void pipelinesAndVersions() {
        JsonNode list = server.get(200, "/pipelines?text=CHA");
        assertThat(list.path("total").asInt()).isEqualTo(1);
        assertThat(server.get(200, "/pipelines?text=xyz").path("items")).isEmpty();
        assertThat(server.get(200, "/pipelines/" + pipeline)
                        .path("latestVersion")
                        .path("id")
                        .asText())
                .isEqualTo(version);
        assertThat(server.get(200, "/pipelines/" + pipeline + "/versions").path("items"))
                .hasSize(1);
        JsonNode detail = server.get(200, "/pipelines/" + pipeline + "/versions/" + version);
        assertThat(detail.path("inputs").toString())
                .contains(
                        "\"name\":\"epochs\",\"type\":\"NUMBER_INTEGER\",\"required\":false,\"description\":\"How often\",\"default\":3");
        assertThat(detail.path("steps").asInt()).isEqualTo(3);
        assertThat(detail.path("sdkVersion").asText()).isEqualTo("kfp-2.17.0");
        String yaml = server.get(200, "/pipelines/" + pipeline + "/versions/" + version + "/spec")
                .asText();
        assertThat(Yaml.document(yaml)).isEqualTo(Specs.chain());
        server.delete(204, "/pipelines/" + pipeline + "/versions/" + version);
        server.get(404, "/pipelines/" + pipeline + "/versions/" + version);
        server.delete(204, "/pipelines/" + pipeline);
        assertThat(server.get(404, "/pipelines/" + pipeline).path("detail").asText())
                .contains("may have been deleted");
    }

    @Test
    void experiments() {
        String id = server.post(201, "/experiments", "{\"displayName\":\"churn\"}")
                .path("id")
                .asText();
        assertThat(server.post(409, "/experiments", "{\"displayName\":\"churn\"}")
                        .path("code")
                        .asText())
                .isEqualTo("Conflict");
        JsonNode wrong = server.post(400, "/experiments", "{\"displayName\":\"\",\"descripton\":1}");
        assertThat(wrong.path("violations")).hasSize(2);
        assertThat(server.get(200, "/experiments?sort=displayName")
                        .path("total")
                        .asInt())
                .isEqualTo(2);
        assertThat(server.post(200, "/experiments/" + id + "/archive", "")
                        .path("archived")
                        .asBoolean())
                .isTrue();
        assertThat(server.get(200, "/experiments?archived=true").path("total").asInt())
                .isEqualTo(1);
        server.post(200, "/experiments/" + id + "/unarchive", "");
        server.get(200, "/experiments/" + id);
        server.delete(204, "/experiments/" + id);
        server.get(404, "/experiments/" + id);
        String standard =
                server.get(200, "/experiments").path("items").get(0).path("id").asText();
        assertThat(server.delete(409, "/experiments/" + standard).path("detail").asText())
                .contains("cannot be deleted");
    }

    @Test
    void startsRunsAndSaysAllThatIsWrong() {
        JsonNode dry = server.post(
                200,
                "/runs?dryRun=true",
                "{\"displayName\":\"r\",\"versionId\":\"" + version + "\",\"parameters\":{\"name\":\"x\"}}");
        assertThat(dry.path("violations")).isEmpty();
        assertThat(dry.path("parameters").path("epochs").asInt()).isEqualTo(3);
        assertThat(server.get(200, "/runs").path("total").asInt()).isZero();
        JsonNode bad = server.post(
                200,
                "/runs?dryRun=true",
                "{\"displayName\":\"\",\"versionId\":\"" + version
                        + "\",\"parameters\":{\"epochs\":\"many\",\"extra\":1},\"typo\":1}");
        assertThat(bad.path("violations")).hasSizeGreaterThanOrEqualTo(5);
        JsonNode refused = server.post(400, "/runs", "{\"displayName\":\"r\",\"parameters\":{}}");
        assertThat(refused.path("violations").toString()).contains("exactly one of versionId and fromRunId");
        String id = run("first");
        JsonNode detail = server.get(200, "/runs/" + id);
        assertThat(detail.path("state").asText()).isEqualTo("PENDING");
        assertThat(detail.path("parameters").path("name").asText()).isEqualTo("組");
        assertThat(detail.path("experimentName").asText()).isEqualTo("Default");
        JsonNode again = server.post(
                201,
                "/runs",
                "{\"displayName\":\"again\",\"fromRunId\":\"" + id + "\",\"parameters\":{\"name\":\"y\"}}");
        assertThat(again.path("versionId").asText()).isEqualTo(version);
        // a run goes on to be runnable after its version is gone
        server.delete(204, "/pipelines/" + pipeline);
        assertThat(server.post(
                                201,
                                "/runs",
                                "{\"displayName\":\"third\",\"fromRunId\":\"" + id
                                        + "\",\"parameters\":{\"name\":\"y\"}}")
                        .path("versionId")
                        .isNull())
                .isTrue();
        assertThat(server.get(200, "/runs/" + id + "/inputs").path("items")).hasSize(2);
        assertThat(server.get(200, "/runs/" + id + "/spec").asText()).contains("pipelineInfo:");
    }

    @Test
    void listsPageWithExactCountsAndOwnCursors() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            ids.add(run("r" + i));
        }
        Rows.move(server.store, ids.get(0), RunState.SUCCEEDED);
        Rows.move(server.store, ids.get(1), RunState.FAILED);
        JsonNode page = server.get(200, "/runs?limit=3");
        List<String> seen = new ArrayList<>();
        page.path("items").forEach(r -> seen.add(r.path("displayName").asText()));
        assertThat(page.path("total").asInt()).isEqualTo(7);
        assertThat(page.path("counts").toString()).isEqualTo("{\"PENDING\":5,\"SUCCEEDED\":1,\"FAILED\":1}");
        String cursor = page.path("next").asText();
        while (!page.path("next").isNull()) {
            page = server.get(200, "/runs?limit=3&cursor=" + page.path("next").asText());
            page.path("items").forEach(r -> seen.add(r.path("displayName").asText()));
        }
        assertThat(seen).containsExactly("r6", "r5", "r4", "r3", "r2", "r1", "r0");
        JsonNode failed = server.get(200, "/runs?state=FAILED,CANCELED");
        assertThat(failed.path("total").asInt()).isEqualTo(1);
        assertThat(failed.path("counts").path("PENDING").asInt()).isEqualTo(5);
        assertThat(failed.path("items").get(0).path("error").path("message").asText())
                .isEqualTo("train exited with 1");
        assertThat(server.get(400, "/runs?limit=3&sort=displayName&cursor=" + cursor)
                        .path("code")
                        .asText())
                .isEqualTo("ForeignCursor");
        JsonNode wrong = server.get(400, "/runs?limit=0&state=DONE&sort=size&colour=red");
        assertThat(wrong.path("violations")).hasSize(4);
        assertThat(server.get(200, "/runs?text=R3&pipeline=" + pipeline + "&createdAfter=2020-01-01T00:00:00Z")
                        .path("total")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void runsAreStoppedRetriedArchivedDeleted() {
        String id = run("r");
        server.post(409, "/runs/" + id + "/retry", "");
        server.post(202, "/runs/" + id + "/stop", "");
        assertThat(server.store.read(tx -> tx.intents().ofRun(id)).getFirst().kind())
                .isEqualTo(IntentRecord.Kind.STOP);
        Rows.move(server.store, id, RunState.FAILED);
        server.post(409, "/runs/" + id + "/stop", "");
        server.post(202, "/runs/" + id + "/retry", "");
        assertThat(server.post(200, "/runs/" + id + "/archive", "")
                        .path("archived")
                        .asBoolean())
                .isTrue();
        assertThat(server.get(200, "/runs").path("total").asInt()).isZero();
        assertThat(server.get(200, "/runs?archived=true").path("total").asInt()).isEqualTo(1);
        server.post(200, "/runs/" + id + "/unarchive", "");
        server.delete(202, "/runs/" + id);
        server.get(404, "/runs/" + id);
    }

    @Test
    void tasksWithInputsAttemptsAndReasons() {
        String id = run("r");
        TaskRecord prepare = Rows.task(id, "t1", "prepare", TaskKind.CONTAINER, TaskState.RUNNING);
        TaskRecord train = Rows.task(id, "t2", "train", TaskKind.CONTAINER, TaskState.WAITING);
        Rows.put(
                server.store,
                prepare,
                train,
                Rows.task(id, "t3", "for-loop-1/2/each", TaskKind.CONTAINER, TaskState.SUCCEEDED));
        JsonNode detail = server.get(200, "/runs/" + id);
        assertThat(detail.path("tasks").get(0).path("node").asText()).isEqualTo("for-loop-1/*/each");
        assertThat(detail.path("progress").toString()).contains("\"total\":3,\"done\":1");
        JsonNode task = server.get(200, "/runs/" + id + "/tasks/t2");
        assertThat(task.path("why").path("message").asText()).isEqualTo("waits for prepare");
        assertThat(task.path("upstream").get(0).path("taskId").asText()).isEqualTo("t1");
        assertThat(task.path("image").asText()).isEqualTo("python:3.11");
        assertThat(server.get(200, "/runs/" + id + "/tasks/t1").path("attempts"))
                .hasSize(1);
        server.get(404, "/runs/" + id + "/tasks/none");
    }

    @Test
    void logsFromTheLivingPodAndAfterwardsFromTheKeptObject() {
        String id = run("r");
        TaskRecord task = Rows.task(id, "t1", "prepare", TaskKind.CONTAINER, TaskState.RUNNING);
        Rows.put(server.store, task);
        server.cluster.logs = (namespace, pod, follow) -> pod.equals("pod-t1") && namespace.equals("kubeflow")
                ? Optional.of(new ByteArrayInputStream("line 1\nline 2\n".getBytes(StandardCharsets.UTF_8)))
                : Optional.empty();
        var live = server.send(server.to("/api/v1/runs/" + id + "/tasks/t1/log?offset=7"));
        assertThat(live.body()).isEqualTo("line 2\n");
        assertThat(live.headers().firstValue("Kumiki-Log-Size")).hasValue("14");
        assertThat(live.headers().firstValue("Kumiki-Log-Complete")).hasValue("false");
        server.cluster.logs = (namespace, pod, follow) -> Optional.empty();
        server.objects.put(
                "mlpipeline",
                "v2/artifacts/chain/" + id + "/prepare/1/executor-logs",
                "kept 1\nkept 2\n".getBytes(StandardCharsets.UTF_8));
        Rows.put(
                server.store,
                Rows.noted(
                        task,
                        Json.object()
                                .put("log", "minio://mlpipeline/v2/artifacts/chain/" + id + "/prepare/1/executor-logs"),
                        TaskState.SUCCEEDED));
        var kept = server.send(server.to("/api/v1/runs/" + id + "/tasks/t1/log?offset=2&limit=4&download=true"));
        assertThat(kept.body()).isEqualTo("pt 1");
        assertThat(kept.headers().firstValue("Content-Disposition")).hasValue("attachment; filename=\"prepare-1.log\"");
        var events = server.send(server.to("/api/v1/runs/" + id + "/tasks/t1/log?follow=true"));
        assertThat(events.headers().firstValue("content-type")).hasValue("text/event-stream");
        assertThat(events.body())
                .contains("event: chunk\nid: 14\n", "kept 1\\nkept 2\\n", "\"complete\":true", "event: end");
    }

    @Test
    void artifactsWithPreviewsAndSandboxedContent() {
        String id = run("r");
        Rows.put(server.store, Rows.task(id, "t1", "prepare", TaskKind.CONTAINER, TaskState.SUCCEEDED));
        server.objects.put("mlpipeline", "data", "a,b\n1,\"x,\"\"y\"\n2,z\n".getBytes(StandardCharsets.UTF_8));
        server.objects.put(
                "mlpipeline", "page", "<html><script>parent.alert(1)</script></html>".getBytes(StandardCharsets.UTF_8));
        server.objects.put("mlpipeline", "model/weights.bin", new byte[] {0, 1, 2});
        server.objects.put("mlpipeline", "model/conf.json", "{\"a\":1}".getBytes(StandardCharsets.UTF_8));
        Rows.put(
                server.store,
                Rows.artifact(1, id, "t1", "system.Dataset", "minio://mlpipeline/data", Json.object()),
                Rows.artifact(2, id, "t1", "system.HTML", "minio://mlpipeline/page", Json.object()),
                Rows.artifact(3, id, "t1", "system.Model", "minio://mlpipeline/model", Json.object()),
                Rows.artifact(
                        4,
                        id,
                        "t1",
                        "system.Metrics",
                        "minio://mlpipeline/none",
                        Json.object().put("accuracy", 0.93).put("note", "ok")),
                Rows.artifact(5, id, "t1", "system.Artifact", "gs://elsewhere/x", Json.object()));
        JsonNode list = server.get(200, "/artifacts?sort=name");
        assertThat(list.path("total").asInt()).isEqualTo(5);
        assertThat(list.path("items").get(0).path("runName").asText()).isEqualTo("r");
        assertThat(server.get(200, "/artifacts?type=system.Model&run=" + id)
                        .path("total")
                        .asInt())
                .isEqualTo(1);
        assertThat(server.get(200, "/artifacts/1").path("size").asInt()).isEqualTo(18);
        JsonNode table =
                server.get(200, "/artifacts/1/preview?rows=1").path("views").get(0);
        assertThat(table.toString())
                .isEqualTo(
                        "{\"kind\":\"table\",\"columns\":[\"a\",\"b\"],\"totalRows\":2,\"truncated\":true,\"rows\":[[\"1\",\"x,\\\"y\"]]}");
        assertThat(server.get(200, "/artifacts/2/preview").path("views").get(0).toString())
                .isEqualTo("{\"kind\":\"frame\",\"media\":\"html\"}");
        assertThat(server.get(200, "/artifacts/3/preview").path("views").get(0).path("entries"))
                .hasSize(2);
        assertThat(server.get(200, "/artifacts/3/preview?path=conf.json")
                        .path("views")
                        .get(0)
                        .path("format")
                        .asText())
                .isEqualTo("json");
        assertThat(server.get(200, "/artifacts/3/preview?path=weights.bin")
                        .path("views")
                        .get(0)
                        .path("reason")
                        .asText())
                .isEqualTo("Binary");
        server.get(400, "/artifacts/3/preview?path=../data");
        assertThat(server.get(200, "/artifacts/4/preview").path("views").get(0).toString())
                .contains("{\"name\":\"accuracy\",\"value\":0.93}");
        assertThat(server.get(200, "/artifacts/5/preview")
                        .path("views")
                        .get(0)
                        .path("reason")
                        .asText())
                .isEqualTo("Elsewhere");
        server.get(404, "/artifacts/99");
        server.get(404, "/artifacts/abc");
        JsonNode ticket = server.post(200, "/artifacts/2/ticket", "");
        var view = server.send(HttpRequest.newBuilder(URI.create(
                "http://127.0.0.1:" + server.port() + ticket.path("viewUrl").asText())));
        assertThat(view.body()).contains("<script>");
        assertThat(view.headers().firstValue("content-security-policy").orElse(""))
                .startsWith("sandbox allow-scripts; default-src 'none'");
        assertThat(view.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
        var download = server.send(HttpRequest.newBuilder(URI.create(
                "http://127.0.0.1:" + server.port() + ticket.path("downloadUrl").asText())));
        assertThat(download.headers().firstValue("content-disposition").orElse(""))
                .startsWith("attachment");
        assertThat(server.send(HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + server.port() + "/content/x.y/z")))
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void graphsCarryCoordinates() {
        String base = "/pipelines/" + pipeline + "/versions/" + version + "/graph";
        assertThat(ids(server.get(200, base))).containsExactly("prepare", "train", "for-loop-1");
        assertThat(ids(server.get(200, base + "?expand=all")))
                .containsExactly("prepare", "train", "for-loop-1", "for-loop-1/*/each");
        assertThat(server.get(200, base).path("version"))
                .isEqualTo(server.get(200, "/runs/" + run("r") + "/graph").path("version"));
    }

    private static List<String> ids(JsonNode graph) {
        List<String> ids = new ArrayList<>();
        graph.path("nodes").forEach(n -> ids.add(n.path("id").asText()));
        return ids;
    }

    @Test
    void examplesRunWithOneClick() {
        JsonNode before = server.get(200, "/examples").path("items").get(0);
        assertThat(before.path("title").path("ja").asText()).isEqualTo("こんにちは");
        assertThat(server.get(200, "/examples/hello/source").asText()).contains("print");
        // the example wants a name, so its run is refused with the field's path
        assertThat(server.post(400, "/examples/hello/run", "").path("detail").asText())
                .contains("name");
        server.get(404, "/examples/none/source");
    }
}
