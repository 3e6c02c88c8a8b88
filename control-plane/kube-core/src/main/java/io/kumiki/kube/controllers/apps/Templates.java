package io.kumiki.kube.controllers.apps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;

/// Pod templates as identities: equal ones have one hash.
final class Templates {
    static final String HASH = "pod-template-hash";

    private static final String LETTERS = "bcdfghjklmnpqrstvwxz2456789";

    private Templates() {}

    /// Equal but for the label that the hash itself is.
    static boolean same(JsonNode a, JsonNode b) {
        return plain(a).equals(plain(b));
    }

    private static JsonNode plain(JsonNode template) {
        ObjectNode copy = template.deepCopy();
        if (copy.path("metadata") instanceof ObjectNode metadata) {
            metadata.remove("creationTimestamp");
            if (metadata.path("labels") instanceof ObjectNode labels) {
                labels.remove(HASH);
            }
        }
        return copy;
    }

    /// FNV-1a over the document with sorted keys, in letters that make no words.
    static String hash(JsonNode document, int collisions) {
        int hash = 0x811c9dc5;
        String text = Json.write(sorted(document)) + (collisions > 0 ? collisions : "");
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (each & 0xff)) * 0x01000193;
        }
        StringBuilder safe = new StringBuilder();
        for (char digit : Integer.toUnsignedString(hash).toCharArray()) {
            safe.append(LETTERS.charAt(digit % LETTERS.length()));
        }
        return safe.toString();
    }

    private static JsonNode sorted(JsonNode node) {
        if (node.isObject()) {
            TreeMap<String, JsonNode> fields = new TreeMap<>();
            node.properties().forEach(field -> fields.put(field.getKey(), sorted(field.getValue())));
            ObjectNode object = Json.object();
            fields.forEach(object::set);
            return object;
        }
        if (node.isArray()) {
            var array = Json.array();
            node.forEach(each -> array.add(sorted(each)));
            return array;
        }
        return node;
    }
}
