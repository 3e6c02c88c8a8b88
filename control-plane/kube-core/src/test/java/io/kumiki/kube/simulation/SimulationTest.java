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
                "1 x gpu=1, 1 x gpu=2 name=sim",
                "4 x fail=2",
                "4 x start=soon",
                "4 x back=1m",
                "4 x rack=0",
                "4 x fault=1m gpus=none"
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
    void eachPodHasAnAddressOfItsOwnWhereNobodyIs() {
        java.util.Set<String> seen = new java.util.HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            ObjectNode pod = pod("{}", "Never");
            pod.withObject("/metadata").put("uid", new java.util.UUID(i, 7).toString());
            var status = ((SimulatedPod.Step.Write) SimulatedPod.next(pod, T)).status();
            assertThat(status.path("podIP").asText()).matches("24[0-7](\\.[0-9]{1,3}){3}");
            assertThat(status.at("/podIPs/0/ip")).isEqualTo(status.path("podIP"));
            seen.add(status.path("podIP").asText());
        }
        assertThat(seen).hasSize(1_000);
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

    @Test
    void placesOfAnyDepth() {
        JsonNode labels = nodes("16 x gpu=8 type=H100 rack=2 block=2 topology.hall=2 zone=z1")
                .objects(T)
                .get(13)
                .path("metadata")
                .path("labels");
        assertThat(labels.path("topology.kubernetes.io/rack").asText()).isEqualTo("sim-h100-rack-6");
        assertThat(labels.path("topology.kubernetes.io/block").asText()).isEqualTo("sim-h100-block-3");
        assertThat(labels.path("topology.kubernetes.io/hall").asText()).isEqualTo("sim-h100-hall-1");
        assertThat(labels.path("topology.kubernetes.io/zone").asText()).isEqualTo("z1");
    }

    @Test
    void optionsBecomeAnnotations() {
        var objects = nodes("4 x start=2s run=30s fail=0.1 seed=7 lost=5m back=1m losing=2 fault=9m faults=1 gpus=3")
                .objects(T);
        assertThat(objects.get(0).path("metadata").path("annotations").toString())
                .isEqualTo("{\"kumiki.io/simulated-duration\":\"30s\",\"kumiki.io/simulated-failure-rate\":\"0.1\","
                        + "\"kumiki.io/simulated-seed\":\"7\",\"kumiki.io/simulated-start-delay\":\"2s\","
                        + "\"kumiki.io/simulated-lost-after\":\"5m\",\"kumiki.io/simulated-lost-for\":\"1m\"}");
        assertThat(objects.get(1).path("metadata").path("annotations").has(NodeBehaviour.LOST_AFTER))
                .isTrue();
        assertThat(objects.get(2).path("metadata").path("annotations").has(NodeBehaviour.LOST_AFTER))
                .isFalse();
        assertThat(objects.get(3)
                        .path("metadata")
                        .path("annotations")
                        .path(NodeBehaviour.FAULT_GPUS)
                        .asText())
                .isEqualTo("3");
    }

    @Test
    void aStartTakesItsTime() {
        ObjectNode pod = pod("{'kumiki.io/simulated-start-delay':'5s','kumiki.io/simulated-duration':'10s'}", "Never");
        var creating = (SimulatedPod.Step.Write) SimulatedPod.next(pod, T);
        assertThat(creating.status().path("phase").asText()).isEqualTo("Pending");
        assertThat(creating.status()
                        .at("/containerStatuses/0/state/waiting/reason")
                        .asText())
                .isEqualTo("ContainerCreating");
        after(pod, creating);
        assertThat(SimulatedPod.next(pod, T.plusSeconds(1))).isEqualTo(new SimulatedPod.Step.Wait(T.plusSeconds(5)));
        var running = (SimulatedPod.Step.Write) SimulatedPod.next(pod, T.plusSeconds(5));
        assertThat(running.status().path("phase").asText()).isEqualTo("Running");
        assertThat(running.next()).isEqualTo(T.plusSeconds(15));
    }

    @Test
    void failuresAreDrawnFromTheSeed() {
        StringBuilder drawn = new StringBuilder();
        int failed = 0;
        for (int i = 0; i < 1_000; i++) {
            boolean fails = new PodBehaviour(java.time.Duration.ZERO, null, 0.2, 7)
                    .draw("uid-" + i, 0)
                    .fails();
            failed += fails ? 1 : 0;
            drawn.append(fails ? '1' : '0');
        }
        assertThat(failed).isBetween(150, 250);
        StringBuilder again = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            again.append(
                    new PodBehaviour(java.time.Duration.ZERO, null, 0.2, 7)
                                    .draw("uid-" + i, 0)
                                    .fails()
                            ? '1'
                            : '0');
        }
        assertThat(again).hasToString(drawn.toString());
    }

    @Test
    void whatMayRestartRestartsAfterAPause() {
        ObjectNode pod = pod("{'kumiki.io/simulated-duration':'10s','kumiki.io/simulated-exit-code':'2'}", "OnFailure");
        after(pod, SimulatedPod.next(pod, T));
        var crashed = (SimulatedPod.Step.Write) SimulatedPod.next(pod, T.plusSeconds(10));
        assertThat(crashed.status()
                        .at("/containerStatuses/0/state/waiting/reason")
                        .asText())
                .isEqualTo("CrashLoopBackOff");
        assertThat(crashed.status().at("/containerStatuses/0/restartCount").asInt())
                .isZero();
        assertThat(crashed.next()).isEqualTo(T.plusSeconds(20));
        after(pod, crashed);
        var again = (SimulatedPod.Step.Write) SimulatedPod.next(pod, T.plusSeconds(20));
        assertThat(again.status().at("/containerStatuses/0/restartCount").asInt())
                .isEqualTo(1);
        assertThat(again.status().at("/containerStatuses/0/state").has("running"))
                .isTrue();
        assertThat(again.next()).isEqualTo(T.plusSeconds(30));
        after(pod, again);
        var second = (SimulatedPod.Step.Write) SimulatedPod.next(pod, T.plusSeconds(30));
        assertThat(second.next()).as("20 s after the second crash").isEqualTo(T.plusSeconds(50));
    }

    private final Simulation simulation = new Simulation();

    private static ObjectNode node(String options) {
        return nodes("1 x gpu=8 name=n " + options).objects(T).get(0);
    }

    private static ObjectNode onNode(String name, String annotations) {
        ObjectNode pod = pod(annotations, "Never");
        ((ObjectNode) pod.path("metadata")).put("namespace", "ns").put("uid", name);
        ((ObjectNode) pod.path("spec")).put("nodeName", "n-0");
        return pod;
    }

    private static String told(java.util.List<Simulation.Act> acts) {
        StringBuilder told = new StringBuilder();
        for (Simulation.Act act : acts) {
            told.append(
                    switch (act) {
                        case Simulation.Act.WritePod write ->
                            "pod " + write.status().path("phase").asText();
                        case Simulation.Act.RemovePod ignored -> "pod gone";
                        case Simulation.Act.WriteNode write ->
                            write.status().at("/conditions/0/status").asText() + " "
                                    + write.status().path("allocatable")
                                    + " "
                                    + write.status().at("/conditions/1/type").asText("")
                                    + write.status().at("/conditions/1/status").asText("");
                        case Simulation.Act.RemoveNode ignored -> "node gone";
                        case Simulation.Act.CreateNode ignored -> "node back";
                        case Simulation.Act.Complain complain -> complain.message();
                    });
            told.append("; ");
        }
        return told.toString();
    }

    @Test
    void aLostNodesPodsStandStillUntilItIsBack() {
        assertThat(simulation.node(node("lost=10s back=20s"), T)).isEmpty();
        assertThat(told(simulation.pod(onNode("p", "{'kumiki.io/simulated-duration':'15s'}"), T)))
                .isEqualTo("pod Running; ");
        assertThat(simulation.nextDue()).isEqualTo(T.plusSeconds(10));
        assertThat(told(simulation.due(T.plusSeconds(10)))).startsWith("Unknown");
        assertThat(simulation.due(T.plusSeconds(29))).isEmpty();
        assertThat(told(simulation.due(T.plusSeconds(30)))).contains("pod Succeeded");
    }

    @Test
    void aNodeThatVanishesTakesItsPodsAndReturnsEmpty() {
        simulation.node(node("lost=10s back=20s vanish=true"), T);
        simulation.pod(onNode("p", "{'kumiki.io/simulated-duration':'15s'}"), T);
        var acts = simulation.due(T.plusSeconds(10));
        assertThat(told(acts)).isEqualTo("node gone; pod Failed; pod gone; ");
        assertThat(((Simulation.Act.WritePod) acts.get(1))
                        .status()
                        .path("conditions")
                        .toString())
                .contains("DeletionByPodGC");
        simulation.nodeGone("n-0");
        assertThat(told(simulation.due(T.plusSeconds(30)))).isEqualTo("node back; ");
    }

    @Test
    void aFaultTakesGpusAway() {
        ObjectNode node = node("fault=10s healed=5s gpus=3");
        simulation.node(node, T);
        var acts = simulation.due(T.plusSeconds(10));
        assertThat(told(acts)).isEqualTo("True {\"nvidia.com/gpu\":\"5\"} GpuFaultTrue; ");
        ObjectNode status = ((Simulation.Act.WriteNode) acts.get(0)).status();
        ((ObjectNode) node.path("status")).set("conditions", status.path("conditions"));
        ((ObjectNode) node.path("status").path("allocatable")).put("nvidia.com/gpu", "5");
        assertThat(simulation.node(node, T.plusSeconds(11))).isEmpty();
        assertThat(told(simulation.due(T.plusSeconds(15))))
                .isEqualTo("True {\"nvidia.com/gpu\":\"8\"} GpuFaultFalse; ");
        assertThat(simulation.nextDue()).isNull();
    }

    @Test
    void behaviourMayBeToldLaterAndWronglyToldIsComplainedAbout() {
        ObjectNode node = node("");
        simulation.node(node, T);
        assertThat(simulation.nextDue()).isNull();
        node.withObject("/metadata/annotations").put(NodeBehaviour.LOST_AFTER, "soon");
        assertThat(told(simulation.node(node, T)))
                .contains("kumiki.io/simulated-lost-after")
                .contains("soon");
        node.withObject("/metadata/annotations").put(NodeBehaviour.LOST_AFTER, "0s");
        assertThat(told(simulation.node(node, T.plusSeconds(60)))).startsWith("Unknown");
    }

    @Test
    void fiveThousandIdleNodesHaveNothingDue() {
        for (ObjectNode each : nodes("5000 x gpu=8 rack=8").objects(T)) {
            assertThat(simulation.node(each, T)).isEmpty();
        }
        assertThat(simulation.nextDue()).isNull();
    }
}
