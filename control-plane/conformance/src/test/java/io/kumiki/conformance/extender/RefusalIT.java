package io.kumiki.conformance.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.rig.Calls;
import io.kumiki.extender.rig.Mode;
import io.kumiki.extender.rig.Pods;
import io.kumiki.model.Json;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ArgumentsSource;

/// What may not start says why and holds nothing; what is forged is refused.
@ExtendWith(OneRig.class)
@ParameterizedClass
@ArgumentsSource(OneRig.class)
class RefusalIT {
    private static final long SOON = 3_000;

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

    private String message(String gang) {
        return rig.status(space, gang).path("message").asText();
    }

    @Test
    void aGangThatCannotFitSaysSoAtOnceOnItselfAndItsPods() throws Exception {
        rig.gang(space, "g", ContractRig.NODES + 1, 8, true);
        long created = System.nanoTime();
        rig.awaitReason(space, "g", "Impossible");
        assertThat((System.nanoTime() - created) / 1_000_000).isLessThan(SOON);
        assertThat(message("g")).contains("65");
        assertThat(rig.status(space, "g").has("slots")).isFalse();
        rig.await(
                "its pods say it",
                () -> rig.get(ContractRig.pods(space) + "/g-0")
                        .at("/metadata/annotations/kumiki.io~1why")
                        .asText()
                        .startsWith("Impossible: "));
        assertThat(rig.ordinary(space)).isLessThan(ContractRig.DELAY);
    }

    @Test
    void twoGangsThatNeedMostOfTheClusterDoNotHoldEachOther() throws Exception {
        int size = ContractRig.NODES * 6 / 10;
        rig.gang(space, "a", size, 8, true);
        rig.gang(space, "b", size, 8, true);
        rig.await("one runs", () -> rig.bound(space, "a") + rig.bound(space, "b") == size);
        String runs = rig.bound(space, "a") == size ? "a" : "b";
        String waits = runs.equals("a") ? "b" : "a";
        rig.awaitReason(space, waits, "NoRoom");
        assertThat(rig.bound(space, waits)).isZero();
        for (int i = 0; i < size; i++) {
            rig.calls()
                    .delete(ContractRig.pods(space) + "/" + runs + "-" + i + "?gracePeriodSeconds=0")
                    .expected();
        }
        rig.awaitBound(space, waits, size);
    }

    @Test
    void aSizeThatNeverComesIsCountedAndHoldsNothing() throws Exception {
        rig.members(space, "g", 0, 4, 5, 8, false);
        rig.awaitReason(space, "g", "MembersMissing");
        assertThat(message("g")).isEqualTo("4 of 5 pods exist");
        assertThat(rig.book().count(pod -> pod.namespace().equals(space) && !pod.gated()))
                .isZero();
        rig.gang(space, "whole", ContractRig.NODES, 8, true);
        rig.awaitBound(space, "whole", ContractRig.NODES);
    }

    /// Whose owner lets them be pinned got their slots as they were made; they hold them for 10 s.
    @Test
    void pinnedMembersOfASizeThatNeverComesGo() throws Exception {
        rig.members(space, "g", 0, 4, 5, 8, true);
        rig.await(
                "slots are held", () -> rig.book().count(pod -> pod.namespace().equals(space) && !pod.gated()) > 0);
        rig.await(
                "they are evicted",
                () -> rig.book().count(pod -> pod.namespace().equals(space) && !pod.gated()) == 0);
        rig.gang(space, "whole", ContractRig.NODES, 8, true);
        rig.awaitBound(space, "whole", ContractRig.NODES);
    }

    @Test
    void aResourceQuotaThatRefusesHalfIsNamed() throws Exception {
        OneRig.shownOnceIn(mode);
        ObjectNode quota = Json.object();
        quota.putObject("metadata").put("name", "half");
        quota.putObject("spec").putObject("hard").put("requests.nvidia.com/gpu", "4");
        rig.calls()
                .post("/api/v1/namespaces/" + space + "/resourcequotas", quota)
                .expected();
        rig.await(
                "the quota is counted",
                () -> rig.get("/api/v1/namespaces/" + space + "/resourcequotas/half")
                        .at("/status")
                        .has("hard"));
        int made = 0;
        for (int i = 0; i < 8; i++) {
            Calls.Answer answer = rig.calls().post(ContractRig.pods(space), Pods.member("g", i, 8, 1, true, Map.of()));
            made += answer.done() ? 1 : 0;
            assertThat(answer.done() || answer.status() == 403).isTrue();
        }
        assertThat(made).isEqualTo(4);
        rig.awaitReason(space, "g", "NamespaceQuota");
        assertThat(message("g")).contains("half");
        assertThat(rig.bound(space, "g")).isZero();
        assertThat(rig.status(space, "g").has("slots")).isFalse();
    }

    @Test
    void gangsOfOneNameInTwoNamespacesAreTwo() throws Exception {
        String other = rig.space();
        rig.gang(space, "same", 4, 1, true);
        rig.gang(other, "same", 4, 1, true);
        rig.awaitBound(space, "same", 4);
        rig.awaitBound(other, "same", 4);
        rig.end(other);
    }

    private ObjectNode owned(ObjectNode pod, String uid) {
        pod.withObject("/metadata")
                .putArray("ownerReferences")
                .addObject()
                .put("apiVersion", "v1")
                .put("kind", "ConfigMap")
                .put("name", "owner")
                .put("uid", uid)
                .put("controller", true);
        return pod;
    }

