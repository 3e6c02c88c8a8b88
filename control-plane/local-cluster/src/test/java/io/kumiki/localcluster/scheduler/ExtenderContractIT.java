package io.kumiki.localcluster.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.PatchType;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WriteOptions;
import io.kumiki.localcluster.real.RealKubernetes;
import io.kumiki.model.Json;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What an extender can do to the loop, by a real HTTP extender: whatever it answers, its pods are told and nobody
/// else is hurt.
class ExtenderContractIT {
    private final SchedulerRig rig = new SchedulerRig();

    @BeforeEach
    void nodes() {
        rig.node("a", "4");
        rig.node("b", "4");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private String filterEntry(String more) {
        return "{\"filterVerb\":\"filter\",\"nodeCacheCapable\":true,\"httpTimeout\":\"1s\",\"managedResources\":[{\"name\":\"kumiki.io/plan\",\"ignoredByScheduler\":true}]"
                + more + "}";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "500 | {} | code 500",
                "204 | | code 204",
                "200 | | with nothing",
                "200 | not json | not of the protocol",
                "200 | [1,2] | not of the protocol",
                "200 | {\"NodeNames\":[\"ghost\"]} | claims a filtered node \"ghost\"",
                "200 | {\"Error\":\"planner is behind\"} | planner is behind",
            })
    void aBadAnswerIsTheErrorOfItsPodsOnly(int code, String answer, String expected) throws Exception {
        rig.extender(request -> new ExtenderServer.Answer(code, answer == null ? "" : answer));
        rig.schedule(filterEntry(""));
        rig.pod("steered", "kumiki.io/plan", "1");
        rig.pod("plain", "cpu", "1");
        assertThat(rig.nodeOf("plain")).isIn("a", "b");
        assertThat(rig.reason("steered", "SchedulerError")).contains(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"NodeNames\":[]} | 2 node(s) were refused by the scheduler extender at http",
                "{\"NodeNames\":null} | 2 node(s) were refused by the scheduler extender at http",
                "{} | 2 node(s) were refused by the scheduler extender at http",
                "null | 2 node(s) were refused by the scheduler extender at http",
                "{\"NodeNames\":[],\"FailedNodes\":{\"a\":\"no slot\",\"b\":\"no slot\"}} | 2 no slot",
                "{\"nodenames\":[],\"failedandunresolvablenodes\":{\"a\":\"never\"},\"failednodes\":{\"a\":\"later\",\"b\":\"later\"}}"
                        + " | 1 later, 1 never",
            })
    void aRefusalIsToldInItsWords(String answer, String expected) throws Exception {
        rig.extender(request -> ExtenderServer.ok(answer));
        rig.schedule(filterEntry(""));
        rig.pod("steered", "kumiki.io/plan", "1");
        assertThat(rig.reason("steered", "Unschedulable"))
                .startsWith("0/2 nodes are available: " + expected)
                .contains("preemption: ");
    }

    @Test
    void fiveMegabytesAreTooMuchAndStayBounded() throws Exception {
        String huge = "{\"NodeNames\":[\"a\"],\"FailedNodes\":{\"b\":\"" + "x".repeat(5 << 20) + "\"}}";
        rig.extender(request -> ExtenderServer.ok(huge));
        rig.schedule(filterEntry(""));
        rig.pod("steered", "kumiki.io/plan", "1");
        rig.pod("plain", "cpu", "1");
        assertThat(rig.nodeOf("plain")).isIn("a", "b");
        assertThat(rig.reason("steered", "SchedulerError")).contains("cannot be used");
    }

