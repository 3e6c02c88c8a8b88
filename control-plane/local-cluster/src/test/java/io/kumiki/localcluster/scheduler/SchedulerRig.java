package io.kumiki.localcluster.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Journal;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.kinds.scheduling.SchedulingGroup;
import io.kumiki.kube.scheduling.SchedulerRules;
import io.kumiki.localcluster.node.LocalApi;
import io.kumiki.model.Json;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A cluster in memory with the scheduler loop and perhaps an extender.
final class SchedulerRig implements AutoCloseable {
    final Cluster cluster =
            new Cluster(ClusterSettings.simulated(() -> Clock.systemUTC().instant(), 1), Journal.memory());
    final LocalApi api = new LocalApi(cluster, "test", Clock.systemUTC());
    private final List<AutoCloseable> open = new ArrayList<>();
    private String url = "";
    private List<String> calls = List.of();
    private ExtenderServer server;

    SchedulerRig() {
        ObjectNode namespace = Json.object().put("apiVersion", "v1").put("kind", "Namespace");
        namespace.putObject("metadata").put("name", "ns");
        api.createIfAbsent(ResourceType.NAMESPACES, "", namespace);
    }

    @Override
    public void close() {
        for (AutoCloseable part : open) {
            try {
                part.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    ExtenderServer extender(Function<ExtenderServer.Request, ExtenderServer.Answer> answer) throws IOException {
        return extenderAt(0, answer);
    }

    ExtenderServer extenderAt(int port, Function<ExtenderServer.Request, ExtenderServer.Answer> answer)
            throws IOException {
        server = new ExtenderServer(port, null, answer);
        open.add(server);
        url = server.url();
        return server;
    }

    List<String> calls() {
        return server == null ? calls : server.calls();
    }

    /// Each entry as JSON; without a urlPrefix it is the rig's own extender.
    void schedule(String... entries) {
        String list = Stream.of(entries)
                .map(entry -> entry.contains("urlPrefix")
                        ? entry
                        : entry.replaceFirst("\\{", "{\"urlPrefix\":\"" + url + "/\","))
                .collect(Collectors.joining(",", "[", "]"));
        schedule(new SchedulerSettings(SchedulerRules.DEFAULT, ExtenderSettings.read(Json.parse(list))));
    }

    void schedule(SchedulerSettings settings) {
        SchedulerLoop loop = new SchedulerLoop(api, settings, Clock.systemUTC());
        open.add(loop);
        loop.start();
    }

    ObjectNode node(String name, String cpu) {
        ObjectNode node = Json.object().put("apiVersion", "v1").put("kind", "Node");
        node.putObject("metadata").put("name", name).putObject("labels").put("kubernetes.io/hostname", name);
        ObjectNode status = node.putObject("status");
        status.putObject("allocatable").put("cpu", cpu).put("memory", "8Gi").put("pods", "1000");
        status.putArray("conditions").addObject().put("type", "Ready").put("status", "True");
        return cluster.create(ResourceType.NODES, "", node, WriteOptions.by("test"));
    }

    void pod(String name, String resource, String amount) {
        pod(name, resource, amount, 0, "");
    }

    void pod(String name, String resource, String amount, int priority, String marker) {
        create(podObject(name, resource, amount, priority, marker));
    }

    void create(ObjectNode pod) {
        String wanted = pod.path("spec").path("priorityClassName").asText("");
        if (!wanted.isEmpty() && cluster.get(SchedulingGroup.PRIORITY_CLASSES, "", wanted) == null) {
            create(
                    SchedulingGroup.PRIORITY_CLASSES,
                    "",
                    "{'metadata':{'name':'" + wanted + "'},'value':" + wanted.substring(1) + "}");
        }
        cluster.create(ResourceType.PODS, "ns", pod, WriteOptions.by("test"));
    }

    void create(ResourceType type, String namespace, String quoted) {
        cluster.create(type, namespace, (ObjectNode) Json.parse(quoted.replace('\'', '"')), WriteOptions.by("test"));
    }

    void awaitEvent(String reason) throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        try (var _ = api.follow(
                ResourceType.EVENTS, Selection.fields("reason=" + reason), (how, object) -> seen.countDown())) {
            assertThat(seen.await(20, TimeUnit.SECONDS)).as("event %s", reason).isTrue();
        }
    }

    static ObjectNode podObject(String name, String resource, String amount, int priority, String marker) {
        ObjectNode pod = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        pod.putObject("metadata").put("name", name).put("namespace", "ns");
        ObjectNode spec = pod.putObject("spec");
        if (priority != 0) {
            spec.put("priorityClassName", "p" + priority);
        }
        ObjectNode resources = spec.putArray("containers")
                .addObject()
                .put("name", "c")
                .put("image", "busybox")
                .putObject("resources");
        for (String list : List.of("requests", "limits")) {
            ObjectNode amounts = resources.putObject(list).put(resource, amount);
            if (!marker.isEmpty()) {
                amounts.put(marker, "1");
            }
        }
        return pod;
    }

    /// A pod that is bound already.
    void running(String name, String cpu, String node, int priority) {
        pod(name, "cpu", cpu, priority, "");
        try {
            cluster.bind("ns", name, "", node, Map.of());
        } catch (io.kumiki.kube.ApiFault bySchedulerAlready) {
            assertThat(cluster.get(ResourceType.PODS, "ns", name)
                            .path("spec")
                            .path("nodeName")
                            .asText(""))
                    .isNotEmpty();
        }
    }

    ExtenderServer.Answer bound(ExtenderServer.Request request, String annotation, String value) {
        JsonNode body = request.body();
        cluster.bind(
                body.path("PodNamespace").asText(),
                body.path("PodName").asText(),
                body.path("PodUID").asText(),
                body.path("Node").asText(),
                Map.of(annotation, value));
        return ExtenderServer.ok("{\"Error\":\"\"}");
    }

    JsonNode await(String name, Predicate<JsonNode> wanted) throws Exception {
        return await(ResourceType.PODS, "ns", name, wanted);
    }

    JsonNode await(ResourceType type, String namespace, String name, Predicate<JsonNode> wanted) throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        try (var _ = api.follow(type, Selection.fields("metadata.name=" + name), (how, object) -> {
            if (wanted.test(object)) {
                seen.countDown();
            }
        })) {
            assertThat(seen.await(20, TimeUnit.SECONDS))
                    .as("last seen: %s", cluster.get(type, namespace, name))
                    .isTrue();
        }
        return cluster.get(type, namespace, name);
    }

    String nodeOf(String name) throws Exception {
        return await(name, pod -> !pod.path("spec").path("nodeName").asText("").isEmpty())
                .path("spec")
                .path("nodeName")
                .asText();
    }

    static JsonNode scheduled(JsonNode pod) {
        for (JsonNode condition : pod.path("status").path("conditions")) {
            if (condition.path("type").asText().equals("PodScheduled")) {
                return condition;
            }
        }
        return Json.object();
    }

    /// The message of the condition once it has this reason.
    String reason(String name, String reason) throws Exception {
        String[] message = new String[1];
        await(name, pod -> {
            boolean there = scheduled(pod).path("reason").asText().equals(reason);
            if (there && message[0] == null) {
                message[0] = scheduled(pod).path("message").asText();
            }
            return there;
        });
        return message[0];
    }
}
