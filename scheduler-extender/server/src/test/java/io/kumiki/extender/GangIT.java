package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.kumiki.extender.admission.PodShape;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.ledger.LedgerSettings;
import io.kumiki.model.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The extender on the embedded cluster: real sockets, its scheduler, simulated nodes.
class GangIT {
    @TempDir
    Path folder;

    private Ground ground;

    @BeforeEach
    void start() throws Exception {
        ground = Ground.inProcess(folder, "16 x gpu=8 type=H100 rack=4");
    }

    @AfterEach
    void stop() throws Exception {
        ground.close();
    }

    @Test
    void aGangStartsWholeAndOneThatCannotFitWaitsWithASentenceAndHoldsNothing() throws Exception {
        ground.makeGang("whole", 16, 8, "kumiki.io/simulated-duration", "10m");
        ground.await("16 members are bound", () -> ground.bound("whole") == 16 && ground.phase("whole", "Running"));
        Map<String, Long> byNode = ground.podsOf("whole").stream()
                .collect(Collectors.groupingBy(
                        p -> p.path("spec").path("nodeName").asText(), Collectors.counting()));
        assertThat(byNode).hasSize(16);
        assertThat(ground.podsOf("whole"))
                .allSatisfy(p -> assertThat(p.path("metadata")
                                .path("annotations")
                                .path("kumiki.io/reservation")
                                .asText())
                        .endsWith(".0"));

        ground.makeGang("more", 2, 8);
        ground.await(
                "it says why",
                () -> ground.status("more").path("reason").asText().equals("NoRoom"));
        assertThat(ground.status("more").path("message").asText())
                .contains("has room for 0 of 2 'member'")
                .contains("16 nodes (lack free GPUs)");
        assertThat(ground.status("more").has("slots")).isFalse();
        assertThat(ground.bound("more")).isZero();
        ground.await(
                "its pods say it too",
                () -> ground.podsOf("more").stream()
                        .allMatch(p -> p.path("metadata")
                                .path("annotations")
                                .path("kumiki.io/why")
                                .asText()
                                .startsWith("NoRoom: ")));
    }

    @Test
    void sixtyFourMembersOverSixteenNodesOfOneRackLevelAtATime() throws Exception {
        ground.makeGang("large", 64, 2, "kumiki.io/simulated-duration", "10m");
        ground.await("64 members are bound", () -> ground.bound("large") == 64 && ground.phase("large", "Running"));
        assertThat(ground.status("large").path("ready").asText()).isEqualTo("64/64");
        ground.makeGang("racks", 5, 8, "kumiki.io/topology-required", "rack");
        ground.await(
                "a rack has four nodes",
                () -> ground.status("racks").path("reason").asText().equals("Impossible"));
    }

    @Test
    void twoGangsThatNeedMostOfTheClusterComeOneAfterTheOther() throws Exception {
        ground.makeGang("a", 10, 8, "kumiki.io/simulated-duration", "2s");
        ground.makeGang("b", 10, 8, "kumiki.io/simulated-duration", "2s");
        ground.await("both have ended", () -> ground.phase("a", "Done") && ground.phase("b", "Done"));
    }

    @Test
    void anExtenderThatDiesInTheMiddleLeavesNoPartialGang() throws Exception {
        ground.makeMembers("g", 0, 12, 12, 8, "kumiki.io/simulated-duration", "10m");
        ground.await("slots are promised", () -> ground.status("g").has("slots"));
        int port = ground.extender.port();
        ground.extender.close();
        long before = ground.bound("g");
        ground.startExtender(port, LedgerSettings.alone());
        ground.await("all members are bound", () -> ground.bound("g") == 12 && ground.phase("g", "Running"));
        assertThat(before).isIn(0L, 12L);
    }

    @Test
    void membersThatMayBePinnedGetTheirSlotAsTheyAreMade() throws Exception {
        ground.makeMembers("g", 0, 1, 4, 8, "kumiki.io/pinned", "true");
        ground.await(
                "the first one has its slot",
                () -> ground.podNamed("g-0").at("/spec/schedulingGates").isEmpty());
        assertThat(ground.status("g").at("/slots/0/nodes")).as("as have all").hasSize(4);
        var made = ground.makeMembers("g", 1, 4, 4, 8, "kumiki.io/pinned", "true");
        assertThat(made).allSatisfy(pod -> {
            assertThat(pod.at("/spec/schedulingGates").isEmpty()).isTrue();
            assertThat(pod.at("/metadata/annotations")
                            .path("kumiki.io/reservation")
                            .asText())
                    .endsWith(".0");
            assertThat(PodShape.pin(pod)).isNotEmpty();
        });
        assertThat(made.stream().map(PodShape::pin)).doesNotHaveDuplicates();
        ground.await("it starts", () -> ground.bound("g") == 4 && ground.phase("g", "Running"));
    }

    /// Slots were held for them already.
    @Test
    void membersThatMayBePinnedAndDoNotComeHoldNothing() throws Exception {
        ground.makeMembers("g", 0, 2, 4, 8, "kumiki.io/pinned", "true");
        ground.await("slots are held for all", () -> ground.status("g").has("slots"));
        ground.await(
                "its attempt ends",
                () -> ground.podsOf("g").isEmpty()
                        || ground.status("g").path("reason").asText().equals("MembersMissing"));
        // Its object and its pods may be gone before the event comes: nothing else changes any more.
        ground.awaitOf(
                ResourceType.EVENTS,
                "team",
                "it is told",
                () -> ground.events("g").contains("MembersMissing: attempt 0 ends: 2 of 4 pods exist"));
        ground.makeGang("other", 16, 8);
        ground.await("its slots are another's", () -> ground.bound("other") == 16);
        assertThat(ground.bound("g")).isZero();
    }

