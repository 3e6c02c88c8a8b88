package io.kumiki.web.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.Decided;
import io.kumiki.planner.Event;
import io.kumiki.planner.Mirror;
import io.kumiki.planner.Past;
import io.kumiki.planner.PlannerOptions;
import io.kumiki.planner.Sample;
import io.kumiki.planner.Scene;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.runtime.http.Permission;
import io.kumiki.web.dashboard.view.SchedulingRows;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Queue and nodes over HTTP, each answer checked against the contract.
class SchedulingIT {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    static NodeFact node(String name, String rack) {
        return new NodeFact(
                name,
                true,
                Map.of("kumiki.io/rack", rack, "nvidia.com/gpu.product", "H100", "topology.kubernetes.io/zone", "z"),
                List.of(),
                Map.of("cpu", 64_000L, "memory", 512L << 30, "pods", 110L, "nvidia.com/gpu", 8L));
    }

    static GangFact gang(String namespace, String name, int members, Gang.@Nullable Status status) {
        var classes = List.of(new Gang.Members(
                "worker", members, members, 0, Map.of("nvidia.com/gpu", "8", "cpu", "8"), null, null, null));
        var spec = new Gang.Spec(0, false, classes, null, null, null, 5, 3600L, null, null);
        return new GangFact(namespace, name, "uid-" + name, "1", NOW.getEpochSecond() - 600, "", spec, status);
    }

    static Mirror mirror() {
        var mirror = new Mirror(PlannerOptions.DEFAULT);
        List.of(node("a", "r0"), node("b", "r0"), node("c", "r1")).forEach(n -> mirror.on(new Event.NodeSeen(n), NOW));
        var slots = List.of(new Gang.Slots("worker", List.of("a", "b"), null));
        mirror.on(
                new Event.GangSeen(gang(
                        "kubeflow",
                        "busy",
                        2,
                        new Gang.Status(
                                Gang.Phase.Running,
                                1,
                                0,
                                null,
                                slots,
                                "2/2",
                                "Started",
                                "2 of 2 run",
                                "rack r0",
                                NOW.minusSeconds(60).toString()))),
                NOW);
        mirror.on(
                new Event.GangSeen(gang(
                        "other",
                        "late",
                        2,
                        new Gang.Status(
                                Gang.Phase.Waiting,
                                1,
                                0,
                                null,
                                null,
                                "0/2",
                                "NoRoom",
                                "no room",
                                null,
                                NOW.toString()))),
                NOW);
        return mirror;
    }

    @Test
    void nobodyIsAnsweredBeforeEverythingIsRead(@TempDir Path dir) {
        try (var server = new DashboardServer(dir)) {
            assertThat(server.get(503, "/scheduling/queue").path("code").asText())
                    .isEqualTo("Starting");
        }
    }

    @Test
    void whatRunsAndWhatWaits(@TempDir Path dir) {
        try (var server = new DashboardServer(dir)) {
            server.scene = mirror().scene(NOW);
            JsonNode cluster = server.get(200, "/scheduling/cluster");
            assertThat(cluster.path("nodes")).hasSize(3);
            JsonNode first = cluster.at("/nodes/0");
            assertThat(first.path("free").asInt()).isZero();
            assertThat(first.at("/held/0/name").asText()).isEqualTo("busy");
            assertThat(first.at("/held/0/gpus").asInt()).isEqualTo(8000);
            assertThat(cluster.at("/nodes/2/free").asInt()).isEqualTo(8000);
            JsonNode queue = server.get(200, "/scheduling/queue");
            assertThat(queue.at("/waiting/0/name").asText()).isEqualTo("late");
            assertThat(queue.at("/waiting/0/position").asInt()).isEqualTo(1);
            assertThat(queue.at("/waiting/0/removed/0/constraint").asText()).isEqualTo("gpus");
            assertThat(queue.at("/waiting/0/help/0/change").asText()).isEqualTo("lowerMin");
            assertThat(queue.at("/waiting/0/start/from").asText()).isEqualTo("declared");
            assertThat(queue.at("/running/0/until/at").asText()).isEqualTo("2026-11-29T12:59:00Z");
            assertThat(queue.at("/running/0/where").asText()).isEqualTo("rack r0");
            JsonNode gang = server.get(200, "/scheduling/gangs/kubeflow/busy");
            assertThat(gang.at("/classes/0/slots/1/node").asText()).isEqualTo("b");
            server.get(404, "/scheduling/gangs/kubeflow/nobody");
        }
    }

