package io.kumiki.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Violation;
import java.util.List;
import java.util.Map;

/// Default values are themselves valid and hold nothing that would be dropped.
final class DefaultRules {
    private DefaultRules() {}

    static void check(Schema schema, String path, List<Violation> violations) {
        JsonNode value = schema.defaultValue;
        if (value != null) {
            JsonNode copy = value.deepCopy();
            Decoding.prune(copy, schema);
            String at = path + ".default";
            if (!copy.equals(value)) {
                violations.add(Faults.invalid(at, value, "must not have unknown fields"));
            }
            EmbeddedResources.check(value, schema, at, violations);
            violations.addAll(Validation.check(value, schema, null, at));
        }
        if (schema.items != null) {
            check(schema.items, path + ".items", violations);
        }
        for (Map.Entry<String, Schema> each : schema.properties.entrySet()) {
            if (each.getValue().name.isEmpty()) {
                check(each.getValue(), path + ".properties[" + each.getKey() + "]", violations);
            }
        }
    }
}