    private String owner() throws IOException {
        ObjectNode map = Json.object();
        map.putObject("metadata").put("name", "owner");
        return rig.calls()
                .post("/api/v1/namespaces/" + space + "/configmaps", map)
                .expected()
                .body()
                .at("/metadata/uid")
                .asText();
    }

    @Test
    void twoControllersOfOneGangNameDoNotMix() throws Exception {
        String owner = owner();
        for (int i = 0; i < 2; i++) {
            rig.calls()
                    .post(ContractRig.pods(space), owned(Pods.member("g", i, 2, 1, true, Map.of()), owner))
                    .expected();
        }
        rig.awaitBound(space, "g", 2);
        ObjectNode foreign = Pods.member("g", 7, 2, 1, true, Map.of());
        rig.calls().post(ContractRig.pods(space), foreign).expected();
        assertThat(rig.ordinary(space)).isLessThan(ContractRig.DELAY);
        assertThat(rig.status(space, "g").path("ready").asText()).isEqualTo("2/2");
        assertThat(rig.book()
                        .of(pod -> pod.namespace().equals(space) && pod.name().equals("g-7"))
                        .getFirst()
                        .gated())
                .isTrue();
    }

    private String gangUid(String of) {
        return rig.get("/apis/kumiki.io/v1alpha1/namespaces/" + of + "/gangs/g")
                .at("/metadata/uid")
                .asText();
    }

    private static ObjectNode claiming(String reservation, int member) {
        return Pods.member(
                "g", member, 2, 8, true, Map.of("kumiki.io/reservation", reservation, "kumiki.io/gang-slot", "0"));
    }

    @Test
    void aForgedReservationIsRefusedAtTheDoorAndASecondPodForASlotIsNeverBound() throws Exception {
        rig.gang(space, "g", 2, 8, true);
        rig.awaitPhase(space, "g", "Running");
        String uid = gangUid(space);
        Calls.Answer forged = rig.calls().post(ContractRig.pods(space), claiming(uid + ".7", 9));
        assertThat(forged.status()).isEqualTo(422);
        assertThat(forged.body().path("message").asText()).contains("kumiki.io/reservation");
        rig.calls().post(ContractRig.pods(space), claiming(uid + ".0", 8)).expected();
        assertThat(rig.ordinary(space)).isLessThan(ContractRig.DELAY);
        assertThat(rig.book().givenTwice()).isEmpty();
        assertThat(rig.bound(space, "g")).isEqualTo(2);
    }

    /// Where nobody is asked at the door, in a namespace of the system.
    @Test
    void aForgedReservationIsRefusedAtItsBindingAndItsPodRemoved() throws Exception {
        OneRig.shownOnceIn(mode);
        String open = "kube-public";
        try {
            for (int i = 0; i < 2; i++) {
                rig.calls()
                        .post(ContractRig.pods(open), Pods.marked(Pods.member("g", i, 2, 8, true, Map.of())))
                        .expected();
            }
            rig.awaitPhase(open, "g", "Running");
            rig.calls()
                    .post(ContractRig.pods(open), Pods.marked(claiming(gangUid(open) + ".7", 9)))
                    .expected();
            rig.await(
                    "it is gone",
                    () -> rig.get(ContractRig.pods(open) + "/g-9")
                            .path("kind")
                            .asText()
                            .equals("Status"));
            assertThat(rig.bound(open, "g")).isEqualTo(2);
        } finally {
            rig.end(open);
        }
    }

    @Test
    void aStatusWithoutTheEpochOrWithAnOlderOneIsRefused() throws Exception {
        rig.gang(space, "g", 2, 1, true);
        rig.awaitPhase(space, "g", "Running");
        String path = "/apis/kumiki.io/v1alpha1/namespaces/" + space + "/gangs/g/status";
        assertThat(rig.calls()
                        .merge(path, Json.parse("{\"status\":{\"epoch\":null}}"))
                        .status())
                .isEqualTo(422);
        assertThat(rig.calls()
                        .merge(path, Json.parse("{\"status\":{\"epoch\":0}}"))
                        .status())
                .isEqualTo(422);
        JsonNode status = rig.status(space, "g");
        assertThat(status.path("epoch").asLong()).isPositive();
    }

    @Test
    void whatASecondSchedulerTakesIsSeen() throws Exception {
        Process second = rig.rig().kubernetes().scheduler("second", Json.array());
        try {
            for (int i = 0; i < ContractRig.NODES / 2; i++) {
                ObjectNode pod = Pods.plain("second-" + i, 8, "1");
                pod.withObject("/spec").put("schedulerName", "second");
                // The taint keeps it off where there is one: who tolerates it by himself is counted.
                pod.withObject("/spec")
                        .putArray("tolerations")
                        .addObject()
                        .put("key", "kumiki.io/gpu")
                        .put("operator", "Exists");
                rig.calls().post(ContractRig.pods(space), pod).expected();
            }
            rig.gang(space, "g", ContractRig.NODES / 2, 8, false);
            rig.awaitBound(space, "g", ContractRig.NODES / 2);
            rig.await(
                    "the others too",
                    () -> rig.book()
                                    .count(pod -> pod.namespace().equals(space)
                                            && !pod.node().isEmpty())
                            == ContractRig.NODES);
        } finally {
            second.destroyForcibly().waitFor();
        }
    }
}
