package io.kumiki.localcluster.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.localcluster.node.LocalApi;
import io.kumiki.localcluster.node.LocalVolumes;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Claims that wait for their first consumer: scheduler and provisioner together.
class LocalVolumesIT {
    @TempDir
    private Path folder;

    private final SchedulerRig rig = new SchedulerRig();
    private LocalVolumes volumes;

    @BeforeEach
    void start() {
        volumes = new LocalVolumes(new LocalApi(rig.cluster, "volumes", Clock.systemUTC()), folder, "n");
        volumes.start("ns", Map.of());
        rig.schedule(SchedulerSettings.DEFAULT);
    }

    @AfterEach
    void close() {
        volumes.close();
        rig.close();
    }

    private void claimAndPod(String provisioner) {
        rig.create(
                ResourceType.STORAGE_CLASSES,
                "",
                "{'apiVersion':'storage.k8s.io/v1','kind':'StorageClass','metadata':{'name':'late'},'provisioner':'"
                        + provisioner + "','volumeBindingMode':'WaitForFirstConsumer'}");
        rig.create(
                ResourceType.CLAIMS,
                "ns",
                "{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'data','namespace':'ns'},'spec':{'storageClassName':'late','accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}}}");
        ObjectNode pod = SchedulerRig.podObject("p", "cpu", "1", 0, "");
        ((ObjectNode) pod.path("spec"))
                .putArray("volumes")
                .addObject()
                .put("name", "v")
                .putObject("persistentVolumeClaim")
                .put("claimName", "data");
        rig.create(pod);
    }

    @Test
    void aFolderIsMadeOnceThePodsNodeIsKnown() throws Exception {
        rig.node("n", "4");
        claimAndPod(LocalVolumes.PROVISIONER);
        assertThat(rig.nodeOf("p")).isEqualTo("n");
        assertThat(folder.toFile().list()).hasSize(1);
    }

    @Test
    void aVolumeThatIsThereBecomesTheClaims() throws Exception {
        rig.node("n", "4");
        rig.create(
                ResourceType.VOLUMES,
                "",
                "{'apiVersion':'v1','kind':'PersistentVolume','metadata':{'name':'disk'},'spec':{'storageClassName':'late','accessModes':['ReadWriteOnce'],'capacity':{'storage':'2Gi'},'persistentVolumeReclaimPolicy':'Retain','local':{'path':'/x'},'nodeAffinity':{'required':{'nodeSelectorTerms':[{'matchExpressions':[{'key':'kubernetes.io/hostname','operator':'In','values':['n']}]}]}}}}");
        claimAndPod("kubernetes.io/no-provisioner");
        assertThat(rig.nodeOf("p")).isEqualTo("n");
        assertThat(rig.cluster
                        .get(ResourceType.CLAIMS, "ns", "data")
                        .path("spec")
                        .path("volumeName")
                        .asText())
                .isEqualTo("disk");
    }

    @Test
    void anotherNodeIsGivenBack() throws Exception {
        rig.node("m", "4");
        claimAndPod(LocalVolumes.PROVISIONER);
        assertThat(rig.reason("p", "SchedulerError")).contains("gave node m back");
        rig.awaitEvent("ProvisioningFailed");
    }
}
