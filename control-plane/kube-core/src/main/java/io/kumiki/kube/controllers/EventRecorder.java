package io.kumiki.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.PatchType;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.registry.Patches;
import io.kumiki.kube.registry.Registry;
import io.kumiki.kube.registry.Writes;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/// Events as `kubectl describe` shows them, bounded as Kubernetes bounds them: the same sentence again raises a count,
/// many similar ones become one, and an object that talks too much is not listened to.
public final class EventRecorder {
    private static final int SIMILAR = 10;
    private static final Duration SIMILAR_WITHIN = Duration.ofMinutes(10);
    private static final int BURST = 25;
    private static final Duration REFILL = Duration.ofMinutes(5);
    private static final int REMEMBERED = 4096;

    private final Registry registry;
    private final Writes writes;
    private final Patches patches;
    private final Supplier<Instant> now;
    private final Map<String, Similar> similar = recent();
    private final Map<String, Allowance> allowances = recent();

    private record Similar(Instant since, Map<String, Boolean> messages) {}

    private record Allowance(double left, Instant at) {}

    public EventRecorder(Registry registry, Writes writes, Patches patches, Supplier<Instant> now) {
        this.registry = registry;
        this.writes = writes;
        this.patches = patches;
        this.now = now;
    }

    private static <V> Map<String, V> recent() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > REMEMBERED;
            }
        };
    }

    void tell(ObjectNode about, String component, String type, String reason, String message) {
        Instant at = now.get();
        String source = component + " " + Meta.uid(about);
        if (!allowed(source, at)) {
            return;
        }
        String shown = aggregated(source + " " + type + " " + reason, message, at);
        try {
            write(about, component, type, reason, shown, at);
        } catch (ApiFault fault) {
            // An event is a courtesy: its namespace may be going, the disk may be full.
            assert fault.code() >= 400;
        }
    }

    private boolean allowed(String source, Instant at) {
        Allowance before = allowances.getOrDefault(source, new Allowance(BURST, at));
        double left = Math.min(
                BURST,
                before.left() + (double) Duration.between(before.at(), at).toMillis() / REFILL.toMillis());
        allowances.put(source, new Allowance(Math.max(0, left - 1), at));
        return left >= 1;
    }

    private String aggregated(String kind, String message, Instant at) {
        Similar before = similar.get(kind);
        if (before == null || before.since().plus(SIMILAR_WITHIN).isBefore(at)) {
            before = new Similar(at, new LinkedHashMap<>());
            similar.put(kind, before);
        }
        if (before.messages().size() < SIMILAR || before.messages().containsKey(message)) {
            before.messages().put(message, true);
            return message;
        }
        return "(combined from similar events): " + message;
    }

    private void write(ObjectNode about, String component, String type, String reason, String message, Instant at) {
        Kind kind = registry.kinds().get(ResourceType.EVENTS);
        String namespace = Meta.namespace(about).isEmpty() ? "default" : Meta.namespace(about);
        boolean combined = message.startsWith("(combined");
        String told = reason + type + component + (combined ? "" : message);
        String name = Meta.name(about) + "." + Integer.toHexString((Meta.uid(about) + told).hashCode());
        StoredObject before = registry.get(kind.key(namespace, name));
        if (before != null) {
            JsonNode found = Json.parse(before.json());
            ObjectNode again = Json.object()
                    .put("count", found.path("count").asInt(1) + 1)
                    .put("lastTimestamp", Meta.text(at))
                    .put("message", message);
            patches.patch(kind, namespace, name, "", PatchType.MERGE, again, WriteOptions.by(Carrier.MANAGER));
            return;
        }
        ObjectNode event = Json.object();
        event.putObject("metadata").put("name", name);
        event.putObject("involvedObject")
                .put("kind", about.path("kind").asText())
                .put("namespace", Meta.namespace(about))
                .put("name", Meta.name(about))
                .put("uid", Meta.uid(about))
                .put("apiVersion", about.path("apiVersion").asText())
                .put(
                        "resourceVersion",
                        about.path("metadata").path("resourceVersion").asText());
        event.put("reason", reason).put("message", message).put("type", type);
        event.putObject("source").put("component", component);
        event.put("firstTimestamp", Meta.text(at))
                .put("lastTimestamp", Meta.text(at))
                .put("count", 1);
        event.put("reportingComponent", component);
        writes.create(kind, namespace, event, WriteOptions.by(Carrier.MANAGER));
    }
}
