package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.Listed;
import io.kumiki.kube.PatchType;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WatchEvent;
import io.kumiki.kube.WriteOptions;
import io.kumiki.model.Json;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the cluster's own parts ask of it, in the few forms they need. Any thread; a write returns when it is
/// durable.
public final class LocalApi {
    private static final Logger LOG = LoggerFactory.getLogger(LocalApi.class);
    private static final int CONFLICT = 409;
    private static final int NOT_FOUND = 404;

    private final Cluster cluster;
    private final String manager;
    private final Clock clock;

    /// `manager` names the part in managedFields and events.
    public LocalApi(Cluster cluster, String manager, Clock clock) {
        this.cluster = cluster;
        this.manager = manager;
        this.clock = clock;
    }

    public Cluster cluster() {
        return cluster;
    }

    public Clock clock() {
        return clock;
    }

    /// Tells of every object there is (before this returns), then of every change, in order, on a thread of its own
    /// that may block.
    public Following follow(ResourceType type, Selection selection, BiConsumer<WatchEvent.Type, ObjectNode> consumer) {
        Listed listed = cluster.list(type, "", selection);
        listed.items().forEach(object -> consumer.accept(WatchEvent.Type.ADDED, object));
        LinkedBlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();
        Thread reader = Thread.ofVirtual().name("follow " + type.plural()).start(() -> deliver(events, consumer));
        AutoCloseable watch = cluster.watch(type, "", selection, listed.revision(), events::add);
        return new Following(watch, reader);
    }

    /// A running [#follow].
    public static final class Following implements AutoCloseable {
        private final AutoCloseable watch;
        private final Thread reader;

        private Following(AutoCloseable watch, Thread reader) {
            this.watch = watch;
            this.reader = reader;
        }

        /// Nothing is told any more; what is being told is not waited for.
        @Override
        public void close() {
            try {
                watch.close();
            } catch (Exception e) {
                throw new IllegalStateException("a watch of the cluster did not close", e);
            }
            reader.interrupt();
        }
    }

    private static void deliver(
            LinkedBlockingQueue<WatchEvent> events, BiConsumer<WatchEvent.Type, ObjectNode> consumer) {
        try {
            while (true) {
                WatchEvent event = events.take();
                try {
                    consumer.accept(event.type(), event.object());
                } catch (RuntimeException e) {
                    LOG.error("a change of {} could not be handled", event.resource(), e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public @Nullable ObjectNode get(ResourceType type, String namespace, String name) {
        return cluster.get(type, namespace, name);
    }

    public void bind(JsonNode pod, String node) {
        JsonNode metadata = pod.path("metadata");
        cluster.bind(
                metadata.path("namespace").asText(),
                metadata.path("name").asText(),
                metadata.path("uid").asText(),
                node,
                Map.of());
    }

    /// Replaces the fields of `status` that are given; does nothing when that object (by uid) is gone.
    public void status(ResourceType type, JsonNode object, ObjectNode status) {
        JsonNode metadata = object.path("metadata");
        ObjectNode patch = Json.object();
        if (metadata.has("uid")) {
            patch.putObject("metadata").put("uid", metadata.path("uid").asText());
        }
        patch.set("status", status);
        quietly(() -> cluster.patch(
                type,
                metadata.path("namespace").asText(""),
                metadata.path("name").asText(),
                "status",
                PatchType.MERGE,
                patch,
                by()));
    }

    /// Sets one condition of a pod and leaves the others.
    public void podCondition(JsonNode pod, ObjectNode condition) {
        JsonNode metadata = pod.path("metadata");
        JsonNode now = cluster.get(
                ResourceType.PODS,
                metadata.path("namespace").asText(),
                metadata.path("name").asText());
        if (now == null || !now.path("spec").path("nodeName").asText("").isEmpty()) {
            return;
        }
        ArrayNode conditions = Json.array();
        for (JsonNode kept : now.path("status").path("conditions")) {
            if (!kept.path("type").equals(condition.path("type"))) {
                conditions.add(kept);
            }
        }
        conditions.add(condition);
        status(ResourceType.PODS, pod, Json.object().set("conditions", conditions));
    }

    public void create(ResourceType type, String namespace, ObjectNode object) {
        cluster.create(type, namespace, object, by());
    }

    /// Creates the object unless one of its name is there.
    public void createIfAbsent(ResourceType type, String namespace, ObjectNode object) {
        if (cluster.get(type, namespace, object.path("metadata").path("name").asText()) == null) {
            quietly(() -> cluster.create(type, namespace, object, by()));
        }
    }

    public void merge(ResourceType type, String namespace, String name, JsonNode patch) {
        cluster.patch(type, namespace, name, "", PatchType.MERGE, patch, by());
    }

    /// The same, and nothing happens when the object is gone or another one has its name.
    public void mergeIfThere(ResourceType type, JsonNode object, JsonNode patch) {
        JsonNode metadata = object.path("metadata");
        quietly(() -> merge(
                type,
                metadata.path("namespace").asText(""),
                metadata.path("name").asText(),
                patch));
    }

    /// Deletes at once, if it is still the object meant.
    public void remove(ResourceType type, JsonNode object) {
        JsonNode metadata = object.path("metadata");
        quietly(() -> cluster.delete(
                type,
                metadata.path("namespace").asText(""),
                metadata.path("name").asText(),
                Deletion.NOW.onlyUid(metadata.path("uid").asText())));
    }

    /// Tells something about an object; the same sentence again raises the count of the first event.
    public void event(JsonNode object, String type, String reason, String component, String message) {
        JsonNode about = object.path("metadata");
        String namespace = about.path("namespace").asText("default");
        String name = about.path("name").asText() + "."
                + Integer.toHexString((about.path("uid").asText() + reason + message).hashCode());
        String now = time(clock.instant());
        try {
            JsonNode before = cluster.get(ResourceType.EVENTS, namespace, name);
            if (before == null) {
                ObjectNode event = Json.object().put("apiVersion", "v1").put("kind", "Event");
                event.putObject("metadata").put("name", name).put("namespace", namespace);
                event.putObject("involvedObject")
                        .put("apiVersion", "v1")
                        .put("kind", object.path("kind").asText("Pod"))
                        .put("namespace", namespace)
                        .put("name", about.path("name").asText())
                        .put("uid", about.path("uid").asText());
                event.put("type", type).put("reason", reason).put("message", message);
                event.putObject("source").put("component", component);
                event.put("firstTimestamp", now).put("lastTimestamp", now).put("count", 1);
                event.put("reportingComponent", component).put("reportingInstance", "");
                cluster.create(ResourceType.EVENTS, namespace, event, by());
            } else {
                ObjectNode again = Json.object()
                        .put("count", before.path("count").asInt(1) + 1)
                        .put("lastTimestamp", now);
                cluster.patch(ResourceType.EVENTS, namespace, name, "", PatchType.MERGE, again, by());
            }
        } catch (ApiFault e) {
            // An event is a courtesy: its namespace may be going.
            LOG.debug(
                    "event {} of {} not written: {}", reason, about.path("name").asText(), e.getMessage());
        }
    }

    /// Kubernetes' time: RFC 3339 in whole seconds.
    public static String time(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private WriteOptions by() {
        return WriteOptions.by(manager);
    }

    /// The object may be gone, or be another one of the same name: then there is nothing to write.
    private static void quietly(Runnable write) {
        try {
            write.run();
        } catch (ApiFault e) {
            if (e.code() != NOT_FOUND && e.code() != CONFLICT) {
                throw e;
            }
        }
    }
}
