package io.kumiki.web.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.TaskKind;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import io.kumiki.planner.Event;
import io.kumiki.runtime.http.Caller;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.URI;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StreamIT {
    private DashboardServer server;
    private String version;
    private final List<Tab> tabs = new ArrayList<>();

    /// One browser tab's socket.
    private static final class Tab implements WebSocket.Listener {
        final LinkedBlockingQueue<JsonNode> heard = new LinkedBlockingQueue<>();
        final LinkedBlockingQueue<Integer> closed = new LinkedBlockingQueue<>();
        private final StringBuilder partial = new StringBuilder();
        private final boolean greedy;
        WebSocket socket;

        Tab(boolean greedy) {
            this.greedy = greedy;
        }

        @Override
        public void onOpen(WebSocket ws) {
            ws.request(greedy ? Long.MAX_VALUE : 1);
        }

        @Override
        public CompletionStage<?> onText(WebSocket ws, CharSequence text, boolean last) {
            partial.append(text);
            if (last) {
                heard.add(Json.parse(partial.toString()));
                partial.setLength(0);
            }
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket ws, int code, String reason) {
            closed.add(code);
            return null;
        }

        void say(String json) {
            socket.sendText(json, true).join();
        }

        JsonNode next() throws InterruptedException {
            JsonNode message = heard.poll(10, TimeUnit.SECONDS);
            assertThat(message).as("a message within 10 s").isNotNull();
            assertThat(Contract.INSTANCE.misfits("StreamMessage", message)).isEmpty();
            return message;
        }
    }

    @BeforeEach
    void start(@TempDir Path dir) {
        server = new DashboardServer(dir);
        version = server.upload("chain", Specs.chain()).get(1);
    }

    @AfterEach
    void stop() {
        tabs.forEach(tab -> tab.socket.abort());
        server.close();
    }

    private Tab tab(boolean greedy) throws Exception {
        String ticket = server.tickets.issue(Caller.ADMINISTRATOR, Duration.ofSeconds(30));
        Tab tab = new Tab(greedy);
        tab.socket = server.http
                .newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + server.port() + "/api/v1/stream?ticket=" + ticket), tab)
                .get(10, TimeUnit.SECONDS);
        tabs.add(tab);
        if (greedy) {
            assertThat(tab.next().has("heartbeat")).isTrue();
        }
        return tab;
    }

    private String run(String name) {
        return server.post(
                        201,
                        "/runs",
                        "{\"displayName\":\"" + name + "\",\"versionId\":\"" + version
                                + "\",\"parameters\":{\"name\":\"x\"}}")
                .path("id")
                .asText();
    }

    private static void fits(String schema, JsonNode body) {
        assertThat(Contract.INSTANCE.misfits(schema, body)).isEmpty();
    }

    /// Milliseconds that nine in ten did not exceed: a busy machine may stall a few.
    private static long nineInTen(long[] nanos) {
        Arrays.sort(nanos);
        return nanos[nanos.length * 9 / 10 - 1] / 1_000_000;
    }

    @Test
    void aRunsChangesArriveWithinTheBudget() throws Exception {
        String id = run("r");
        Tab tab = tab(true);
        tab.say("{\"subscribe\":\"run/" + id + "\"}");
        JsonNode first = tab.next();
        fits("RunDetail", first.path("snapshot"));
        long seq = first.path("seq").asLong();
        var took = new long[30];
        for (int i = 0; i < took.length; i++) {
            TaskRecord task = Rows.task(id, "t" + i, "prepare", TaskKind.CONTAINER, TaskState.RUNNING);
            long from = System.nanoTime();
            Rows.put(server.store, task);
            JsonNode delta = tab.next();
            took[i] = System.nanoTime() - from;
            fits("RunDelta", delta.path("delta"));
            assertThat(delta.path("delta").path("tasks").get(0).path("id").asText())
                    .isEqualTo("t" + i);
            assertThat(delta.path("seq").asLong()).isGreaterThan(seq);
            seq = delta.path("seq").asLong();
        }
        assertThat(nineInTen(took)).as("ms from change to message").isLessThan(300);
        Rows.move(server.store, id, RunState.SUCCEEDED);
        JsonNode end = tab.next().path("delta");
        assertThat(end.path("run").path("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(end.path("run").path("progress").path("total").asInt()).isEqualTo(30);
        assertThat(end.path("history")).hasSize(2);
    }

    @Test
    void aCursorResumesWithWhatWasMissed() throws Exception {
        String id = run("r");
        Tab tab = tab(true);
        tab.say("{\"subscribe\":\"run/" + id + "\"}");
        long seq = tab.next().path("seq").asLong();
        tab.socket.abort();
        Rows.put(server.store, Rows.task(id, "t1", "prepare", TaskKind.CONTAINER, TaskState.RUNNING));
        Rows.put(server.store, Rows.task(id, "t1", "prepare", TaskKind.CONTAINER, TaskState.SUCCEEDED));
        Tab back = tab(true);
        back.say("{\"subscribe\":\"run/" + id + "\",\"cursor\":" + seq + "}");
        JsonNode message = back.next();
        assertThat(message.has("snapshot")).isFalse();
        assertThat(message.path("delta").path("tasks")).hasSize(1);
        assertThat(message.path("delta").path("tasks").get(0).path("state").asText())
                .isEqualTo("SUCCEEDED");
        // a position of another life is answered with everything
        Tab lost = tab(true);
        lost.say("{\"subscribe\":\"run/" + id + "\",\"cursor\":999999999}");
        assertThat(lost.next().has("snapshot")).isTrue();
    }

    @Test
    void aFilteredListKnowsWhoComesAndGoes() throws Exception {
        String id = run("alpha");
        Tab tab = tab(true);
        String topic = "runs?state=PENDING,RUNNING&text=ALP";
        tab.say("{\"subscribe\":\"" + topic + "\"}");
        JsonNode snapshot = tab.next();
        assertThat(snapshot.path("topic").asText()).isEqualTo(topic);
        fits("RunPage", snapshot.path("snapshot"));
        assertThat(snapshot.path("snapshot").path("total").asInt()).isEqualTo(1);
        String second = run("alphabet");
        JsonNode come = tab.next().path("delta");
        fits("RunsDelta", come);
        assertThat(come.path("upserts").get(0).path("id").asText()).isEqualTo(second);
        assertThat(come.path("total").asInt()).isEqualTo(2);
        Rows.move(server.store, id, RunState.SUCCEEDED);
        JsonNode gone = tab.next().path("delta");
        assertThat(gone.path("removed").get(0).asText()).isEqualTo(id);
        assertThat(gone.path("counts").path("SUCCEEDED").asInt()).isEqualTo(1);
        tab.say("{\"unsubscribe\":\"" + topic + "\"}");
        tab.say("{\"subscribe\":\"experiments\"}");
        fits("ListSnapshot", tab.next().path("snapshot"));
        Rows.move(server.store, second, RunState.RUNNING);
        JsonNode next = tab.next();
        assertThat(next.path("topic").asText()).isEqualTo("experiments");
        fits("ListDelta", next.path("delta"));
        assertThat(next.path("delta").path("changed")).hasSize(1);
    }

    @Test
    void deletedUnknownAndMalformedTopicsSayWhy() throws Exception {
        String id = run("r");
        Tab tab = tab(true);
        tab.say("{\"subscribe\":\"run/none\"}");
        assertThat(tab.next().path("error").path("detail").asText()).contains("no run \"none\"");
        tab.say("{\"subscribe\":\"weather\"}");
        assertThat(tab.next().path("error").path("status").asInt()).isEqualTo(404);
        tab.say("{\"subscribe\":\"runs?state=NO\"}");
        assertThat(tab.next().path("error").path("violations")).hasSize(1);
        tab.say("{\"subscribe\":\"run/" + id + "\"}");
        tab.next();
        server.store.write(tx -> tx.runs().delete(id));
        assertThat(tab.next().path("error").path("status").asInt()).isEqualTo(404);
        tab.say("not json");
        assertThat(tab.closed.poll(10, TimeUnit.SECONDS)).isEqualTo(1008);
    }

    @Test
    void logsFollowTheLivingPodToItsEnd() throws Exception {
        String id = run("r");
        PipedOutputStream step = new PipedOutputStream();
        PipedInputStream log = new PipedInputStream(step, 1 << 16);
        TaskRecord task = Rows.task(id, "t1", "prepare", TaskKind.CONTAINER, TaskState.RUNNING);
        Rows.put(server.store, task);
        server.cluster.logs = (namespace, pod, follow) -> Optional.of(log);
        Tab tab = tab(true);
        tab.say("{\"subscribe\":\"log/" + id + "/t1/1\"}");
        StringBuilder text = new StringBuilder();
        JsonNode first = tab.next();
        fits("LogChunk", first.path("snapshot"));
        text.append(first.path("snapshot").path("text").asText());
        step.write("epoch 1 組".getBytes(StandardCharsets.UTF_8), 0, 10); // ends inside the character
        step.flush();
        JsonNode delta = tab.next().path("delta");
        fits("LogChunk", delta);
        text.append(delta.path("text").asText());
        step.write("epoch 1 組".getBytes(StandardCharsets.UTF_8), 10, 1);
        step.write("\nepoch 2\n".getBytes(StandardCharsets.UTF_8));
        step.close();
        server.cluster.logs = (namespace, pod, follow) -> Optional.empty();
        Rows.put(server.store, Rows.noted(task, Json.object(), TaskState.SUCCEEDED));
        boolean complete = false;
        while (!complete) {
            JsonNode more = tab.next().path("delta");
            text.append(more.path("text").asText());
            complete = more.path("complete").asBoolean();
        }
        assertThat(text.toString()).isEqualTo("epoch 1 組\nepoch 2\n");
    }

    @Test
    void theClusterTopicFollowsItsNodes() throws Exception {
        Tab tab = tab(true);
        tab.say("{\"subscribe\":\"cluster\"}");
        fits("ClusterState", tab.next().path("snapshot"));
        server.cluster.watched.await();
        server.cluster.nodes = List.of(new ClusterView.NodeRow("local", true, false, 3));
        server.cluster.changed.run();
        assertThat(tab.next().path("delta").path("nodes").get(0).path("pods").asInt())
                .isEqualTo(3);
    }

    /// Whoever may see the queue is told that it changed, and no more: what is in it they ask for themselves.
    @Test
    void theSchedulingTopicSaysThatSomethingChangedAndNothingElse() throws Exception {
        Tab tab = tab(true);
        tab.say("{\"subscribe\":\"scheduling\"}");
        JsonNode first = tab.next().path("snapshot");
        fits("SchedulingState", first);
        assertThat(first.path("revision").isNull()).isTrue();
        var mirror = SchedulingIT.mirror();
        var took = new long[30];
        String before = "";
        for (int i = 0; i < took.length; i++) {
            mirror.on(new Event.NodeSeen(SchedulingIT.node("secret-" + i, "r0")), Instant.EPOCH);
            server.scene = mirror.scene(Instant.EPOCH);
            long from = System.nanoTime();
            server.listening.forEach(Runnable::run);
            JsonNode delta = tab.next().path("delta");
            took[i] = System.nanoTime() - from;
            fits("SchedulingState", delta);
            assertThat(delta).as("revision, time and one number").hasSize(3);
            assertThat(delta.path("revision").asText()).isNotEqualTo(before);
            before = delta.path("revision").asText();
        }
        assertThat(nineInTen(took)).as("ms from change to message").isLessThan(300);
        // A thousand changes at once are a few messages.
        for (int i = 0; i < 1000; i++) {
            server.listening.forEach(Runnable::run);
        }
        assertThat(tab.next().path("delta").path("revision").asText()).isEqualTo(before);
        int more = 0;
        while (tab.heard.poll(300, TimeUnit.MILLISECONDS) != null) {
            more++;
        }
        assertThat(more).as("further messages of a thousand changes").isLessThan(20);
        tab.say("{\"unsubscribe\":\"scheduling\"}");
        Tab back = tab(true);
        back.say("{\"subscribe\":\"scheduling\",\"cursor\":99999}");
        assertThat(back.next().toString())
                .as("told to a reader of an earlier process")
                .contains(before);
    }

    @Test
    void whoMayNotSeeTheQueueIsNotToldThatItChanged() throws Exception {
        server.guard = (caller, permission, namespace) -> !permission.resource().equals("scheduling");
        Tab tab = tab(true);
        tab.say("{\"subscribe\":\"scheduling\"}");
        assertThat(tab.next().path("error").path("status").asInt()).isEqualTo(403);
        server.listening.forEach(Runnable::run);
        assertThat(tab.heard.poll(200, TimeUnit.MILLISECONDS)).isNull();
        server.get(403, "/scheduling/queue");
        server.get(403, "/scheduling/cluster");
    }

    /// A tab that reads nothing costs no memory and holds nobody; when it reads again it soon stands where
    /// everybody stands.
    @Test
    void aSlowReaderHoldsNobody() throws Exception {
        String id = run("r");
        Tab slow = tab(false);
        slow.say("{\"subscribe\":\"run/" + id + "\"}");
        Tab quick = tab(true);
        quick.say("{\"subscribe\":\"run/" + id + "\"}");
        quick.next();
        var notes = Json.object().put("text", "x".repeat(40_000));
        for (int i = 0; i < 400; i++) {
            Rows.put(
                    server.store,
                    Rows.noted(
                            Rows.task(id, "t" + i, "prepare", TaskKind.CONTAINER, TaskState.RUNNING),
                            notes,
                            TaskState.RUNNING));
        }
        awaitTask(quick, "t399");
        slow.socket.request(Long.MAX_VALUE);
        awaitTask(slow, "t399");
        assertThat(slow.heard).hasSizeLessThan(400);
    }

    private static void awaitTask(Tab tab, String id) throws InterruptedException {
        for (JsonNode message = tab.next(); ; message = tab.next()) {
            for (JsonNode task : message.has("delta")
                    ? message.path("delta").path("tasks")
                    : message.path("snapshot").path("tasks")) {
                if (task.path("id").asText().equals(id)) {
                    return;
                }
            }
        }
    }
}
