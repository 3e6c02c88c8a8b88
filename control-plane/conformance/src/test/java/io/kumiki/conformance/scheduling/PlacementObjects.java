package io.kumiki.conformance.scheduling;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.util.Set;

/// The objects that the short lines of a case stand for.
final class PlacementObjects {
    private static final String TIME = "2026-01-01T00:00:00Z";
    private static final Set<String> AMOUNTS = Set.of("cpu", "memory", "pods", "ephemeral-storage", "hugepages-2Mi");

    private PlacementObjects() {}

    private static boolean amount(String key) {
        return AMOUNTS.contains(key) || key.contains("/");
    }

    /// @param words `cpu=2`, `label:zone=z1`, `taint:key=value:Effect`, `cordoned`, `unready`
    static ObjectNode node(String name, String words) {
        ObjectNode node = Json.object();
        ObjectNode metadata = node.putObject("metadata").put("name", name);
        ObjectNode labels = metadata.putObject("labels").put("kubernetes.io/hostname", name);
        ObjectNode spec = node.putObject("spec");
        ObjectNode status = node.putObject("status");
        ObjectNode amounts = Json.object().put("cpu", "4").put("memory", "8Gi").put("pods", "110");
        String ready = "True";
        for (String word : words.strip().split(" +")) {
            String[] pair = word.split("=", 2);
            if (word.equals("cordoned")) {
                spec.put("unschedulable", true);
            } else if (word.equals("unready")) {
                ready = "False";
            } else if (word.startsWith("label:")) {
                labels.put(pair[0].substring("label:".length()), pair[1]);
            } else if (word.startsWith("taint:")) {
                int colon = pair[1].lastIndexOf(':');
                spec.withArray("/taints")
                        .addObject()
                        .put("key", pair[0].substring("taint:".length()))
                        .put("value", pair[1].substring(0, colon))
                        .put("effect", pair[1].substring(colon + 1));
            } else if (amount(pair[0])) {
                amounts.put(pair[0], pair[1]);
            } else if (!word.isEmpty()) {
                throw new IllegalArgumentException("node " + name + ": what is " + word + "?");
            }
        }
        status.set("capacity", amounts);
        status.set("allocatable", amounts.deepCopy());
        status.putArray("conditions")
                .addObject()
                .put("type", "Ready")
                .put("status", ready)
                .put("reason", "Pretending")
                .put("message", "it says so")
                .put("lastHeartbeatTime", TIME)
                .put("lastTransitionTime", TIME);
        return node;
    }

    /// @param words `cpu=1` (requested), `label:app=web`, `priority=high`, `node=a`
    /// @param spec what else the spec has, as JSON; empty for nothing
    static ObjectNode pod(String name, String words, String spec) {
        ObjectNode pod = Json.object();
        ObjectNode metadata = pod.putObject("metadata").put("name", name);
        ObjectNode main = Json.object().put("name", "main").put("image", "x");
        ObjectNode wanted = pod.putObject("spec");
        wanted.putArray("containers").add(main);
        for (String word : words.strip().split(" +")) {
            String[] pair = word.split("=", 2);
            if (word.startsWith("label:")) {
                metadata.withObject("/labels").put(pair[0].substring("label:".length()), pair[1]);
            } else if (pair[0].equals("priority")) {
                wanted.put("priorityClassName", pair[1]);
            } else if (pair[0].equals("node")) {
                wanted.put("nodeName", pair[1]);
            } else if (amount(pair[0])) {
                ObjectNode resources = main.withObject("/resources");
                resources.withObject("/requests").put(pair[0], pair[1]);
                if (pair[0].contains("/") || pair[0].startsWith("hugepages")) {
                    resources.withObject("/limits").put(pair[0], pair[1]);
                }
            } else if (!word.isEmpty()) {
                throw new IllegalArgumentException("pod " + name + ": what is " + word + "?");
            }
        }
        if (!spec.isEmpty()) {
            wanted.setAll((ObjectNode) Json.parse(spec));
        }
        return pod;
    }

    /// Tolerates everything, wants nothing, goes to one node.
    static ObjectNode probe(String name, String node) {
        return pod(
                name,
                "",
                "{\"tolerations\":[{\"operator\":\"Exists\"}],\"affinity\":{\"nodeAffinity\":{"
                        + "\"requiredDuringSchedulingIgnoredDuringExecution\":{\"nodeSelectorTerms\":[{\"matchFields\":"
                        + "[{\"key\":\"metadata.name\",\"operator\":\"In\",\"values\":[\"" + node + "\"]}]}]}}}}");
    }

    /// What a node agent would say of a pod that runs and is ready.
    static ObjectNode running() {
        ObjectNode patch = Json.object();
        ObjectNode status = patch.putObject("status").put("phase", "Running").put("startTime", TIME);
        status.putArray("conditions").addObject().put("type", "Ready").put("status", "True");
        return patch;
    }
}
