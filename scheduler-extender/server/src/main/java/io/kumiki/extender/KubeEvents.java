package io.kumiki.extender;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Events of our own kinds, for people; nothing depends on them.
final class KubeEvents {
    private static final Logger LOG = LoggerFactory.getLogger(KubeEvents.class);
    /// The API server takes no more.
    private static final int SENTENCE = 1000;
    /// Of an event's namespace, for objects that have none.
    private static final String DEFAULT = "default";

    private final KubeApi api;
    private final InstantSource clock;

    KubeEvents(KubeApi api, InstantSource clock) {
        this.api = api;
        this.clock = clock;
    }

    /// @param kind of kumiki.io/v1alpha1
    /// @param namespace empty for an object that has none
    /// @param uid empty where the object is gone
    /// @param once the same text for the same occurrence: it is told once, however often this is called
    void warn(String kind, String namespace, String name, String uid, String reason, String message, String once) {
        String in = namespace.isEmpty() ? DEFAULT : namespace;
        String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        ObjectNode event = Json.object().put("apiVersion", "v1").put("kind", "Event");
        event.putObject("metadata")
                .put("name", name + "." + Integer.toHexString((kind + " " + once).hashCode()))
                .put("namespace", in);
        ObjectNode of = event.putObject("involvedObject")
                .put("apiVersion", "kumiki.io/v1alpha1")
                .put("kind", kind)
                .put("name", name);
        if (!namespace.isEmpty()) {
            of.put("namespace", namespace);
        }
        if (!uid.isEmpty()) {
            of.put("uid", uid);
        }
        event.put("type", "Warning")
                .put("reason", reason)
                .put("message", message.length() > SENTENCE ? message.substring(0, SENTENCE) : message)
                .put("count", 1);
        event.put("firstTimestamp", now).put("lastTimestamp", now);
        event.putObject("source").put("component", "kumiki-extender");
        KubeApi.Result result = api.post("/api/v1/namespaces/" + in + "/events", event);
        if (!result.done() && result.code() != 409) {
            LOG.info("event of {} {}/{}: {}", kind, in, name, result.message());
        }
    }
}
