package io.kumiki.web.kfp.wire;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Tags of pipelines and versions: at most 20, keys and values at most 63 characters, no dot in a key
/// (the filter key `tags.<k>` would be ambiguous).
public final class Tags {
    private static final int MOST = 20;
    private static final int LONGEST = 63;

    private Tags() {}

    /// @param path where the map stands in the request
    public static Map<String, String> of(JsonNode map, String path, List<Violation> violations) {
        var tags = new LinkedHashMap<String, String>();
        if (map.size() > MOST) {
            violations.add(new Violation(path, "TooManyTags", "at most " + MOST + " tags, found " + map.size()));
            return tags;
        }
        for (var entry : map.properties()) {
            String key = entry.getKey();
            String value = entry.getValue().asText();
            String at = path + "[" + key + "]";
            if (key.isEmpty()) {
                violations.add(new Violation(at, "EmptyTagKey", "a tag's key must not be empty"));
            } else if (key.indexOf('.') >= 0) {
                violations.add(new Violation(at, "DotInTagKey", "a tag's key must not hold a dot"));
            } else if (key.length() > LONGEST || value.length() > LONGEST) {
                violations.add(
                        new Violation(at, "TagTooLong", "key and value have at most " + LONGEST + " characters"));
            }
            tags.put(key, value);
        }
        return tags;
    }

    /// The query form of an upload: a JSON object of strings.
    public static Map<String, String> ofQuery(String text, List<Violation> violations) {
        if (text.isEmpty()) {
            return Map.of();
        }
        try {
            JsonNode map = text.length() > 16 * 1024 ? Json.array() : Json.parse(text);
            boolean strings = map.isObject()
                    && map.properties().stream().allMatch(e -> e.getValue().isTextual());
            if (strings) {
                return of(map, "tags", violations);
            }
        } catch (Json.Malformed notJson) {
            // said below
        }
        violations.add(
                new Violation("tags", "WrongType", "wanted a JSON object of strings, such as {\"team\":\"ml\"}"));
        return Map.of();
    }
}
