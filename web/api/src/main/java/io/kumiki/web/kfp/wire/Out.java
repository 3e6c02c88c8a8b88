package io.kumiki.web.kfp.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes a message as protojson does with proto names: what has its zero value is not written.
final class Out {
    private final ObjectNode tree = Json.object();

    Out text(String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            tree.put(name, value);
        }
        return this;
    }

    Out time(String name, @Nullable Instant value) {
        return value == null ? this : text(name, value.toString());
    }

    Out number(String name, long value) {
        if (value != 0) {
            tree.put(name, value);
        }
        return this;
    }

    Out tree(String name, @Nullable JsonNode value) {
        if (value != null && !value.isEmpty()) {
            tree.set(name, value);
        }
        return this;
    }

    Out map(String name, Map<String, String> values) {
        if (!values.isEmpty()) {
            ObjectNode map = tree.putObject(name);
            values.forEach(map::put);
        }
        return this;
    }

    ObjectNode done() {
        return tree;
    }
}
