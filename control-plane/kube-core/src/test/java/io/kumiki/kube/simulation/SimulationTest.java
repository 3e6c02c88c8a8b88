package io.kumiki.kube.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationTest {
    private static final Instant T = Instant.parse("2026-01-01T00:00:00Z");

    private static SimulatedNodes nodes(String text) {
        return ((SimulatedNodes.Read.Valid) SimulatedNodes.read(text)).nodes();
    }

    @Test
    void sixteenNodesInRacksOfFour() {
        var objects = nodes("16 x gpu=8 type=H100 rack=4").objects(T);
        assertThat(objects).hasSize(16);
        JsonNode last = objects.get(15);
        assertThat(last.path("metadata").path("name").asText()).isEqualTo("sim-h100-15");
        assertThat(last.path("metadata")
                        .path("labels")
                        .path("topology.kubernetes.io/rack")
                        .asText())
                .isEqualTo("sim-h100-rack-3");
        assertThat(last.path("metadata")
                        .path("labels")
                        .path(SimulatedNodes.MARK)
                        .asText())
                .isEqualTo("true");
        assertThat(last.path("status")
                        .path("allocatable")
                        .path("nvidia.com/gpu")
                        .asText())
                .isEqualTo("8");
        assertThat(last.path("spec").path("taints").toString())
                .isEqualTo("[{\"key\":\"kumiki.io/simulated\",\"value\":\"true\",\"effect\":\"NoSchedule\"}]");
    }

    @Test
    void openNodesCarryNoTaintAndAreWarnedAbout() {
        SimulatedNodes open = nodes("2 x cpu=4 open=true; 1 x gpu=1 type=A100");
        assertThat(open.anyOpen()).isTrue();
        assertThat(open.objects(T).get(0).path("spec").path("taints")).isEmpty();
        assertThat(open.objects(T).get(2).path("spec").path("taints")).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpu=8",
                "x gpu=8",
                "4 x gpus=8",
                "4 x gpu=many",
                "4 x cpu=lots",
                "4 x type=a/b",
                "200000 x gpu=1",
                "1 x gpu=1, 1 x gpu=2 name=sim"
            })
    void nonsenseIsRefused(String text) {
        assertThat(SimulatedNodes.read(text)).isInstanceOf(SimulatedNodes.Read.Invalid.class);
    }

    @Test
    void allMistakesAtOnce() {
        var read = (SimulatedNodes.Read.Invalid) SimulatedNodes.read("4 x gpu=many foo=1, nonsense");
        assertThat(read.violations()).hasSize(3);
    }

    private static ObjectNode pod(String annotations, String restartPolicy) {
        ObjectNode pod = Json.object();
        pod.putObject("metadata").put("name", "p").set("annotations", Json.parse(annotations.replace('\'', '"')));
        pod.set(
                "spec",
                Json.parse("{\"restartPolicy\":\"" + restartPolicy
                        + "\",\"containers\":[{\"name\":\"main\",\"image\":\"x\"}]}"));
        pod.putObject("status").put("phase", "Pending");
        return pod;
    }

    private static ObjectNode after(ObjectNode pod, SimulatedPod.Step step) {
        pod.set("status", ((SimulatedPod.Step.Write) step).status());
        return pod;
    }

    @Test
    void aPodRunsForItsDuration() {
        ObjectNode pod = pod("{'kumiki.io/simulated-duration':'250ms'}", "Never");
        var begun = (SimulatedPod.Step.Write) SimulatedPod.next(pod, T);
        assertThat(begun.status().path("phase").asText()).isEqualTo("Running");
        assertThat(begun.next()).isEqualTo(T.plusMillis(250));
        after(pod, begun);
        assertThat(SimulatedPod.next(pod, T.plusMillis(100))).isEqualTo(new SimulatedPod.Step.Wait(T.plusMillis(250)));
        var ended = (SimulatedPod.Step.Write) SimulatedPod.next(pod, T.plusMillis(250));
        assertThat(ended.status().path("phase").asText()).isEqualTo("Succeeded");
        assertThat(SimulatedPod.next(after(pod, ended), T.plusSeconds(5))).isEqualTo(new SimulatedPod.Step.Wait(null));
    }

    @Test
    void exitCodeAndServers() {
        ObjectNode failing = pod("{'kumiki.io/simulated-exit-code':'3'}", "Never");
        after(failing, SimulatedPod.next(failing, T));
        var ended = (SimulatedPod.Step.Write) SimulatedPod.next(failing, T);
        assertThat(ended.status().path("phase").asText()).isEqualTo("Failed");
        assertThat(ended.status()
                        .at("/containerStatuses/0/state/terminated/exitCode")
                        .asInt())
                .isEqualTo(3);
        ObjectNode server = pod("{}", "Always");
        after(server, SimulatedPod.next(server, T));
        assertThat(SimulatedPod.next(server, T.plusSeconds(999))).isEqualTo(new SimulatedPod.Step.Wait(null));
    }

    @Test
    void wrongAnnotationsFailByName() {
        var step =
                (SimulatedPod.Step.Write) SimulatedPod.next(pod("{'kumiki.io/simulated-duration':'soon'}", "Never"), T);
        assertThat(step.status().path("phase").asText()).isEqualTo("Failed");
        assertThat(step.status().path("message").asText())
                .contains("kumiki.io/simulated-duration")
                .contains("soon");
        assertThat(((SimulatedPod.Step.Write)
                                SimulatedPod.next(pod("{'kumiki.io/simulated-outputs':'[1]'}", "Never"), T))
                        .status()
                        .path("message")
                        .asText())
                .contains("JSON object");
    }

    @Test
    void aDeletedPodIsRemoved() {
        ObjectNode pod = pod("{}", "Never");
        ((ObjectNode) pod.path("metadata")).put("deletionTimestamp", T.toString());
        assertThat(SimulatedPod.next(pod, T)).isEqualTo(new SimulatedPod.Step.Remove());
    }
}
