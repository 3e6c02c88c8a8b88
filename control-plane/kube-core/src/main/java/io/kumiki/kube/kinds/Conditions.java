package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;

/// `status.conditions`: at most one of each type.
public final class Conditions {
    private Conditions() {}

    /// Missing when there is none of the type.
    public static JsonNode find(JsonNode status, String type) {
        for (JsonNode condition : status.path("conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition;
            }
        }
        return MissingNode.getInstance();
    }

    public static boolean holds(JsonNode status, String type) {
        return find(status, type).path("status").asText().equals("True");
    }

    /// Puts the condition where one of its type is, or at the end.
    public static void set(ObjectNode status, ObjectNode condition) {
        ArrayNode all = Json.array();
        boolean replaced = false;
        for (JsonNode each : status.path("conditions")) {
            boolean same = each.path("type").equals(condition.path("type"));
            if (!same) {
                all.add(each);
            } else if (!replaced) {
                all.add(condition);
                replaced = true;
            }
        }
        if (!replaced) {
            all.add(condition);
        }
        status.set("conditions", all);
    }

    public static void remove(ObjectNode status, String type) {
        ArrayNode rest = Json.array();
        for (JsonNode each : status.path("conditions")) {
            if (!each.path("type").asText().equals(type)) {
                rest.add(each);
            }
        }
        if (status.has("conditions")) {
            status.set("conditions", rest);
        }
    }
}
