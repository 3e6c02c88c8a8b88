package io.kumiki.web.dashboard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.kumiki.model.Json;
import io.kumiki.web.dashboard.log.LiveLogs;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Namespaces, nodes and living logs from the API server. Nodes and pods are watched only while somebody looks.
public final class KubernetesCluster implements ClusterView, LiveLogs {
    private static final String MAIN = "main";

    private record Informers(SharedIndexInformer<Node> nodes, SharedIndexInformer<Pod> pods) {}

    private final KubernetesClient client;
    private @Nullable Informers informers;

    public KubernetesCluster(KubernetesClient client) {
        this.client = client;
    }

    @Override
    public List<NamespaceRow> namespaces() {
        return client.namespaces().list().getItems().stream()
                .map(n -> new NamespaceRow(
                        n.getMetadata().getName(),
                        "Terminating"
                                        .equals(
                                                n.getStatus() == null
                                                        ? ""
                                                        : n.getStatus().getPhase())
                                ? "Terminating"
                                : "Active"))
                .toList();
    }

    @Override
    public synchronized List<NodeRow> nodes() {
        Informers watched = informers;
        List<Node> nodes = watched == null
                ? client.nodes().list().getItems()
                : watched.nodes().getStore().list();
        List<Pod> pods = watched == null
                ? client.pods().inAnyNamespace().list().getItems()
                : watched.pods().getStore().list();
        Map<String, Integer> counts = new HashMap<>();
        for (Pod pod : pods) {
            String phase = pod.getStatus() == null ? "" : pod.getStatus().getPhase();
            String on = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
            if (on != null && !"Succeeded".equals(phase) && !"Failed".equals(phase)) {
                counts.merge(on, 1, Integer::sum);
            }
        }
        return nodes.stream()
                .map(n -> new ClusterView.NodeRow(
                        n.getMetadata().getName(),
                        ready(n),
                        simulated(n),
                        counts.getOrDefault(n.getMetadata().getName(), 0)))
                .sorted(java.util.Comparator.comparing(ClusterView.NodeRow::name))
                .toList();
    }

    @Override
    public Optional<ObjectNode> object(String path) {
        String text = client.raw(path);
        return text != null && Json.parse(text) instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
    }

    private static boolean ready(Node node) {
        return node.getStatus() != null
                && node.getStatus().getConditions().stream()
                        .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
    }

    private static boolean simulated(Node node) {
        Map<String, String> labels = node.getMetadata().getLabels();
        return labels != null && "true".equals(labels.get("kumiki.io/simulated"));
    }

    /// One reader at a time: the stream has one cluster topic however many tabs look at it.
    @Override
    public synchronized AutoCloseable onChange(Runnable changed) {
        var nodes = client.nodes().inform(handler(changed));
        var pods = client.pods().inAnyNamespace().inform(handler(changed));
        Informers mine = new Informers(nodes, pods);
        informers = mine;
        return () -> {
            synchronized (this) {
                if (informers == mine) {
                    informers = null;
                }
            }
            nodes.stop();
            pods.stop();
        };
    }

    private static <T> ResourceEventHandler<T> handler(Runnable changed) {
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(T object) {
                changed.run();
            }

            @Override
            public void onUpdate(T before, T after) {
                changed.run();
            }

            @Override
            public void onDelete(T object, boolean unknown) {
                changed.run();
            }
        };
    }

    @Override
    public Optional<InputStream> open(String namespace, String pod, boolean follow) throws IOException {
        var container = client.pods().inNamespace(namespace).withName(pod).inContainer(MAIN);
        try {
            if (!follow) {
                return Optional.of(container.getLogInputStream());
            }
            var watch = container.watchLog();
            return Optional.of(new FilterInputStream(watch.getOutput()) {
                @Override
                public void close() {
                    watch.close();
                }
            });
        } catch (KubernetesClientException e) {
            if (e.getCode() == 404 || e.getCode() == 400) {
                return Optional.empty(); // no such pod, or its container has not begun
            }
            throw new IOException("the log of pod " + pod + " cannot be read", e);
        }
    }
}
