package io.kumiki.conformance.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.rig.Calls;
import io.kumiki.extender.rig.Mode;
import io.kumiki.extender.rig.Pods;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Where the cluster's own scheduler cannot be configured: a second one of ours runs beside it, the taint keeps the GPU
/// nodes for it, and admission sends it what we place.
@ExtendWith(OneRig.class)
class OwnSchedulerIT {
    private final ContractRig rig = OneRig.rig();
    private String space;

    @BeforeEach
    void begin() throws Exception {
        rig.mode(Mode.OWN_SCHEDULER);
        space = rig.space();
    }

    @AfterEach
    void end() throws Exception {
        rig.end(space);
    }

    private JsonNode pod(String name) {
        return rig.get(ContractRig.pods(space) + "/" + name);
    }

    private void make(ObjectNode pod) throws Exception {
        rig.calls().post(ContractRig.pods(space), pod).expected();
    }

    private void awaitBound(String name) {
        rig.await(
                name + " is bound",
                () -> rig.book()
                                .count(pod -> pod.namespace().equals(space)
                                        && pod.name().equals(name)
                                        && !pod.node().isEmpty())
                        == 1);
    }

    private String boundBy(String name) {
        for (JsonNode event : rig.get("/apis/events.k8s.io/v1/namespaces/" + space + "/events")
                .path("items")) {
            if (event.path("reason").asText().equals("Scheduled")
                    && event.at("/regarding/name").asText().equals(name)) {
                return event.path("reportingController").asText();
            }
        }
        return "";
    }

    private static boolean tolerates(JsonNode pod) {
        for (JsonNode toleration : pod.at("/spec/tolerations")) {
            if (toleration.path("key").asText().equals("kumiki.io/gpu")) {
                return true;
            }
        }
        return false;
    }

    @Test
    void aGpuPodGetsOurSchedulerAndTheTolerationAndKeepsWhatItHad() throws Exception {
        make(Pods.plain("single", 4, "1"));
        awaitBound("single");
        JsonNode single = pod("single");
        assertThat(single.at("/spec/schedulerName").asText()).isEqualTo("kumiki-scheduler");
        assertThat(single.at("/metadata/annotations/kumiki.io~1original-scheduler")
                        .asText())
                .isEqualTo("default-scheduler");
        assertThat(tolerates(single)).isTrue();
        rig.await("its event names who bound it", () -> boundBy("single").equals("kumiki-scheduler"));
        rig.gang(space, "g", 4, 8, true);
        rig.awaitBound(space, "g", 4);
        assertThat(pod("g-0").at("/spec/schedulerName").asText()).isEqualTo("kumiki-scheduler");
    }

    @Test
    void theClustersOwnSchedulerKeepsItsPodsAndNeverTakesAGpuNode() throws Exception {
        make(Pods.plain("ordinary", 0, "1m"));
        awaitBound("ordinary");
        JsonNode ordinary = pod("ordinary");
        assertThat(ordinary.at("/spec/schedulerName").asText()).isEqualTo("default-scheduler");
        assertThat(ordinary.at("/spec/nodeName").asText()).startsWith("cpu-");
        assertThat(tolerates(ordinary)).isFalse();
        rig.await("its event names who bound it", () -> boundBy("ordinary").equals("default-scheduler"));
        ObjectNode sneaking = Pods.plain("sneaking", 0, "1m");
        sneaking.withObject("/spec").putObject("nodeSelector").put("kubernetes.io/hostname", "n0");
        make(sneaking);
        rig.await("the taint is named", () -> rig.told(space, "untolerated taint"));
    }

    @Test
    void aGpuPodThatNobodyAskedUsAboutDoesNotGetOntoAGpuNode() throws Exception {
        String open = "kube-public";
        rig.calls().post(ContractRig.pods(open), Pods.plain("unseen", 1, "1m")).expected();
        rig.await("the taint is named", () -> rig.told(open, "untolerated taint"));
        rig.end(open);
    }

    @Test
    void anotherSchedulersPodIsLeftAlone() throws Exception {
        ObjectNode other = Pods.plain("other", 1, "1");
        other.withObject("/spec").put("schedulerName", "somebody-else");
        make(other);
        assertThat(pod("other").at("/spec/schedulerName").asText()).isEqualTo("somebody-else");
        assertThat(pod("other").at("/metadata/annotations").isEmpty()).isTrue();
        assertThat(tolerates(pod("other"))).isFalse();
    }

    /// What we cannot model goes to our scheduler, too: the other one would not get past the taint.
    @Test
    void aGpuPodThatIsLeftToTheSchedulerIsLeftToOurs() throws Exception {
        ObjectNode ported = Pods.plain("ported", 1, "1");
        ((ObjectNode) ported.at("/spec/containers/0"))
                .putArray("ports")
                .addObject()
                .put("containerPort", 80)
                .put("hostPort", 80);
        make(ported);
        awaitBound("ported");
        assertThat(pod("ported").at("/spec/affinity").isMissingNode()).isTrue();
        assertThat(pod("ported").at("/spec/schedulerName").asText()).isEqualTo("kumiki-scheduler");
        rig.await("its event names who bound it", () -> boundBy("ported").equals("kumiki-scheduler"));
    }

    @Test
    void whileOurSchedulerIsDownTheClustersOwnGoesOnAndGpuPodsWait() throws Exception {
        rig.rig().killScheduler();
        assertThat(rig.ordinary(space)).isLessThan(ContractRig.DELAY);
        make(Pods.plain("single", 8, "1"));
        rig.gang(space, "g", 2, 8, true);
        rig.awaitPhase(space, "g", "Reserved");
        assertThat(rig.bound(space, "g")).isZero();
        rig.startScheduler();
        rig.awaitBound(space, "g", 2);
        awaitBound("single");
    }

    @Test
    void whileTheExtenderIsDownGpuPodsAreRefusedByNameAndOthersNot() throws Exception {
        rig.rig().killExtender();
        Calls.Answer refused = rig.calls().post(ContractRig.pods(space), Pods.plain("single", 1, "1"));
        assertThat(refused.status()).isEqualTo(500);
        assertThat(refused.body().path("message").asText()).contains("pods.kumiki.io");
        assertThat(rig.ordinary(space)).isLessThan(ContractRig.DELAY);
        rig.rig().startExtender();
        make(Pods.plain("single", 1, "1"));
        awaitBound("single");
    }
}