    @Test
    void whatIfTheClusterWereAnother(@TempDir Path dir) {
        try (var server = new DashboardServer(dir)) {
            server.scene = mirror().scene(NOW);
            JsonNode more = server.post(
                    200, "/scheduling/what-if", "{\"addNodes\":[{\"count\":1,\"type\":\"H100\",\"gpus\":8}]}");
            assertThat(more.at("/before/0/start/at").asText()).isEqualTo("2026-11-29T12:59:00Z");
            assertThat(more.at("/after/0/start/at").asText()).isEqualTo(NOW.toString());
            assertThat(more.at("/gpus/before/free").asInt()).isEqualTo(8000);
            assertThat(more.at("/gpus/after/free").asInt()).isEqualTo(16000);
            assertThat(more.at("/ghost").isNull()).isTrue();
            JsonNode ghost = server.post(
                            200,
                            "/scheduling/what-if",
                            "{\"gang\":{\"priority\":9,\"classes\":[{\"name\":\"w\",\"min\":1,\"max\":1,"
                                    + "\"requests\":{\"nvidia.com/gpu\":\"8\"}}]}}")
                    .path("ghost");
            assertThat(ghost.path("placed").asBoolean()).isTrue();
            assertThat(ghost.path("position").asInt()).isEqualTo(1);
            JsonNode tooLarge = server.post(
                            200,
                            "/scheduling/what-if",
                            "{\"gang\":{\"classes\":[{\"name\":\"w\",\"min\":9,\"max\":9,"
                                    + "\"requests\":{\"nvidia.com/gpu\":\"8\"}}]},\"cordon\":{\"nodes\":[\"c\"]}}")
                    .path("ghost");
            assertThat(tooLarge.path("reason").asText()).isEqualTo("Impossible");
            assertThat(tooLarge.at("/messages/ja").asText()).startsWith("このクラスターには収まりません。");
            assertThat(server.post(400, "/scheduling/what-if", "{\"cordon\":{\"level\":\"row\",\"value\":\"1\"}}")
                            .toString())
                    .contains("cordon.level");
            assertThat(server.post(400, "/scheduling/what-if", "{\"gang\":{\"classes\":[]},\"x\":1}")
                            .path("violations"))
                    .hasSize(2);
        }
    }

    @Test
    void whatHappened(@TempDir Path dir) {
        try (var server = new DashboardServer(dir)) {
            server.get(404, "/scheduling/decisions");
            long second = NOW.getEpochSecond();
            server.page = new Decided.Page(
                    List.of(
                            new Decided(
                                    second,
                                    "kubeflow",
                                    "busy",
                                    0,
                                    "Reserved",
                                    "Placed",
                                    "2 slots on 2 nodes",
                                    List.of(new Gang.Because("SlotsOn", Map.of("slots", "2", "nodes", "2"))),
                                    "r0",
                                    false),
                            new Decided(second - 60, "other", "late", 0, "Waiting", "NoRoom", "", null, null, false)),
                    "7-1");
            JsonNode page = server.get(200, "/scheduling/decisions");
            assertThat(page.at("/items/0/text/ja").asText()).isEqualTo("配置が決まりました。2 台のノードに 2 スロットを確保しました");
            assertThat(page.path("next").asText()).isEqualTo("7-1");
            assertThat(server.get(200, "/scheduling/decisions?namespace=other").path("items"))
                    .hasSize(1);
            server.get(400, "/scheduling/decisions?pageToken=x");
            server.samples = List.of(new Sample(second, 24000, 16000, 8000, 0.5, 1, 1));
            assertThat(server.get(200, "/scheduling/history?from=2026-11-29T11:00:00Z&to=2026-11-29T12:00:00Z")
                            .at("/points/0/fragmented")
                            .asDouble())
                    .isEqualTo(0.5);
            server.get(400, "/scheduling/history?points=1");
        }
    }

