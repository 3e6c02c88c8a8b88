package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The shape of a task's inputs and outputs in its record: `{"parameters":{..},"artifacts":{key:[id,..]}}`.
final class Io {
    private static final String PARAMETERS = "parameters";
    private static final String ARTIFACTS = "artifacts";

    private Io() {}

    static ObjectNode empty() {
        ObjectNode io = Json.object();
        io.set(PARAMETERS, Json.object());
        io.set(ARTIFACTS, Json.object());
        return io;
    }

    static ObjectNode parameters(ObjectNode io) {
        return io.get(PARAMETERS) instanceof ObjectNode o ? o : io.putObject(PARAMETERS);
    }

    static ObjectNode artifacts(ObjectNode io) {
        return io.get(ARTIFACTS) instanceof ObjectNode o ? o : io.putObject(ARTIFACTS);
    }

    static @Nullable JsonNode parameter(ObjectNode io, String name) {
        return io.path(PARAMETERS).get(name);
    }

    /// Null when there is no such artifact; an empty list is a list.
    static @Nullable List<Long> ids(ObjectNode io, String key) {
        JsonNode found = io.path(ARTIFACTS).get(key);
        if (found == null || found.isNull()) {
            return null;
        }
        var ids = new ArrayList<Long>(found.size());
        found.forEach(id -> ids.add(id.longValue()));
        return ids;
    }

    static void put(ObjectNode io, String key, Collection<Long> ids) {
        ArrayNode list = artifacts(io).putArray(key);
        ids.forEach(list::add);
    }

    static void allIds(ObjectNode io, Collection<Long> into) {
        io.path(ARTIFACTS).forEach(list -> list.forEach(id -> into.add(id.longValue())));
    }
}
