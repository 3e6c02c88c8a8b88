package io.kumiki.conformance.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.conformance.extender.FaultyWire.Fault;
import io.kumiki.extender.rig.Calls;
import io.kumiki.extender.rig.Mode;
import io.kumiki.extender.rig.Pods;
import io.kumiki.model.Json;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What goes over the wire, and what comes of it when it is spoiled.
@ExtendWith(OneRig.class)
@ParameterizedClass
@ArgumentsSource(OneRig.class)
class WireIT {
    @Parameter
    Mode mode;

    private final ContractRig rig = OneRig.rig();
    private String space;

    @BeforeEach
    void begin() throws Exception {
        rig.mode(mode);
        space = rig.space();
    }

    @AfterEach
    void end() throws Exception {
        rig.end(space);
    }

    @Test
    void filterIsAskedWithNamesAndAnsweredWithOne() throws Exception {
        rig.gang(space, "g", 2, 8, false);
        rig.awaitBound(space, "g", 2);
        List<FaultyWire.Seen> calls = rig.wire().seen("filter", space);
        assertThat(calls).isNotEmpty().allSatisfy(call -> {
            assertThat(call.type()).isEqualTo("application/json");
            assertThat(call.request().path("Nodes").isNull()).isTrue();
            assertThat(call.request().path("NodeNames")).isNotEmpty();
            assertThat(call.request().at("/Pod/metadata/uid").asText()).isNotEmpty();
        });
        JsonNode last = Json.parse(calls.getLast().answer());
        assertThat(last.path("NodeNames")).hasSize(1);
        assertThat(rig.book()
                        .count(pod ->
                                pod.node().equals(last.path("NodeNames").path(0).asText())))
                .isPositive();
    }

    @Test
    void bindNamesThePodAndIsAnsweredWithoutAnErrorOnceItIsBound() throws Exception {
        rig.gang(space, "g", 2, 8, true);
        rig.awaitBound(space, "g", 2);
        rig.await("both are answered", () -> rig.wire().seen("bind", space).size() >= 2);
        assertThat(rig.wire().seen("bind", space)).allSatisfy(call -> {
            assertThat(call.request().properties())
                    .extracting(Map.Entry::getKey)
                    .containsExactlyInAnyOrder("PodName", "PodNamespace", "PodUID", "Node");
            assertThat(Json.parse(call.answer())).isEqualTo(Json.object().put("Error", ""));
        });
        assertThat(rig.get(ContractRig.pods(space) + "/g-0")
                        .at("/metadata/annotations/kumiki.io~1reservation")
                        .asText())
                .endsWith(".0");
    }

    @Test
    void aPinnedMemberIsNeverFiltered() throws Exception {
        rig.gang(space, "g", 4, 8, true);
        rig.awaitBound(space, "g", 4);
        assertThat(rig.wire().seen("filter", space)).isEmpty();
    }

    @Test
    void markersAreIgnoredByTheSchedulerThoughNoNodeHasThem() throws Exception {
        rig.gang(space, "g", 2, 1, false);
        rig.awaitBound(space, "g", 2);
        assertThat(rig.get(ContractRig.pods(space) + "/g-0")
                        .at("/spec/containers/0/resources/requests")
                        .has("kumiki.io/bind"))
                .isTrue();
        assertThat(rig.get("/api/v1/nodes/n0").at("/status/allocatable").has("kumiki.io/bind"))
                .isFalse();
    }

    @Test
    void anOrdinaryPodNeverComesHere() throws Exception {
        rig.wire().spoil("filter", "", Fault.HANGS);
        rig.wire().spoil("bind", "", Fault.HANGS);
        assertThat(rig.ordinary(space)).isLessThan(ContractRig.DELAY);
        assertThat(rig.wire().seen("bind", space)).isEmpty();
    }

