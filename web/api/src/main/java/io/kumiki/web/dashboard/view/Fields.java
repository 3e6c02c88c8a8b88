package io.kumiki.web.dashboard.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.StateChange;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How single facts look in the contract: absent ones are null, instants RFC 3339.
final class Fields {
    private Fields() {}

    static void time(ObjectNode out, String name, @Nullable Instant at) {
        out.put(name, at == null ? null : at.toString());
    }

    static void fault(ObjectNode out, String name, @Nullable RunFault fault) {
        out.set(
                name,
                fault == null
                        ? NullNode.instance
                        : Json.object().put("reason", fault.reason()).put("message", fault.message()));
    }

    static ArrayNode history(List<StateChange> changes) {
        ArrayNode out = Json.array();
        changes.forEach(c -> out.addObject().put("at", c.at().toString()).put("state", c.state()));
        return out;
    }

    static ObjectNode words(Map<String, String> map) {
        ObjectNode out = Json.object();
        map.forEach(out::put);
        return out;
    }

    static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
