package io.kumiki.extender;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.planner.Event;
import java.util.Map;
import java.util.TreeMap;

/// Events that tell of objects as JSON: `{"t": millis, "e": kind, …}`.
final class LogCodec {
    private static final Map<String, Class<? extends Event>> KINDS = kinds();

    private LogCodec() {}

    private static Map<String, Class<? extends Event>> kinds() {
        Map<String, Class<? extends Event>> kinds = new TreeMap<>();
        for (Class<? extends Event> kind : java.util.List.of(
                Event.NodeSeen.class,
                Event.NodeGone.class,
                Event.DaemonSeen.class,
                Event.DaemonGone.class,
                Event.BudgetSeen.class,
                Event.BudgetGone.class,
                Event.ClaimSeen.class,
                Event.ClaimGone.class,
                Event.PodSeen.class,
                Event.PodGone.class,
                Event.SingleSeen.class,
                Event.SingleRuns.class,
                Event.GangSeen.class,
                Event.GangOrigin.class,
                Event.GangGone.class,
                Event.Levels.class,
                Event.Tenants.class,
                Event.NamespaceLimit.class)) {
            kinds.put(kind.getSimpleName(), kind);
        }
        return kinds;
    }

    static ObjectNode write(Event event, long millis) {
        ObjectNode line =
                Json.object().put("t", millis).put("e", event.getClass().getSimpleName());
        line.set("v", Json.mapper().valueToTree(event));
        return line;
    }

    /// Throws [IllegalArgumentException] for a line that is none.
    static Event read(JsonNode line) {
        Class<? extends Event> kind = KINDS.get(line.path("e").asText());
        if (kind == null) {
            throw new IllegalArgumentException(
                    "no event of kind '" + line.path("e").asText() + "' is known");
        }
        try {
            return Json.mapper().treeToValue(line.path("v"), kind);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }
}