    @Test
    void besideAnExtenderThatIsDownOrdinaryPodsRunAndGpuPodsAreRefused() throws Exception {
        OneRig.shownOnceIn(mode);
        rig.rig().killExtender();
        assertThat(rig.ordinary(space)).isLessThan(ContractRig.DELAY);
        Calls.Answer refused = rig.calls().post(ContractRig.pods(space), Pods.member("early", 0, 2, 1, true, Map.of()));
        assertThat(refused.status()).isEqualTo(500);
        assertThat(refused.body().path("message").asText()).contains("pods.kumiki.io");
        rig.rig().startExtender();
        rig.gang(space, "g", 2, 1, true);
        rig.awaitBound(space, "g", 2);
    }

    @Test
    void aMarkedPodThatIsNoMembersIsRefusedOrNeverBound() throws Exception {
        ObjectNode marked = Pods.plain("marked", 1, "1");
        for (String list : List.of("requests", "limits")) {
            marked.withObject("/spec/containers/0/resources/" + list).put("kumiki.io/bind", "1");
        }
        if (mode == Mode.OWN_SCHEDULER) {
            marked.withObject("/spec").put("schedulerName", mode.scheduler());
            marked.withObject("/spec")
                    .putArray("tolerations")
                    .addObject()
                    .put("key", "kumiki.io/gpu")
                    .put("operator", "Exists");
        }
        Calls.Answer refused = rig.calls().post(ContractRig.pods(space), marked);
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body().path("message").asText()).contains("kumiki.io/bind is no resource to ask for");
        // In a namespace of the system nobody is asked at the door.
        String open = "kube-public";
        rig.calls().post(ContractRig.pods(open), marked).expected();
        // It is no gang's member: nothing is ever answered for it but a refusal.
        rig.await(
                "it is refused",
                () -> !rig.book().of(pod -> pod.name().equals("marked")).isEmpty()
                        && rig.wire().seen("bind", "\"marked\"").stream()
                                .anyMatch(call -> call.answer().contains("not known here")));
        assertThat(rig.book().of(pod -> pod.name().equals("marked")).getFirst().node())
                .isEmpty();
        rig.end(open);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"ERROR_500", "GARBAGE", "EMPTY", "ALIEN", "HUGE"})
    void aSpoiledFilterAnswerBindsNothingAndKeepsNobodyElse(Fault fault) throws Exception {
        OneRig.shownOnceIn(mode);
        rig.wire().spoil("filter", space, fault);
        rig.gang(space, "g", 2, 1, false);
        rig.await("it has its slots", () -> rig.status(space, "g").has("slots"));
        assertThat(rig.ordinary(space)).isLessThan(ContractRig.DELAY);
        assertThat(rig.bound(space, "g")).isZero();
        rig.wire().heal();
        rig.awaitBound(space, "g", 2);
    }

    @Test
    void aFilterThatHangsEndsWithItsTimeout() throws Exception {
        rig.wire().spoil("filter", space, Fault.HANGS);
        rig.gang(space, "g", 2, 1, false);
        rig.await("it is told", () -> rig.told(space, "deadline exceeded") || rig.told(space, "Timeout"));
        // The entry's time-out is one second; the scheduler's one loop stands still for so long.
        assertThat(rig.ordinary(space)).isLessThan(2 * ContractRig.DELAY);
        rig.wire().heal();
        rig.awaitBound(space, "g", 2);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"ERROR_500", "GARBAGE", "LOST"})
    void aSpoiledBindAnswerIsRepairedByTheNextCall(Fault fault) throws Exception {
        rig.wire().spoil("bind", space, fault);
        rig.gang(space, "g", 3, 1, true);
        rig.awaitPhase(space, "g", fault == Fault.LOST ? "Running" : "Starting");
        assertThat(rig.ordinary(space)).isLessThan(ContractRig.DELAY);
        rig.wire().heal();
        rig.awaitBound(space, "g", 3);
        rig.awaitPhase(space, "g", "Running");
    }

    @Test
    void aHeldBindHoldsOnlyItsGang() throws Exception {
        rig.wire().spoil("bind", space, Fault.HANGS);
        rig.gang(space, "g", 8, 1, true);
        rig.awaitPhase(space, "g", "Starting");
        assertThat(rig.ordinary(space)).isLessThan(ContractRig.DELAY);
        assertThat(rig.bound(space, "g")).isZero();
        rig.wire().heal();
        rig.awaitBound(space, "g", 8);
    }

    private JsonNode answer(String verb, String body) throws Exception {
        HttpResponse<String> answer = rig.rig().extender().call(verb, body.getBytes(StandardCharsets.UTF_8));
        assertThat(answer.statusCode()).isEqualTo(200);
        return Json.parse(answer.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"filter", "bind"})
    void garbageAndTooMuchAreRefusedAndHarmNothing(String verb) throws Exception {
        for (String body :
                List.of("", "{", "[]", "null", "\"x\"", "[".repeat(100_000), "{\"Pod\":" + "9".repeat(5000) + "}")) {
            var answer = rig.rig().extender().call(verb, body.getBytes(StandardCharsets.UTF_8));
            assertThat(answer.statusCode() != 200
                            || !Json.parse(answer.body()).path("Error").asText().isEmpty())
                    .as("%s answers %s", verb, answer.body())
                    .isTrue();
        }
        byte[] large = ("{\"Pod\":\"" + "x".repeat(5 << 20) + "\"}").getBytes(StandardCharsets.UTF_8);
        try {
            assertThat(rig.rig().extender().call(verb, large).statusCode()).isEqualTo(413);
        } catch (java.io.IOException cut) {
            assertThat(cut).as("or it closes the connection before all is sent").isNotNull();
        }
        rig.gang(space, "g", 2, 1, true);
        rig.awaitBound(space, "g", 2);
    }

    @Test
    void listsThatAreNullAreNamed() throws Exception {
        String pod = "{\"metadata\":{\"uid\":\"u\",\"namespace\":\"" + space + "\",\"name\":\"p\"}}";
        for (String body : List.of(
                "{\"Pod\":" + pod + ",\"Nodes\":{\"items\":[]},\"NodeNames\":null}",
                "{\"Pod\":null,\"NodeNames\":[\"n0\"]}",
                "{\"Pod\":" + pod + "}")) {
            assertThat(answer("filter", body).path("Error").asText()).contains("nodeCacheCapable: true");
        }
        assertThat(answer("bind", "{\"PodUID\":null,\"Node\":null}")
                        .path("Error")
                        .asText())
                .isEqualTo("PodUID and Node are wanted");
    }

    @Test
    void staleNamesAreRefusedWithASentence() throws Exception {
        rig.gang(space, "g", 2, 1, false);
        rig.awaitBound(space, "g", 2);
        String uid = rig.book()
                .of(pod -> pod.name().equals("g-0") && pod.namespace().equals(space))
                .getFirst()
                .uid();
        String pod = "{\"metadata\":{\"uid\":\"" + uid + "\",\"namespace\":\"" + space + "\",\"name\":\"g-0\"}}";
        JsonNode filtered = answer("filter", "{\"Pod\":" + pod + ",\"NodeNames\":[\"gone-1\",\"gone-2\"]}");
        assertThat(filtered.path("NodeNames").isArray()).isTrue();
        assertThat(filtered.path("NodeNames")).isEmpty();
        assertThat(filtered.path("FailedAndUnresolvableNodes").path("gone-1").asText())
                .contains("no room for it on");
        String call = "{\"PodName\":\"g-0\",\"PodNamespace\":\"%s\",\"PodUID\":\"%s\",\"Node\":\"%s\"}";
        assertThat(answer("bind", call.formatted(space, uid, "gone-1"))
                        .path("Error")
                        .asText())
                .startsWith("its slot is on ");
        assertThat(answer("bind", call.formatted(space, "no-such-uid", "n0"))
                        .path("Error")
                        .asText())
                .contains("not known here");
    }
}
