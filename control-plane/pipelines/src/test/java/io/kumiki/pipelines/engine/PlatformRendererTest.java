package io.kumiki.pipelines.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunState;
import io.kumiki.pipelines.Corpus;
import io.kumiki.pipelines.Parameters;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The published Kubernetes snapshots, resolved to pod fragments.
class PlatformRendererTest {
    /// Task → settings, by running the pipeline.
    private static Map<String, JsonNode> settings(String file, String parameters) {
        var world = new FakeWorld(Corpus.pipeline(file), (ObjectNode) Json.parse(parameters), 1);
        assertThat(Parameters.check(world.pipeline, (ObjectNode) Json.parse(parameters)))
                .isEmpty();
        assertThat(world.finish()).isEqualTo(RunState.SUCCEEDED);
        var all = new TreeMap<String, JsonNode>();
        world.made.forEach(r -> all.put(r.name(), r.platform()));
        return all;
    }

    private static void resolves(String file, String task, String expected) {
        if (Corpus.there()) {
            JsonNode found = settings(file, "{}").get(task);
            assertThat(Json.write(found)).as(file).isEqualTo(expected.replace('\'', '"'));
        }
    }

    @Test
    void everySnapshotBecomesPodFragments() {
        resolves(
                "platform/secret_as_vol.yaml",
                "comp",
                "{'volumeMounts':[{'name':'my-secret','mountPath':'/mnt/my_vol'}],'volumes':[{'name':'my-secret','secret':{'secretName':'my-secret'}}]}");
        resolves(
                "platform/config_map_as_vol.yaml",
                "comp",
                "{'volumeMounts':[{'name':'my-cm','mountPath':'/mnt/my_vol'}],'volumes':[{'name':'my-cm','configMap':{'name':'my-cm'}}]}");
        resolves(
                "platform/empty_dir_mounts.yaml",
                "comp",
                "{'volumeMounts':[{'name':'emptydir-vol-1','mountPath':'/mnt/my_vol_1'}],"
                        + "'volumes':[{'name':'emptydir-vol-1','emptyDir':{'medium':'Memory','sizeLimit':'1Gi'}}]}");
        resolves(
                "platform/general_ephemeral_volume.yaml",
                "comp",
                "{'volumeMounts':[{'name':'pvc-name','mountPath':'path'}],'volumes':[{'name':'pvc-name','ephemeral':{'volumeClaimTemplate':"
                        + "{'metadata':{'annotations':{'annotation1':'a1'}},'spec':{'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'5Gi'}}}}}}]}");
        resolves(
                "platform/toleration.yaml",
                "comp",
                "{'tolerations':[{'effect':'NoExecute','key':'key1','operator':'Equal','tolerationSeconds':10,'value':'value1'}]}");
        resolves("platform/timeout.yaml", "comp", "{'activeDeadlineSeconds':20}");
        resolves(
                "platform/security_context.yaml",
                "print-greeting",
                "{'securityContext':{'runAsUser':65534,'runAsGroup':0}}");
        resolves("platform/image_pull_secrets.yaml", "comp", "{'imagePullSecrets':[{'name':'my-secret'}]}");
        resolves(
                "platform/node_selector.yaml",
                "comp",
                "{'nodeSelector':{'cloud.google.com/gke-accelerator':'nvidia-tesla-p4'}}");
        resolves("platform/nodeaffinity.yaml", "print-hello-with-empty-json", "{}");
        resolves(
                "platform/nodeaffinity.yaml",
                "print-hello-with-preferred-affinity",
                "{'affinity':{'nodeAffinity':{'preferredDuringSchedulingIgnoredDuringExecution':"
                        + "[{'weight':50,'preference':{'matchExpressions':[{'key':'zone','operator':'In','values':['us-west-1']}]}}]}}}");
        resolves(
                "platform/nodeaffinity.yaml",
                "print-hello-with-json-affinity",
                "{'affinity':{'nodeAffinity':{'preferredDuringSchedulingIgnoredDuringExecution':"
                        + "[{'preference':{'matchExpressions':[{'key':'disktype','operator':'In','values':['ssd']}]},'weight':100}]}}}");
    }

    @Test
    void nullOptionalParametersLeaveTheirSettingsOut() {
        resolves("valid/critical/missing_kubernetes_optional_inputs.yaml", "log-message", "{}");
    }

    @Test
    void parametersFillSettings() {
        if (!Corpus.there()) {
            return;
        }
        JsonNode found = settings(
                        "valid/critical/missing_kubernetes_optional_inputs.yaml",
                        "{\"optional_secret_name\":\"s\",\"optional_config_map_name\":\"c\",\"optional_tolerations\":[{\"key\":\"k\"}],"
                                + "\"optional_selector\":{\"disk\":\"ssd\"},\"optional_image_pull_secret_name\":\"pull\"}")
                .get("log-message");
        assertThat(found.at("/env/0/valueFrom/secretKeyRef/name").asText()).isEqualTo("s");
        assertThat(found.at("/env/1/valueFrom/configMapKeyRef/key").asText()).isEqualTo("setting");
        assertThat(found.at("/tolerations/0/key").asText()).isEqualTo("k");
        assertThat(found.at("/nodeSelector/disk").asText()).isEqualTo("ssd");
        assertThat(found.at("/volumes")).hasSize(2);
        assertThat(found.at("/imagePullSecrets/0/name").asText()).isEqualTo("pull");
    }

    @Test
    void claimsAreMadeMountedAndDeleted() {
        if (!Corpus.there()) {
            return;
        }
        var world = new FakeWorld(Corpus.pipeline("platform/create_mount_delete_dynamic_pvc.yaml"), Json.object(), 1);
        assertThat(world.finish()).isEqualTo(RunState.SUCCEEDED);
        var created = world.commands.stream()
                .filter(c -> c instanceof Command.CreateVolume)
                .map(c -> (Command.CreateVolume) c)
                .toList();
        assertThat(created).hasSize(1);
        assertThat(created.getFirst().spec().at("/accessModes/0").asText()).isEqualTo("ReadWriteOnce");
        assertThat(world.made)
                .allSatisfy(r -> assertThat(r.platform()
                                .at("/volumes/0/persistentVolumeClaim/claimName")
                                .asText())
                        .isEqualTo(created.getFirst().claim()));
        assertThat(world.claims).isEmpty();
    }
}
