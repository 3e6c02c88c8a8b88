package io.kumiki.localcluster.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;

/// What the bench writes: a pod as a training job's controller makes it (about 3.6 kB when it is served), a node of
/// eight GPUs, a small map.
final class Objects {
    private static final String NAME = "NAME-TO-BE";
    private static final String POD = pod();
    private static final String NODE = node();

    private Objects() {}

    static byte[] pod(String name) {
        return POD.replace(NAME, name).getBytes(StandardCharsets.UTF_8);
    }

    static byte[] node(String name) {
        return NODE.replace(NAME, name).getBytes(StandardCharsets.UTF_8);
    }

    static byte[] map(String name) {
        ObjectNode map = Json.object();
        map.putObject("metadata").put("name", name);
        map.putObject("data").put("state", "RUNNING");
        return Json.bytes(map);
    }

    static byte[] named(String name) {
        ObjectNode object = Json.object();
        object.putObject("metadata").put("name", name);
        return Json.bytes(object);
    }

    private static String pod() {
        ObjectNode pod = Json.object();
        ObjectNode metadata = pod.put("apiVersion", "v1").put("kind", "Pod").putObject("metadata");
        metadata.put("name", NAME);
        metadata.putObject("labels")
                .put("training.kubeflow.org/job-name", "bert-large")
                .put("training.kubeflow.org/replica-type", "worker")
                .put("training.kubeflow.org/replica-index", "17")
                .put("app.kubernetes.io/managed-by", "kumiki");
        metadata.putObject("annotations").put("kumiki.io/gang", "bert-large-0").put("sidecar.istio.io/inject", "false");
        ObjectNode spec = pod.putObject("spec");
        spec.put("restartPolicy", "Never")
                .put("automountServiceAccountToken", false)
                .put("serviceAccountName", "default");
        spec.putObject("nodeSelector").put("kumiki.io/pool", "h100");
        spec.putArray("tolerations")
                .addObject()
                .put("key", "nvidia.com/gpu")
                .put("operator", "Exists")
                .put("effect", "NoSchedule");
        ObjectNode container = spec.putArray("containers").addObject();
        container.put("name", "main").put("image", "registry.example.com/team/trainer:2026-11-01");
        container.putArray("command").add("torchrun").add("--nnodes=$(NNODES)").add("/workspace/train.py");
        var env = container.putArray("env");
        for (String name : new String[] {"MASTER_ADDR", "MASTER_PORT", "WORLD_SIZE", "RANK", "NNODES", "NCCL_DEBUG"}) {
            env.addObject().put("name", name).put("value", "bert-large-worker-0.bert-large");
        }
        ObjectNode resources = container.putObject("resources");
        resources.putObject("limits").put("nvidia.com/gpu", "8").put("memory", "512Gi");
        resources
                .putObject("requests")
                .put("nvidia.com/gpu", "8")
                .put("cpu", "64")
                .put("memory", "512Gi");
        var mounts = container.putArray("volumeMounts");
        mounts.addObject().put("name", "shm").put("mountPath", "/dev/shm");
        mounts.addObject().put("name", "work").put("mountPath", "/workspace");
        var volumes = spec.putArray("volumes");
        volumes.addObject().put("name", "shm").putObject("emptyDir").put("medium", "Memory");
        volumes.addObject().put("name", "work").putObject("emptyDir");
        return Json.write(pod);
    }

    private static String node() {
        ObjectNode node = Json.object();
        ObjectNode metadata = node.put("apiVersion", "v1").put("kind", "Node").putObject("metadata");
        metadata.put("name", NAME);
        metadata.putObject("labels").put("kubernetes.io/hostname", NAME).put("kumiki.io/pool", "h100");
        node.putObject("spec");
        ObjectNode status = node.putObject("status");
        for (String field : new String[] {"capacity", "allocatable"}) {
            status.putObject(field)
                    .put("cpu", "96")
                    .put("memory", "2000Gi")
                    .put("pods", "110")
                    .put("nvidia.com/gpu", "8");
        }
        status.putArray("conditions")
                .addObject()
                .put("type", "Ready")
                .put("status", "True")
                .put("reason", "KubeletReady");
        return Json.write(node);
    }
}
