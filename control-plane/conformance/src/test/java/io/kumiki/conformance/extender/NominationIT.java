package io.kumiki.conformance.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.rig.Mode;
import io.kumiki.extender.rig.Pods;
import io.kumiki.model.Json;
import io.kumiki.runtime.yaml.Yaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// While a slot waits for ordinary pods that leave its node slowly, its member carries `status.nominatedNodeName`, so
/// that the scheduler gives the room to nobody of lower priority; a bound member does not carry it.
@ExtendWith(OneRig.class)
class NominationIT {
    private static final Path ACCESS = Path.of("../../manifests/extender/base/access.yaml");

    private final ContractRig rig = OneRig.rig();
    private String space;

    @BeforeEach
    void begin() throws Exception {
        rig.mode(Mode.CLUSTER_SCHEDULER);
        space = rig.space();
    }

    @AfterEach
    void end() throws Exception {
        rig.rig().end(true);
        // It would make its pod anew.
        rig.calls().delete("/apis/apps/v1/namespaces/" + space + "/replicasets").expected();
        rig.end(space);
    }

    /// With a policy that keeps the scheduler itself from preempting, and so from nominating.
    private void priority() throws Exception {
        ObjectNode of = Json.object().put("value", 1000).put("preemptionPolicy", "Never");
        of.putObject("metadata").put("name", "calm-" + space);
        rig.calls().post("/apis/scheduling.k8s.io/v1/priorityclasses", of).expected();
    }

    private JsonNode pod(String name) {
        return rig.get(ContractRig.pods(space) + "/" + name);
    }

    private String nominated(String name) {
        return pod(name).at("/status/nominatedNodeName").asText("");
    }

    /// A pod of a ReplicaSet, on n5 already, that leaves too little CPU for the member's slot there.
    private void squatter() throws Exception {
        ObjectNode squatter = Pods.plain("squatter", 0, "60");
        squatter.withObject("/metadata").putObject("labels").put("app", "web");
        squatter.withObject("/spec").put("nodeName", "n5");
        rig.calls().post(ContractRig.pods(space), squatter).expected();
        ObjectNode set = Json.object().put("apiVersion", "apps/v1").put("kind", "ReplicaSet");
        set.putObject("metadata").put("name", "web");
        ObjectNode spec = set.putObject("spec").put("replicas", 1);
        spec.putObject("selector").putObject("matchLabels").put("app", "web");
        ObjectNode template = Pods.plain("web", 0, "60");
        ObjectNode of = spec.putObject("template");
        of.putObject("metadata").putObject("labels").put("app", "web");
        of.set("spec", ((ObjectNode) template.get("spec")).put("restartPolicy", "Always"));
        rig.calls()
                .post("/apis/apps/v1/namespaces/" + space + "/replicasets", set)
                .expected();
        rig.await(
                "it is adopted",
                () -> pod("squatter").at("/metadata/ownerReferences").size() == 1);
    }

    @Test
    void aMemberWhoseSlotWaitsForVictimsIsNominatedAndAfterwardsNoMore() throws Exception {
        priority();
        rig.rig().end(false);
        rig.rig().killScheduler();
        ObjectNode member = Pods.member("g", 0, 1, 8, true, Map.of());
        member.withObject("/spec").put("priorityClassName", "calm-" + space);
        member.withObject("/spec").putObject("nodeSelector").put("kubernetes.io/hostname", "n5");
        for (String list : java.util.List.of("requests", "limits")) {
            ((ObjectNode) member.at("/spec/containers/0/resources/" + list)).put("cpu", "50");
        }
        rig.calls().post(ContractRig.pods(space), member).expected();
        rig.await(
                "it has its slot", () -> pod("g-0").at("/spec/schedulingGates").isEmpty());
        squatter();
        rig.startScheduler();

        rig.await("g-0 is nominated", () -> nominated("g-0").equals("n5"));
        rig.await(
                "squatter is evicted",
                () -> !pod("squatter")
                        .at("/metadata/deletionTimestamp")
                        .asText()
                        .isEmpty());
        assertThat(pod("g-0").at("/spec/nodeName").asText("")).isEmpty();
        rig.rig().end(true);
        rig.await(
                "it is bound", () -> pod("g-0").at("/spec/nodeName").asText("").equals("n5"));
        rig.await("it is nominated no more", () -> nominated("g-0").isEmpty());
        rig.awaitPhase(space, "g", "Running");
    }

    @Test
    void theAccountMayPatchTheStatusOfPodsAndNotTheirWhole() throws Exception {
        for (String document : Files.readString(ACCESS).split("(?m)^---$")) {
            JsonNode object = Yaml.document(document);
            String kind = object.path("kind").asText();
            if (kind.equals("ClusterRole") || kind.equals("ClusterRoleBinding")) {
                rig.calls()
                        .post(
                                "/apis/rbac.authorization.k8s.io/v1/" + kind.toLowerCase(java.util.Locale.ROOT) + "s",
                                (ObjectNode) object)
                        .expected();
            }
        }
        rig.await("it may patch the status", () -> allowed("patch", "status"));
        assertThat(allowed("update", "status")).isFalse();
        assertThat(allowed("create", "")).isFalse();
    }

    /// As the API server's own RBAC says.
    private boolean allowed(String verb, String subresource) {
        ObjectNode review =
                Json.object().put("apiVersion", "authorization.k8s.io/v1").put("kind", "SubjectAccessReview");
        ObjectNode spec = review.putObject("spec").put("user", "system:serviceaccount:kumiki-system:kumiki-extender");
        spec.putObject("resourceAttributes")
                .put("namespace", space)
                .put("resource", "pods")
                .put("subresource", subresource)
                .put("verb", verb);
        try {
            return rig.calls()
                    .post("/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
                    .body()
                    .at("/status/allowed")
                    .asBoolean();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
