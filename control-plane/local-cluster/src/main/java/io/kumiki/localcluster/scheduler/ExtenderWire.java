package io.kumiki.localcluster.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The messages of `k8s.io/kube-scheduler/extender/v1`: Go field names going out, absent parts as null, any letter case
/// coming in, and what is not of the right form refused.
final class ExtenderWire {
    private ExtenderWire() {}

    /// An answer that is not of the protocol.
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;

        Unreadable(String message) {
            super(message);
        }
    }

    /// `ExtenderFilterResult`.
    ///
    /// @param nodes `null` when it says nothing of them
    record FilterResult(
            @Nullable Set<String> nodes, Map<String, String> failed, Map<String, String> unresolvable, String error) {}

    /// `MetaVictims` of one node.
    record MetaVictims(List<String> uids, long violations) {}

    /// `ExtenderArgs`: either full nodes or names.
    static ObjectNode arguments(JsonNode pod, @Nullable List<? extends JsonNode> nodes, @Nullable List<String> names) {
        ObjectNode arguments = Json.object();
        arguments.set("Pod", core(pod));
        if (nodes == null) {
            arguments.putNull("Nodes");
        } else {
            ObjectNode list = arguments.putObject("Nodes");
            list.putObject("metadata");
            ArrayNode items = list.putArray("items");
            nodes.forEach(node -> items.add(core(node)));
        }
        if (names == null) {
            arguments.putNull("NodeNames");
        } else {
            names.forEach(arguments.putArray("NodeNames")::add);
        }
        return arguments;
    }

    /// `ExtenderPreemptionArgs`: either full victims or uids.
    static ObjectNode preemption(
            JsonNode pod, @Nullable Map<String, JsonNode> victims, @Nullable Map<String, JsonNode> metaVictims) {
        ObjectNode arguments = Json.object();
        arguments.set("Pod", core(pod));
        map(arguments, "NodeNameToVictims", victims);
        map(arguments, "NodeNameToMetaVictims", metaVictims);
        return arguments;
    }

    private static void map(ObjectNode arguments, String field, @Nullable Map<String, JsonNode> values) {
        if (values == null) {
            arguments.putNull(field);
        } else {
            ObjectNode map = arguments.putObject(field);
            values.forEach(map::set);
        }
    }

    static ObjectNode victims(List<? extends JsonNode> pods, long violations) {
        ObjectNode victims = Json.object();
        ArrayNode list = victims.putArray("Pods");
        pods.forEach(pod -> list.add(core(pod)));
        return victims.put("NumPDBViolations", violations);
    }

    static ObjectNode metaVictims(List<String> uids, long violations) {
        ObjectNode victims = Json.object();
        ArrayNode list = victims.putArray("Pods");
        uids.forEach(uid -> list.addObject().put("UID", uid));
        return victims.put("NumPDBViolations", violations);
    }

    /// `ExtenderBindingArgs`.
    static ObjectNode binding(String namespace, String pod, String uid, String node) {
        return Json.object()
                .put("PodName", pod)
                .put("PodNamespace", namespace)
                .put("PodUID", uid)
                .put("Node", node);
    }

    /// Objects travel without kind and apiVersion.
    private static JsonNode core(JsonNode object) {
        if (object instanceof ObjectNode fields && (fields.has("kind") || fields.has("apiVersion"))) {
            ObjectNode copy = Json.object();
            fields.properties().forEach(field -> {
                if (!field.getKey().equals("kind") && !field.getKey().equals("apiVersion")) {
                    copy.set(field.getKey(), field.getValue());
                }
            });
            return copy;
        }
        return object;
    }

    static FilterResult filterResult(JsonNode answer, boolean names) throws Unreadable {
        JsonNode object = object(answer, "ExtenderFilterResult");
        Set<String> nodes = null;
        JsonNode list = field(object, "NodeNames");
        JsonNode full = field(object, "Nodes");
        if (names && !absent(list)) {
            nodes = new HashSet<>();
            for (JsonNode name : array(list, "NodeNames")) {
                nodes.add(text(name, "NodeNames"));
            }
        } else if (!absent(full)) {
            nodes = new HashSet<>();
            for (JsonNode node : array(field(object(full, "Nodes"), "items"), "Nodes.items")) {
                nodes.add(field(field(node, "metadata"), "name").asText(""));
            }
        }
        return new FilterResult(
                nodes, texts(object, "FailedNodes"), texts(object, "FailedAndUnresolvableNodes"), error(object));
    }

    private static Map<String, String> texts(JsonNode object, String name) throws Unreadable {
        Map<String, String> texts = new HashMap<>();
        JsonNode map = field(object, name);
        if (!absent(map)) {
            for (Map.Entry<String, JsonNode> entry : object(map, name).properties()) {
                texts.put(entry.getKey(), text(entry.getValue(), name));
            }
        }
        return texts;
    }

    /// `HostPriorityList`.
    static Map<String, Long> priorities(JsonNode answer) throws Unreadable {
        Map<String, Long> scores = new HashMap<>();
        if (!answer.isNull()) {
            for (JsonNode host : array(answer, "HostPriorityList")) {
                JsonNode score = field(object(host, "HostPriority"), "Score");
                if (!absent(score) && !score.isIntegralNumber()) {
                    throw new Unreadable("Score is not a whole number");
                }
                scores.put(field(host, "Host").asText(""), score.asLong(0));
            }
        }
        return scores;
    }

    /// `ExtenderPreemptionResult`.
    static Map<String, MetaVictims> preemptionResult(JsonNode answer) throws Unreadable {
        Map<String, MetaVictims> found = new LinkedHashMap<>();
        JsonNode map = field(object(answer, "ExtenderPreemptionResult"), "NodeNameToMetaVictims");
        if (absent(map)) {
            return found;
        }
        for (Map.Entry<String, JsonNode> node :
                object(map, "NodeNameToMetaVictims").properties()) {
            List<String> uids = new ArrayList<>();
            long violations = 0;
            if (!node.getValue().isNull()) {
                JsonNode victims = object(node.getValue(), "MetaVictims");
                JsonNode pods = field(victims, "Pods");
                if (!absent(pods)) {
                    for (JsonNode pod : array(pods, "Pods")) {
                        uids.add(text(field(pod, "UID"), "UID"));
                    }
                }
                violations = field(victims, "NumPDBViolations").asLong(0);
            }
            found.put(node.getKey(), new MetaVictims(uids, violations));
        }
        return found;
    }

    /// What a bind answer or a filter answer complains of; empty when nothing.
    static String error(JsonNode answer) throws Unreadable {
        JsonNode error = field(object(answer, "answer"), "Error");
        return absent(error) ? "" : text(error, "Error");
    }

    private static boolean absent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    /// Go decodes null into an empty message.
    private static JsonNode object(JsonNode node, String what) throws Unreadable {
        if (node.isNull()) {
            return Json.object();
        }
        if (!node.isObject()) {
            throw new Unreadable(what + " is not an object");
        }
        return node;
    }

    private static JsonNode array(JsonNode node, String what) throws Unreadable {
        if (absent(node)) {
            return Json.array();
        }
        if (!node.isArray()) {
            throw new Unreadable(what + " is not a list");
        }
        return node;
    }

    private static String text(JsonNode node, String what) throws Unreadable {
        if (!node.isTextual()) {
            throw new Unreadable(what + " holds something that is no text");
        }
        return node.asText();
    }

    /// Go's decoder takes names in any letter case.
    private static JsonNode field(JsonNode object, String name) {
        JsonNode exact = object.get(name);
        if (exact != null) {
            return exact;
        }
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            if (entry.getKey().equalsIgnoreCase(name)) {
                return entry.getValue();
            }
        }
        return MissingNode.getInstance();
    }
}
