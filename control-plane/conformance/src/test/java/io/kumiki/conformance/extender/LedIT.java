package io.kumiki.conformance.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.rig.Mode;
import io.kumiki.extender.rig.Pods;
import io.kumiki.model.Json;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ArgumentsSource;

/// GPU pods without a gang that wish something which only the scheduler judges: it names the nodes, we choose one.
@ExtendWith(OneRig.class)
@ParameterizedClass
@ArgumentsSource(OneRig.class)
class LedIT {
    @Parameter
    Mode mode;

    private final ContractRig rig = OneRig.rig();
    private String space;
    /// Nodes on which one GPU is left.
    private String first;
    private String second;

    @BeforeEach
    void begin() throws Exception {
        rig.mode(mode);
        space = rig.space();
        make(Pods.plain("fills-1", 7, "1"));
        make(Pods.plain("fills-2", 7, "1"));
        first = awaitNode("fills-1");
        second = awaitNode("fills-2");
        assertThat(first).isNotEqualTo(second);
    }

    @AfterEach
    void end() throws Exception {
        rig.end(space);
    }

    private void make(ObjectNode pod) throws Exception {
        rig.calls().post(ContractRig.pods(space), pod).expected();
    }

    private String node(String pod) {
        return rig.get(ContractRig.pods(space) + "/" + pod).at("/spec/nodeName").asText("");
    }

    private String awaitNode(String pod) {
        rig.await(pod + " is bound", () -> !node(pod).isEmpty());
        return node(pod);
    }

    private static ObjectNode ported(String name) {
        ObjectNode pod = Pods.plain(name, 1, "1");
        ((ObjectNode) pod.at("/spec/containers/0"))
                .putArray("ports")
                .addObject()
                .put("containerPort", 80)
                .put("hostPort", 80);
        return pod;
    }

    @Test
    void aPodWithAPortOfItsNodeFillsANode() throws Exception {
        make(ported("port-1"));
        String one = awaitNode("port-1");
        make(ported("port-2"));
        assertThat(Set.of(one, awaitNode("port-2"))).isEqualTo(Set.of(first, second));
        // Who comes between two looks of the scheduler's: one node each, though both answers are on their way.
        make(ported("port-3"));
        make(ported("port-4"));
        assertThat(new TreeSet<>(List.of(one, node("port-2"), awaitNode("port-3"), awaitNode("port-4"))))
                .hasSize(4);
    }

    @Test
    void twoThatKeepApartFillTwoNodes() throws Exception {
        for (String name : List.of("apart-1", "apart-2")) {
            ObjectNode pod = Pods.plain(name, 1, "1");
            pod.withObject("/metadata").putObject("labels").put("app", "apart");
            ObjectNode term = pod.withObject("/spec/affinity/podAntiAffinity")
                    .putArray("requiredDuringSchedulingIgnoredDuringExecution")
                    .addObject()
                    .put("topologyKey", "kubernetes.io/hostname");
            term.withObject("/labelSelector").putObject("matchLabels").put("app", "apart");
            make(pod);
        }
        assertThat(Set.of(awaitNode("apart-1"), awaitNode("apart-2"))).isEqualTo(Set.of(first, second));
    }

    @Test
    void whereAVolumeCanBeReachedTheBestNodeIsTaken() throws Exception {
        String empty = first.equals("n60") || second.equals("n60") ? "n61" : "n60";
        ObjectNode storage = Json.object()
                .put("provisioner", "kubernetes.io/no-provisioner")
                .put("volumeBindingMode", "WaitForFirstConsumer");
        storage.putObject("metadata").put("name", space);
        rig.calls().post("/apis/storage.k8s.io/v1/storageclasses", storage).expected();
        ObjectNode volume = Json.object();
        volume.putObject("metadata").put("name", space);
        ObjectNode spec = volume.putObject("spec").put("storageClassName", space);
        spec.putObject("capacity").put("storage", "1Gi");
        spec.putArray("accessModes").add("ReadWriteOnce");
        spec.putObject("local").put("path", "/data");
        ObjectNode reach = spec.withObject("/nodeAffinity/required")
                .putArray("nodeSelectorTerms")
                .addObject()
                .putArray("matchExpressions")
                .addObject()
                .put("key", "kubernetes.io/hostname")
                .put("operator", "In");
        reach.putArray("values").add(empty).add(second);
        rig.calls().post("/api/v1/persistentvolumes", volume).expected();
        try {
            ObjectNode claim = Json.object();
            claim.putObject("metadata").put("name", "data");
            ObjectNode wanted = claim.putObject("spec").put("storageClassName", space);
            wanted.putArray("accessModes").add("ReadWriteOnce");
            wanted.withObject("/resources").putObject("requests").put("storage", "1Gi");
            rig.calls()
                    .post("/api/v1/namespaces/" + space + "/persistentvolumeclaims", claim)
                    .expected();
            ObjectNode pod = Pods.plain("mounts", 1, "1");
            pod.withObject("/spec")
                    .putArray("volumes")
                    .addObject()
                    .put("name", "v")
                    .putObject("persistentVolumeClaim")
                    .put("claimName", "data");
            make(pod);
            assertThat(awaitNode("mounts")).isEqualTo(second);
        } finally {
            rig.calls().delete("/api/v1/namespaces/" + space + "/persistentvolumeclaims/data");
            rig.calls().delete("/api/v1/persistentvolumes/" + space);
            rig.calls().delete("/apis/storage.k8s.io/v1/storageclasses/" + space);
        }
    }

    @Test
    void whatItGotIsBoundByWhoeverLeadsNext() throws Exception {
        rig.wire().spoil("bind", "\"port-1\"", FaultyWire.Fault.HANGS);
        make(ported("port-1"));
        rig.await(
                "it was promised a node",
                () -> !rig.wire().seen("filter", "\"" + space + "\"").isEmpty());
        rig.rig().killExtender();
        rig.rig().startExtender();
        rig.wire().heal();
        assertThat(Set.of(first, second)).contains(awaitNode("port-1"));
    }
}