    /// The present knows nothing of the gang any more: what is told comes from then.
    @Test
    void howThingsStoodAtATimeThatHasPassed(@TempDir Path dir) {
        try (var server = new DashboardServer(dir)) {
            String then = "?time=2026-11-29T12:00:10Z";
            assertThat(server.get(404, "/scheduling/queue" + then)
                            .path("detail")
                            .asText())
                    .contains("no decision log is kept");
            server.reach = NOW.minusSeconds(5);
            assertThat(server.get(200, "/scheduling/history").path("replayFrom").asText())
                    .isEqualTo("2026-11-29T11:59:55Z");
            JsonNode before = server.get(404, "/scheduling/cluster?time=2026-11-20T00:00:00Z");
            assertThat(before.path("code").asText()).isEqualTo("BeyondTheLog");
            assertThat(before.path("detail").asText()).contains("reaches back to 2026-11-29T11:59:55Z only");
            server.scene = new Mirror(PlannerOptions.DEFAULT).scene(NOW.plusSeconds(9999));
            server.past = new Past(mirror().scene(NOW), false);
            long second = NOW.getEpochSecond();
            server.page = new Decided.Page(
                    List.of(
                            new Decided(
                                    second + 9, "other", "late", 0, "Waiting", "NoRoom", "", List.of(), null, false),
                            new Decided(second, "other", "late", 0, "Waiting", "Quota", "", List.of(), null, false)),
                    null);
            JsonNode cluster = server.get(200, "/scheduling/cluster" + then);
            assertThat(cluster.path("nodes")).hasSize(3);
            assertThat(cluster.at("/nodes/0/held/0/name").asText()).isEqualTo("busy");
            assertThat(cluster.at("/past/doubt").asText()).isEqualTo("NotRunning");
            assertThat(cluster.path("cursor").isNull()).isTrue();
            server.samples = List.of(new Sample(second + 30, 24000, 16000, 8000, 0.5, 1, 1));
            JsonNode queue = server.get(200, "/scheduling/queue" + then);
            assertThat(queue.at("/waiting/0/name").asText()).isEqualTo("late");
            assertThat(queue.at("/waiting/0/removed/0/constraint").asText()).isEqualTo("gpus");
            assertThat(queue.at("/past/doubt").isNull()).isTrue();
            assertThat(queue.at("/past/asked").asText()).isEqualTo("2026-11-29T12:00:10Z");
            server.past = new Past(mirror().scene(NOW), true);
            JsonNode gang = server.get(200, "/scheduling/gangs/other/late" + then);
            assertThat(gang.at("/past/doubt").asText()).isEqualTo("EventsLost");
            assertThat(gang.path("timeline").findValuesAsText("reason")).containsExactly("Quota", "NoRoom");
            server.get(404, "/scheduling/gangs/other/late");
            server.get(400, "/scheduling/gangs/other/late?time=tuesday");
        }
    }

    @Test
    void theObjectAsKubectlShowsIt(@TempDir Path dir) {
        try (var server = new DashboardServer(dir)) {
            var object = (ObjectNode)
                    Json.parse(
                            "{\"kind\":\"Gang\",\"apiVersion\":\"kumiki.io/v1alpha1\",\"spec\":{\"min\":8,"
                                    + "\"args\":[\"8\",\"yes\",\"a: b\"],\"none\":{}},\"metadata\":{\"name\":\"late\",\"managedFields\":[{\"manager\":\"m\"}]}}");
            server.cluster.objects = Map.of(
                    "/apis/kumiki.io/v1alpha1/namespaces/other/gangs/late",
                    object,
                    "/api/v1/namespaces/other/pods/late",
                    Json.object().put("kind", "Pod"));
            String path = "/scheduling/gangs/other/late/yaml";
            assertThat(server.get(200, path).asText()).isEqualTo("""
                            apiVersion: kumiki.io/v1alpha1
                            kind: Gang
                            metadata:
                              name: late
                            spec:
                              args:
                              - "8"
                              - "yes"
                              - 'a: b'
                              min: 8
                              none: {}
                            """);
            assertThat(server.get(200, path + "?managedFields=true").asText()).contains("manager: m");
            assertThat(server.get(200, path + "?kind=Pod").asText()).isEqualTo("kind: Pod\n");
            server.get(404, "/scheduling/gangs/other/..%2fsecrets/yaml");
            server.get(400, path + "?kind=Secret");
            server.guard =
                    (caller, permission, namespace) -> !permission.resource().equals("pods");
            server.get(403, path + "?kind=Pod");
        }
    }

