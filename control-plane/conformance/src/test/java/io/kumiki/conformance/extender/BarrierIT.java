package io.kumiki.conformance.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.conformance.extender.FaultyWire.Fault;
import io.kumiki.extender.rig.Mode;
import io.kumiki.extender.rig.PodBook;
import io.kumiki.extender.rig.Pods;
import io.kumiki.model.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Bind calls that are held until the gang is whole, while something happens.
@ExtendWith(OneRig.class)
@ParameterizedClass
@ArgumentsSource(OneRig.class)
class BarrierIT {
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

    /// All members but the last one are held: its own call never arrives.
    private void held(int size, int gpus, boolean pinned) throws Exception {
        rig.wire().spoil("bind", "\"g-" + (size - 1) + "\"", Fault.HANGS);
        rig.gang(space, "g", size, gpus, pinned);
        rig.awaitPhase(space, "g", "Starting");
        rig.await("its members' calls are open", () -> rig.wire().open(space) >= size - 1);
        assertThat(rig.bound(space, "g")).isZero();
    }

    private String nodeOf(int slot) {
        return rig.status(space, "g").at("/slots/0/nodes/" + slot).asText();
    }

    private int slotOf(int member) {
        return rig.get(ContractRig.pods(space) + "/g-" + member)
                .at("/metadata/annotations/kumiki.io~1gang-slot")
                .asInt();
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 64, 512})
    void aGangIsBoundWhole(int size) throws Exception {
        rig.gang(space, "g", size, 1, true);
        rig.awaitBound(space, "g", size);
        rig.awaitPhase(space, "g", "Running");
        assertThat(rig.status(space, "g").path("ready").asText()).isEqualTo(size + "/" + size);
        assertThat(rig.ordinary(space)).isLessThan(ContractRig.DELAY);
    }

    @Test
    void heldCallsComeAgainAfterTheSchedulerWasKilled() throws Exception {
        held(16, 8, true);
        rig.rig().killScheduler();
        rig.await("the calls are gone", () -> rig.wire().open(space) == 0);
        rig.wire().heal();
        rig.startScheduler();
        rig.awaitBound(space, "g", 16);
    }

    @Test
    void heldCallsComeAgainAfterTheExtenderWasKilled() throws Exception {
        held(16, 8, true);
        rig.rig().killExtender();
        assertThat(rig.ordinary(space)).isLessThan(ContractRig.DELAY);
        assertThat(rig.bound(space, "g")).isZero();
        rig.wire().heal();
        rig.rig().startExtender();
        rig.awaitBound(space, "g", 16);
    }

    @Test
    void bothAreKilledWhileHolding() throws Exception {
        OneRig.shownOnceIn(mode);
        held(512, 1, false);
        rig.rig().killScheduler();
        rig.rig().killExtender();
        rig.wire().heal();
        rig.startScheduler();
        rig.rig().startExtender();
        rig.awaitBound(space, "g", 512);
    }

    @Test
    void theExtenderIsKilledWhileItBinds() throws Exception {
        OneRig.shownOnceIn(mode);
        rig.gang(space, "g", 200, 1, true);
        rig.await("some are bound", () -> rig.bound(space, "g") > 0);
        rig.rig().killExtender();
        rig.rig().startExtender();
        rig.awaitBound(space, "g", 200);
        rig.awaitPhase(space, "g", "Running");
    }

    @Test
    void theSchedulerIsKilledWhileItBinds() throws Exception {
        rig.gang(space, "g", 200, 1, true);
        rig.await("some are bound", () -> rig.bound(space, "g") > 0);
        rig.rig().killScheduler();
        rig.startScheduler();
        rig.awaitBound(space, "g", 200);
        rig.awaitPhase(space, "g", "Running");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aNodeThatIsCordonedOrDeletedWhileHoldingIsLeft(boolean deleted) throws Exception {
        held(4, 8, false);
        int slot = slotOf(0);
        String lost = nodeOf(slot);
        ObjectNode before = (ObjectNode) rig.get("/api/v1/nodes/" + lost);
        if (deleted) {
            rig.calls().delete("/api/v1/nodes/" + lost).expected();
        } else {
            rig.calls()
                    .merge("/api/v1/nodes/" + lost, Json.parse("{\"spec\":{\"unschedulable\":true}}"))
                    .expected();
        }
        try {
            rig.await("the slot is elsewhere", () -> !nodeOf(slot).equals(lost));
            rig.wire().heal();
            rig.awaitBound(space, "g", 4);
            assertThat(rig.book()
                            .count(pod -> pod.gang().equals(space + "/g")
                                    && pod.node().equals(lost)))
                    .isZero();
        } finally {
            if (deleted) {
                before.withObject("/metadata")
                        .remove(java.util.List.of("uid", "resourceVersion", "creationTimestamp", "managedFields"));
                rig.calls().post("/api/v1/nodes", before).expected();
            } else {
                rig.calls()
                        .merge("/api/v1/nodes/" + lost, Json.parse("{\"spec\":{\"unschedulable\":null}}"))
                        .expected();
            }
        }
    }

    @Test
    void anOrdinaryPodThatStealsTheCpuOfASlotMovesIt() throws Exception {
        held(4, 8, false);
        int slot = slotOf(0);
        String stolen = nodeOf(slot);
        ObjectNode thief = Pods.plain("thief", 0, "96");
        thief.withObject("/spec").put("nodeName", stolen);
        rig.calls().post(ContractRig.pods(space), thief).expected();
        rig.wire().heal();
        rig.awaitBound(space, "g", 4);
        assertThat(rig.book()
                        .count(pod ->
                                pod.gang().equals(space + "/g") && pod.node().equals(stolen)))
                .isZero();
    }

    @Test
    void aMemberThatIsDeletedWhileHoldingIsNoLongerCounted() throws Exception {
        held(4, 8, true);
        rig.calls()
                .delete(ContractRig.pods(space) + "/g-0?gracePeriodSeconds=0")
                .expected();
        rig.wire().heal();
        rig.await("three wait", () -> rig.wire().open(space) >= 3);
        assertThat(rig.bound(space, "g")).isZero();
        rig.members(space, "g", 0, 1, 4, 8, true);
        rig.awaitBound(space, "g", 4);
    }

    @Test
    void aPreemptedMemberIsRepairedOrItsGangIsEnded() throws Exception {
        ObjectNode high = Json.object().put("value", 1000);
        high.putObject("metadata").put("name", "high-" + space);
        rig.calls().post("/apis/scheduling.k8s.io/v1/priorityclasses", high).expected();
        rig.gang(space, "g", ContractRig.NODES, 8, true);
        rig.awaitPhase(space, "g", "Running");
        ObjectNode preemptor = Pods.plain("preemptor", 8, "1");
        // With a port of its node it is one that we leave to the scheduler, which preempts for it.
        ((ObjectNode) preemptor.at("/spec/containers/0"))
                .putArray("ports")
                .addObject()
                .put("containerPort", 80)
                .put("hostPort", 80);
        preemptor.withObject("/spec").put("priorityClassName", "high-" + space);
        rig.calls().post(ContractRig.pods(space), preemptor).expected();
        rig.await(
                "it has its node",
                () -> rig.book()
                                .count(pod -> pod.name().equals("preemptor")
                                        && !pod.node().isEmpty())
                        == 1);
        rig.awaitReason(space, "g", "MemberLost");
        assertThat(rig.bound(space, "g")).isEqualTo(ContractRig.NODES - 1);
        // Whole again before the time runs out after which the gang would be ended.
        rig.calls()
                .delete(ContractRig.pods(space) + "/preemptor?gracePeriodSeconds=0")
                .expected();
        PodBook.Pod gone = null;
        for (int i = 0; i < ContractRig.NODES && gone == null; i++) {
            if (rig.get(ContractRig.pods(space) + "/g-" + i)
                    .path("kind")
                    .asText()
                    .equals("Status")) {
                rig.members(space, "g", i, i + 1, ContractRig.NODES, 8, true);
                break;
            }
        }
        rig.awaitBound(space, "g", ContractRig.NODES);
        rig.awaitPhase(space, "g", "Running");
    }
}
