package io.kumiki.web.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.runtime.yaml.Yaml;
import java.util.Map;
import java.util.TreeMap;

/// An object of Kubernetes as `kubectl get -o yaml` prints it: keys in the order of the alphabet.
final class ObjectText {
    private ObjectText() {}

    /// @param managed also who wrote which field, which kubectl leaves out, too, unless it is asked for it
    static String yaml(ObjectNode object, boolean managed) {
        ObjectNode shown = object.deepCopy();
        if (!managed && shown.get("metadata") instanceof ObjectNode metadata) {
            metadata.remove("managedFields");
        }
        return Yaml.write(sorted(shown));
    }

    private static JsonNode sorted(JsonNode tree) {
        if (tree.isObject()) {
            Map<String, JsonNode> fields = new TreeMap<>();
            tree.properties().forEach(field -> fields.put(field.getKey(), sorted(field.getValue())));
            ObjectNode out = Json.object();
            fields.forEach(out::set);
            return out;
        }
        if (tree.isArray()) {
            var out = Json.array();
            tree.forEach(item -> out.add(sorted(item)));
            return out;
        }
        return tree;
    }
}
