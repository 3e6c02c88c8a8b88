package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WatchEvent;
import io.kumiki.kube.kinds.Conditions;
import io.kumiki.model.Json;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The embedded cluster as its node sees it.
final class ClusterOfNode implements NodeCluster {
    private static final String LEASES = "kube-node-lease";
    private static final String COMPONENT = "kumiki-node";

    private final LocalApi api;

    ClusterOfNode(LocalApi api) {
        this.api = api;
    }

    @Override
    public AutoCloseable watchPods(String nodeName, Consumer<PodChange> consumer) {
        return api.follow(
                ResourceType.PODS,
                Selection.fields("spec.nodeName=" + nodeName),
                (type, pod) -> consumer.accept(new PodChange(pod, type == WatchEvent.Type.DELETED)));
    }

    @Override
    public void writeStatus(JsonNode pod, ObjectNode status) {
        api.status(ResourceType.PODS, pod, status);
    }

    @Override
    public void finishDelete(JsonNode pod) {
        api.remove(ResourceType.PODS, pod);
    }

    @Override
    public void event(JsonNode pod, String type, String reason, String message) {
        api.event(pod, type, reason, COMPONENT, message);
    }

    @Override
    public void noteImage(JsonNode pod, String note) {
        event(pod, "Normal", "ImagePlayed", note);
        ObjectNode change = Json.object();
        change.putObject("metadata")
                .put("uid", pod.path("metadata").path("uid").asText())
                .putObject("annotations")
                .put(NodeAgent.IMAGE_NOTE, note);
        api.mergeIfThere(ResourceType.PODS, pod, change);
    }

    @Override
    public void writeNode(ObjectNode node) {
        String name = node.path("metadata").path("name").asText();
        api.createIfAbsent(ResourceType.NODES, "", node);
        ObjectNode change = Json.object();
        ObjectNode metadata = change.putObject("metadata");
        metadata.set("labels", node.path("metadata").path("labels"));
        metadata.set("annotations", node.path("metadata").path("annotations"));
        change.set("spec", node.path("spec"));
        api.merge(ResourceType.NODES, "", name, change);
        api.status(
                ResourceType.NODES, Json.object().set("metadata", Json.object().put("name", name)), (ObjectNode)
                        node.path("status"));
    }

    @Override
    public boolean renewLease(String nodeName) {
        String now = api.clock().instant().toString();
        if (api.get(ResourceType.LEASES, LEASES, nodeName) != null) {
            ObjectNode change = Json.object();
            change.putObject("spec").put("renewTime", now);
            api.merge(ResourceType.LEASES, LEASES, nodeName, change);
            JsonNode node = api.get(ResourceType.NODES, "", nodeName);
            return node != null && Conditions.holds(node.path("status"), "Ready");
        }
        ObjectNode namespace = Json.object().put("apiVersion", "v1").put("kind", "Namespace");
        namespace.putObject("metadata").put("name", LEASES);
        api.createIfAbsent(ResourceType.NAMESPACES, "", namespace);
        ObjectNode lease =
                Json.object().put("apiVersion", "coordination.k8s.io/v1").put("kind", "Lease");
        lease.putObject("metadata").put("name", nodeName).put("namespace", LEASES);
        lease.putObject("spec")
                .put("holderIdentity", nodeName)
                .put("leaseDurationSeconds", 40)
                .put("renewTime", now);
        api.createIfAbsent(ResourceType.LEASES, LEASES, lease);
        return true;
    }

    @Override
    public @Nullable JsonNode configMap(String namespace, String name) {
        return api.get(ResourceType.CONFIG_MAPS, namespace, name);
    }

    @Override
    public @Nullable JsonNode secret(String namespace, String name) {
        return api.get(ResourceType.SECRETS, namespace, name);
    }

    @Override
    public @Nullable JsonNode claim(String namespace, String name) {
        return api.get(ResourceType.CLAIMS, namespace, name);
    }

    @Override
    public @Nullable JsonNode persistentVolume(String name) {
        return api.get(ResourceType.VOLUMES, "", name);
    }

    @Override
    public String token(
            String namespace,
            String serviceAccount,
            String audience,
            long expirationSeconds,
            String podName,
            String podUid) {
        try {
            return api.cluster().accountToken(namespace, serviceAccount, audience, expirationSeconds, podName, podUid);
        } catch (ApiFault e) {
            throw new IllegalStateException(
                    "no token for service account " + namespace + "/" + serviceAccount + ": " + e.getMessage(), e);
        }
    }
}
