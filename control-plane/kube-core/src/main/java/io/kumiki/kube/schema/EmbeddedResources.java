package io.kumiki.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Violation;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Objects inside an object that are whole objects themselves say what they are.
public final class EmbeddedResources {
    private EmbeddedResources() {}

    public static void check(JsonNode value, Schema schema, String path, List<Violation> violations) {
        if (value instanceof ObjectNode object) {
            if (schema.embedded) {
                whole(object, path, violations);
            }
            for (Map.Entry<String, JsonNode> each : object.properties()) {
                Schema known = schema.properties.get(each.getKey());
                if (known != null && known.name.isEmpty()) {
                    check(each.getValue(), known, below(path, each.getKey()), violations);
                } else if (known == null && schema.additional != null) {
                    check(each.getValue(), schema.additional, path + "[" + each.getKey() + "]", violations);
                }
            }
        } else if (value.isArray() && schema.items != null) {
            for (int i = 0; i < value.size(); i++) {
                check(value.get(i), schema.items, path + "[" + i + "]", violations);
            }
        }
    }

    private static String below(String path, String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    private static void whole(ObjectNode object, String path, List<Violation> violations) {
        for (String field : List.of("apiVersion", "kind")) {
            JsonNode word = object.path(field);
            String at = below(path, field);
            if (word.isMissingNode()) {
                violations.add(Faults.required(at, ""));
            } else if (!word.isTextual()) {
                violations.add(Faults.invalid(at, word, "must be a string"));
            } else if (word.asText().isEmpty()) {
                violations.add(Faults.invalid(at, "", "must not be empty"));
            }
        }
        String version = object.path("apiVersion").asText("");
        if (version.chars().filter(c -> c == '/').count() > 1) {
            String why = "unexpected GroupVersion string: " + version;
            violations.add(Faults.invalid(below(path, "apiVersion"), version, why));
        }
        String kind = object.path("kind").asText("");
        String wrong = kind.isEmpty() ? "" : NameRules.dns1035(kind.toLowerCase(Locale.ROOT));
        if (!wrong.isEmpty()) {
            String why = "may have mixed case, but should otherwise match: " + wrong;
            violations.add(Faults.invalid(below(path, "kind"), kind, why));
        }
    }
}