    /// Names may come and go with what the caller may know; a node that did not change is then sent again.
    @Test
    void aMapIsSentOnceAndThenOnlyWhatChanged(@TempDir Path dir) {
        try (var server = new DashboardServer(dir)) {
            var allowed = new java.util.TreeSet<>(List.of("other"));
            server.guard = (caller, permission, namespace) ->
                    !permission.equals(Permission.may("get", "gangs")) || allowed.contains(namespace);
            Mirror mirror = mirror();
            server.scene = mirror.scene(NOW);
            JsonNode whole = server.get(200, "/scheduling/cluster");
            assertThat(whole.path("whole").asBoolean()).isTrue();
            assertThat(whole.toString()).doesNotContain("busy").doesNotContain("kubeflow");
            String same = "/scheduling/cluster?since=" + whole.path("cursor").asText();
            assertThat(server.get(200, same).path("nodes")).isEmpty();
            mirror.on(new Event.NodeSeen(node("d", "r1")), NOW);
            mirror.on(new Event.NodeGone("c"), NOW);
            server.scene = mirror.scene(NOW);
            JsonNode delta = server.get(200, same);
            assertThat(delta.path("whole").asBoolean()).isFalse();
            assertThat(delta.path("nodes").findValuesAsText("name")).containsExactly("d");
            assertThat(delta.at("/removed/0").asText()).isEqualTo("c");
            assertThat(delta.path("revision").asText())
                    .isNotEqualTo(whole.path("revision").asText());
            allowed.add("kubeflow");
            JsonNode more = server.get(
                    200, "/scheduling/cluster?since=" + delta.path("cursor").asText());
            assertThat(more.path("whole").asBoolean()).isTrue();
            assertThat(more.at("/nodes/0/held/0/name").asText()).isEqualTo("busy");
            for (String foreign : List.of("x", "zzzzzz-1~0", "~", "-1~", "a-99999999999999999999~0")) {
                assertThat(server.get(200, "/scheduling/cluster?since=" + foreign)
                                .path("whole")
                                .asBoolean())
                        .as(foreign)
                        .isTrue();
            }
        }
    }

    @Test
    void sentencesNameOnlyWhomTheCallerMayKnow() {
        var mirror = mirror();
        var because = new Gang.Because("KeptFor", Map.of("nodes", "2", "who.uid", "uid-busy", "who.gpus", "16000"));
        mirror.on(
                new Event.GangSeen(gang(
                        "other",
                        "late",
                        2,
                        new Gang.Status(
                                Gang.Phase.Waiting,
                                1,
                                0,
                                null,
                                null,
                                "0/2",
                                "KeptForOlder",
                                "2 nodes are kept for a gang of another tenant (16 GPUs), which comes before it",
                                null,
                                NOW.toString(),
                                null,
                                List.of(because),
                                null))),
                NOW);
        JsonNode all = new SchedulingRows(namespace -> true).queue(mirror.scene(NOW));
        assertThat(all.at("/waiting/0/message").asText()).contains("kept for kubeflow/busy");
        assertThat(all.at("/waiting/0/messages/ja").asText()).contains("kubeflow/busy のため");
        JsonNode some = new SchedulingRows("other"::equals).queue(mirror.scene(NOW));
        assertThat(some.at("/waiting/0/message").asText()).contains("a gang of another tenant (16 GPUs)");
        assertThat(some.at("/waiting/0/messages/ja").asText()).contains("別のテナントのギャング（GPU 16 基）");
        assertThat(some.toString()).doesNotContain("busy");
    }

    @Test
    void othersWorkIsCountedButNotNamed() {
        var rows = new SchedulingRows(namespace -> namespace.equals("other"));
        ObjectNode queue =
                rows.queue(mirror().scene(NOW)).put("revision", "x-1").putNull("past");
        assertThat(Contract.INSTANCE.misfits("SchedulingQueue", queue)).isEmpty();
        assertThat(queue.at("/running/0/name").isNull()).isTrue();
        assertThat(queue.at("/running/0/gpus").asInt()).isEqualTo(16000);
        assertThat(queue.at("/waiting/0/name").asText()).isEqualTo("late");
        Scene scene = mirror().scene(NOW);
        assertThat(rows.cluster(scene, scene.nodes(), scene.proposals()).toString())
                .doesNotContain("busy");
    }
}