    @Test
    void aHangingExtenderCostsItsTimeOut() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            rig.schedule(filterEntry(",\"urlPrefix\":\"http://127.0.0.1:" + silent.getLocalPort() + "\""));
            rig.pod("steered", "kumiki.io/plan", "1");
            rig.pod("plain", "cpu", "1");
            assertThat(rig.reason("steered", "SchedulerError")).contains("did not answer within 1000 ms");
            assertThat(rig.nodeOf("plain")).isIn("a", "b");
        }
    }

    @Test
    void anExtenderThatComesBackIsAskedAgain() throws Exception {
        int port = RealKubernetes.freePort();
        rig.schedule(filterEntry(",\"urlPrefix\":\"http://127.0.0.1:" + port + "\""));
        rig.pod("steered", "kumiki.io/plan", "1");
        assertThat(rig.reason("steered", "SchedulerError")).contains("cannot be used");
        rig.extenderAt(port, request -> ExtenderServer.ok("{\"NodeNames\":[\"b\"]}"));
        assertThat(rig.nodeOf("steered")).isEqualTo("b");
    }

    @Test
    void aPokedPodIsAskedForAtOnce() throws Exception {
        Set<String> open = ConcurrentHashMap.newKeySet();
        rig.extender(request -> ExtenderServer.ok(
                open.isEmpty()
                        ? "{\"NodeNames\":[],\"FailedNodes\":{\"a\":\"wait\",\"b\":\"wait\"}}"
                        : "{\"NodeNames\":[\"a\"]}"));
        rig.schedule(filterEntry(""));
        rig.pod("steered", "kumiki.io/plan", "1");
        rig.reason("steered", "Unschedulable");
        open.add("now");
        ObjectNode poke = Json.object();
        poke.putObject("metadata").putObject("annotations").put("kumiki.io/epoch", "2");
        rig.cluster.patch(ResourceType.PODS, "ns", "steered", "", PatchType.MERGE, poke, WriteOptions.by("test"));
        assertThat(rig.nodeOf("steered")).isEqualTo("a");
    }

    @Test
    void fullNodesForOneThatKeepsNone() throws Exception {
        List<JsonNode> seen = new ArrayList<>();
        rig.extender(request -> {
            seen.add(request.body());
            ObjectNode answer = Json.object();
            answer.putObject("Nodes").putArray("items").add(request.body().at("/Nodes/items/1"));
            return ExtenderServer.ok(Json.write(answer));
        });
        rig.schedule("{\"filterVerb\":\"filter\"}");
        rig.pod("any", "cpu", "1");
        assertThat(rig.nodeOf("any")).isEqualTo("b");
        JsonNode asked = seen.get(0);
        assertThat(asked.path("NodeNames").isNull()).isTrue();
        assertThat(asked.at("/Nodes/items")).hasSize(2);
        assertThat(asked.at("/Nodes/items/0/status/allocatable/cpu").asText()).isEqualTo("4");
        assertThat(asked.at("/Pod").has("kind")).isFalse();
        assertThat(asked.at("/Pod/metadata/managedFields")).isNotEmpty();
    }

    @Test
    void scoresWeighTenfoldAndErrorsOfScoringCountForNothing() throws Exception {
        rig.extender(request -> request.verb().equals("good")
                ? ExtenderServer.ok(
                        "[{\"host\":\"a\",\"score\":1},{\"HOST\":\"b\",\"SCORE\":2},{\"Host\":\"ghost\",\"Score\":10}]")
                : new ExtenderServer.Answer(500, "{}"));
        rig.schedule(
                "{\"prioritizeVerb\":\"good\",\"weight\":10,\"nodeCacheCapable\":true}",
                "{\"prioritizeVerb\":\"bad\",\"weight\":1,\"nodeCacheCapable\":true}");
        rig.pod("p", "cpu", "1");
        assertThat(rig.nodeOf("p")).isEqualTo("b");
    }

    @Test
    void oneNodeLeftIsNotScored() throws Exception {
        rig.extender(request -> ExtenderServer.ok("{\"NodeNames\":[\"a\"]}"));
        rig.schedule(
                "{\"filterVerb\":\"filter\",\"prioritizeVerb\":\"prioritize\",\"weight\":1,\"nodeCacheCapable\":true}");
        rig.pod("p", "cpu", "1");
        assertThat(rig.nodeOf("p")).isEqualTo("a");
        assertThat(rig.calls()).containsExactly("filter");
    }

    @Test
    void theIgnorableComeLastAndTheirFailuresAreIgnored() throws Exception {
        rig.extender(request -> request.verb().equals("bad")
                ? new ExtenderServer.Answer(500, "")
                : ExtenderServer.ok("{\"NodeNames\":[\"b\"]}"));
        rig.schedule(
                "{\"filterVerb\":\"bad\",\"bindVerb\":\"bad\",\"nodeCacheCapable\":true,\"ignorable\":true}",
                "{\"filterVerb\":\"good\",\"nodeCacheCapable\":true}");
        rig.pod("p", "cpu", "1");
        assertThat(rig.nodeOf("p")).isEqualTo("b");
        assertThat(rig.calls()).containsExactly("good", "bad", "bad");
    }

    @Test
    void annotationsOfTheBindingReachThePod() throws Exception {
        rig.extender(request -> rig.bound(request, "kumiki.io/devices", "0,1"));
        rig.schedule(
                "{\"bindVerb\":\"bind\",\"managedResources\":[{\"name\":\"kumiki.io/bind\",\"ignoredByScheduler\":true}]}");
        rig.pod("p", "kumiki.io/bind", "1");
        rig.nodeOf("p");
        assertThat(rig.cluster
                        .get(ResourceType.PODS, "ns", "p")
                        .path("metadata")
                        .path("annotations")
                        .path("kumiki.io/devices")
                        .asText())
                .isEqualTo("0,1");
    }

    @Test
    void aBindThatFailsGivesTheRoomBack() throws Exception {
        Set<String> failed = ConcurrentHashMap.newKeySet();
        rig.extender(request -> failed.add(request.body().path("PodName").asText())
                ? ExtenderServer.ok("{\"Error\":\"slot was taken\"}")
                : rig.bound(request, "x", "y"));
        rig.schedule(
                "{\"bindVerb\":\"bind\",\"managedResources\":[{\"name\":\"kumiki.io/bind\",\"ignoredByScheduler\":true}]}");
        rig.pod("p", "kumiki.io/bind", "1");
        assertThat(rig.reason("p", "SchedulerError")).isEqualTo("binding rejected: slot was taken");
        assertThat(rig.nodeOf("p")).as("tried again").isIn("a", "b");
    }

    /// 512 members of a gang that is not complete: one connection each, and nobody else notices.
    @Test
    void heldBindsHurtNobody() throws Exception {
        int gang = 512;
        for (int i = 0; i < 8; i++) {
            rig.node("g" + i, "64");
        }
        CountDownLatch arrived = new CountDownLatch(gang);
        CountDownLatch complete = new CountDownLatch(1);
        ExtenderServer server = rig.extender(request -> {
            arrived.countDown();
            ExtenderServer.await(complete);
            return rig.bound(request, "x", "y");
        });
        rig.schedule("{\"bindVerb\":\"bind\",\"httpTimeout\":\"600s\",\"nodeCacheCapable\":true,"
                + "\"managedResources\":[{\"name\":\"kumiki.io/bind\",\"ignoredByScheduler\":true}]}");
        for (int i = 0; i < gang; i++) {
            rig.pod("m" + i, "kumiki.io/bind", "1");
        }
        assertThat(arrived.await(60, TimeUnit.SECONDS))
                .as("%d are missing", arrived.getCount())
                .isTrue();
        assertThat(server.connections()).isEqualTo(gang);
        long began = System.nanoTime();
        for (int i = 0; i < 50; i++) {
            rig.pod("plain" + i, "cpu", "10m");
        }
        for (int i = 0; i < 50; i++) {
            rig.nodeOf("plain" + i);
        }
        System.out.printf(
                "50 pods bound in %d ms while %d binds were held%n",
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began), gang);
        assertThat(server.connections()).isEqualTo(gang);
        complete.countDown();
        for (int i = 0; i < gang; i++) {
            rig.nodeOf("m" + i);
        }
    }

    @Test
    void anExtenderChoosesTheVictims() throws Exception {
        rig.extender(request -> {
            JsonNode nodes = request.body().path("NodeNameToMetaVictims");
            assertThat(request.body().path("NodeNameToVictims").isNull()).isTrue();
            ObjectNode answer = Json.object();
            answer.putObject("NodeNameToMetaVictims").set("b", nodes.path("b"));
            return ExtenderServer.ok(Json.write(answer));
        });
        rig.schedule(
                "{\"preemptVerb\":\"preempt\",\"nodeCacheCapable\":true,\"managedResources\":[{\"name\":\"kumiki.io/plan\",\"ignoredByScheduler\":true}]}");
        rig.running("low-a", "4", "a", 0);
        rig.running("low-b", "4", "b", 5);
        rig.pod("high", "cpu", "4", 9, "kumiki.io/plan");
        rig.await("low-b", pod -> pod.path("metadata").has("deletionTimestamp"));
        assertThat(rig.await("high", pod -> pod.path("status").has("nominatedNodeName"))
                        .path("status")
                        .path("nominatedNodeName")
                        .asText())
                .isEqualTo("b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"NodeNameToMetaVictims\":{\"a\":{\"Pods\":[{\"UID\":\"stranger\"}]}}} | not found on node a",
                "{\"NodeNameToMetaVictims\":{\"a\":{\"Pods\":[]}}} | expected at least one victim pod on node \"a\"",
                "{\"NodeNameToMetaVictims\":{\"a\":null}} | expected at least one victim pod on node \"a\"",
            })
    void victimsThatAreNone(String answer, String expected) throws Exception {
        rig.extender(request -> ExtenderServer.ok(answer));
        rig.schedule(
                "{\"preemptVerb\":\"preempt\",\"managedResources\":[{\"name\":\"kumiki.io/plan\",\"ignoredByScheduler\":true}]}");
        rig.running("low-a", "4", "a", 0);
        rig.running("low-b", "4", "b", 0);
        rig.pod("high", "cpu", "4", 9, "kumiki.io/plan");
        assertThat(rig.reason("high", "SchedulerError")).contains(expected);
        assertThat(rig.cluster.list(ResourceType.PODS, "ns", Selection.ALL).items())
                .noneMatch(pod -> pod.path("metadata").has("deletionTimestamp"));
    }

    @Test
    void noCandidateLeft() throws Exception {
        rig.extender(request -> ExtenderServer.ok("{\"NodeNameToMetaVictims\":{}}"));
        rig.schedule(
                "{\"preemptVerb\":\"preempt\",\"managedResources\":[{\"name\":\"kumiki.io/plan\",\"ignoredByScheduler\":true}]}");
        rig.running("low-a", "4", "a", 0);
        rig.running("low-b", "4", "b", 0);
        rig.pod("high", "cpu", "4", 9, "kumiki.io/plan");
        assertThat(rig.reason("high", "Unschedulable")).endsWith("preemption: no candidate node for preemption");
    }
}