    @Test
    void aGangThatRunsTellsWhenItSavedItsStateLastAndGoesOn() throws Exception {
        ground.makeGang("g", 2, 8, "kumiki.io/restart-seconds", "90");
        ground.await("it runs", () -> ground.phase("g", "Running"));
        assertThat(ground.gang("g").path("spec").path("restartSeconds").asLong())
                .isEqualTo(90);
        JsonNode before = ground.status("g").path("slots");
        for (String saved : List.of("2031-01-01T08:00:00Z", "2031-01-01T09:00:00Z")) {
            ground.client
                    .pods()
                    .inNamespace("team")
                    .withName("g-1")
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"metadata\":{\"annotations\":{\"kumiki.io/last-checkpoint\":\"" + saved + "\"}}}");
            ground.await(
                    "its Gang says " + saved,
                    () -> ground.gang("g")
                            .path("spec")
                            .path("lastCheckpoint")
                            .asText()
                            .equals(saved));
        }
        assertThat(ground.gang("g").path("spec").path("attempt").asInt()).isZero();
        assertThat(ground.status("g").path("slots")).isEqualTo(before);
        assertThat(ground.phase("g", "Running")).isTrue();
    }

    @Test
    void aGangWithAMinimumStartsWithWhatThereIsRoomForAndTheRestWaitsAlone() throws Exception {
        ground.makeGang("g", 18, 8, "kumiki.io/min-members", "15");
        ground.await("it starts with all that fit", () -> ground.bound("g") == 16);
        ground.await("the rest is planned alone", () -> waitingAlone() == 2);
        ground.await("it runs", () -> ground.phase("g", "Running"));
    }

    private long waitingAlone() {
        return ground.cluster.cluster().list(Ground.GANGS, "team", Selection.ALL).items().stream()
                .filter(gang -> gang.path("metadata").path("name").asText().startsWith("one-")
                        && gang.path("status").path("ready").asText().equals("0/1"))
                .count();
    }

    @Test
    void aGangTakesTheFastestOfItsTypesThatFits() throws Exception {
        ground.makeGang("g", 2, 8, "kumiki.io/gpu-alternatives", "NVIDIA-B200=3,H100=1");
        ground.await("it runs on what there is", () -> ground.bound("g") == 2);
        ground.makeGang("other", 2, 8, "kumiki.io/gpu-alternatives", "NVIDIA-B200");
        ground.await(
                "it waits for the type",
                () -> ground.status("other").path("reason").asText().equals("Impossible"));
    }

    @Test
    void membersThatAreMissingAreCounted() throws Exception {
        ground.makeMembers("g", 0, 3, 4, 1);
        ground.await(
                "it counts", () -> ground.status("g").path("message").asText().equals("3 of 4 pods exist"));
        ground.await("its pods say it", () -> ground.why("g-0").startsWith("MembersMissing"));
        ground.makeMembers("g", 3, 4, 4, 1);
        ground.await("it starts", () -> ground.bound("g") == 4);
        assertThat(ground.why("g-0")).as("why it waits, which it does no more").isEmpty();
    }

    @Test
    void aScopedQuotaThatKeepsMembersOutIsNamedWithItsNumbers() throws Exception {
        ObjectNode quota = Json.object();
        quota.putObject("metadata").put("name", "rq");
        ObjectNode spec = quota.putObject("spec");
        spec.putObject("hard").put("limits.cpu", "3");
        spec.putObject("scopeSelector")
                .putArray("matchExpressions")
                .addObject()
                .put("scopeName", "PriorityClass")
                .put("operator", "DoesNotExist");
        ground.create(new ResourceType("", "v1", "resourcequotas"), "team", quota);
        ground.makeMembers("g", 0, 3, 4, 1);
        assertThatThrownBy(() -> ground.makeMembers("g", 3, 4, 4, 1)).hasMessageContaining("exceeded quota: rq");
        ground.await(
                "it says why",
                () -> ground.status("g")
                        .path("message")
                        .asText()
                        .equals(
                                "ResourceQuota rq allows 0 more limits.cpu of 3, its pods that do not exist yet need 1"));
        assertThat(ground.status("g").path("reason").asText()).isEqualTo("NamespaceQuota");
    }

    @Test
    void aPodWithoutAGangNeverComesHere() throws Exception {
        ObjectNode pod = Json.object();
        pod.putObject("metadata").put("name", "plain");
        ObjectNode spec = pod.putObject("spec");
        spec.putArray("tolerations")
                .addObject()
                .put("key", "kumiki.io/simulated")
                .put("operator", "Exists");
        spec.putArray("containers").addObject().put("name", "c").put("image", "busybox");
        ground.extender.close();
        ground.create(ResourceType.PODS, "team", pod);
        ground.await("it is bound though nobody answers", () -> {
            JsonNode plain = ground.cluster.cluster().get(ResourceType.PODS, "team", "plain");
            return plain != null
                    && !plain.path("spec").path("nodeName").asText("").isEmpty();
        });
    }

    @Test
    void aGangWithoutASizeIsRefused() {
        ObjectNode pod = Json.object();
        pod.putObject("metadata").put("name", "p").putObject("labels").put("kumiki.io/gang", "g");
        pod.putObject("spec")
                .putArray("containers")
                .addObject()
                .put("name", "c")
                .put("image", "busybox");
        assertThat(org.assertj.core.api.Assertions.catchThrowableOfType(
                                ApiFault.class, () -> ground.create(ResourceType.PODS, "team", pod))
                        .getMessage())
                .contains("says how many members its gang has, 1 to 5000; found \"\"");
    }
}
