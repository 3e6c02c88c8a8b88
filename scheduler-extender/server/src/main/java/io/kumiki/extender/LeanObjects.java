package io.kumiki.extender;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.filter.FilteringParserDelegate;
import com.fasterxml.jackson.core.filter.TokenFilter;
import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Objects without the parts that nobody here reads: they are skipped as tokens and never become trees. Of a pod that
/// is more than half.
final class LeanObjects extends TokenFilter {
    private static final TokenFilter CONTAINERS = new LeanObjects(
            Set.of("env", "envFrom", "volumeMounts", "command", "args", "livenessProbe", "readinessProbe"), Map.of());
    private static final TokenFilter OBJECT = new LeanObjects(
            Set.of(),
            Map.of(
                    "metadata", new LeanObjects(Set.of("managedFields"), Map.of()),
                    "spec", new LeanObjects(Set.of(), Map.of("containers", CONTAINERS, "initContainers", CONTAINERS)),
                    "status",
                            new LeanObjects(Set.of("containerStatuses", "initContainerStatuses", "images"), Map.of())));
    private static final TokenFilter LIST = new LeanObjects(Set.of(), Map.of("items", OBJECT));
    private static final TokenFilter EVENT = new LeanObjects(Set.of(), Map.of("object", OBJECT));

    private final Set<String> without;
    private final Map<String, TokenFilter> below;

    private LeanObjects(Set<String> without, Map<String, TokenFilter> below) {
        this.without = without;
        this.below = below;
    }

    /// Reads a list from its first token on.
    static JsonParser ofList(JsonParser parser) {
        return filtered(parser, LIST);
    }

    /// Reads one event of a watch.
    static JsonParser ofEvent(JsonParser parser) {
        return filtered(parser, EVENT);
    }

    /// One whole object; an empty one of no bytes.
    static JsonNode object(byte[] json) throws IOException {
        if (json.length == 0) {
            return Json.object();
        }
        try (JsonParser parser = filtered(Json.mapper().getFactory().createParser(json), OBJECT)) {
            return Json.mapper().readTree(parser);
        }
    }

    private static JsonParser filtered(JsonParser parser, TokenFilter filter) {
        return new FilteringParserDelegate(parser, filter, TokenFilter.Inclusion.INCLUDE_ALL_AND_PATH, true);
    }

    @Override
    public @Nullable TokenFilter includeProperty(String name) {
        return without.contains(name) ? null : below.getOrDefault(name, TokenFilter.INCLUDE_ALL);
    }
}
