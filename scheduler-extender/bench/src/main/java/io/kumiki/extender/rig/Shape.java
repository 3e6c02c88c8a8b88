package io.kumiki.extender.rig;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.util.List;
import java.util.Map;

/// A load on a cluster of nodes of 8 GPUs, racks of 16 nodes.
///
/// @param nodes how many nodes there are
/// @param held GPUs of each node that are taken before the clock starts, each by a pod of a ReplicaSet that may be
///     moved
/// @param gangs how many; 0 for pods that belong to none
/// @param members of each gang; how many pods where there are no gangs
/// @param gpus of each pod
/// @param required level of the topology inside which each gang must lie, empty for none
/// @param fits how many pods can be bound at the end
/// @param killed whether the extender is killed in the middle
record Shape(
        String name, int nodes, int held, int gangs, int members, int gpus, String required, int fits, boolean killed) {
    static final String ALL =
            "W1 5,000 pods; W2 10,000 gangs of 1; W3 500 x 20; W4 20 x 500; W5 1 x 5,000; W6 2,250 x 4 in racks;"
                    + " W7 9 x 1,000; W8 1 x 512 of 8 GPUs; W9 reclaim; W10 verdict; W11 two gangs of 60 %;"
                    + " W12 fragmented; W13 W7 and the extender killed; W14 restart";

    /// @param percent of the full size
    static Shape named(String name, int percent) {
        return switch (name) {
            case "W1" -> gangs(name, 0, part(5_000, percent), 1, "");
            case "W2" -> gangs(name, part(10_000, percent), 1, 1, "");
            case "W3" -> gangs(name, part(500, percent), 20, 1, "");
            case "W4" -> gangs(name, part(20, percent), 500, 1, "");
            case "W5" -> gangs(name, 1, part(5_000, percent), 1, "");
            case "W6" -> gangs(name, part(2_250, percent), 4, 1, "rack");
            case "W7" -> gangs(name, part(9, percent), 1_000, 1, "");
            case "W8" -> gangs(name, 1, part(512, percent), 8, "");
            case "W11" -> {
                int nodes = part(500, percent);
                int members = nodes * 6 / 10;
                yield new Shape(name, nodes, 0, 2, members, 8, "", members, false);
            }
            case "W12" -> {
                int nodes = part(500, percent);
                int members = Math.max(1, nodes / 2);
                yield new Shape(name, nodes, 5, 1, members, 4, "", members, false);
            }
            case "W13" -> {
                Shape w7 = gangs(name, part(9, percent), 1_000, 1, "");
                yield new Shape(name, w7.nodes, 0, w7.gangs, w7.members, 1, "", w7.fits, true);
            }
            default -> throw new IllegalArgumentException("there is no shape " + name + ": " + ALL);
        };
    }

    private static int part(int full, int percent) {
        return Math.max(1, full * percent / 100);
    }

    private static Shape gangs(String name, int gangs, int members, int gpus, String required) {
        int pods = Math.max(1, gangs) * members;
        // Whole racks, so that gangs of a rack divide them evenly.
        int nodes = (pods * gpus + 7) / 8;
        return new Shape(
                name,
                required.isEmpty() ? nodes : (nodes + 15) / 16 * 16,
                0,
                gangs,
                members,
                gpus,
                required,
                pods,
                false);
    }

    int pods() {
        return Math.max(1, gangs) * members;
    }

    /// What ends up bound when nobody cares for gangs.
    int fitsAnybody() {
        return Math.min(pods(), nodes * ((8 - held) / gpus));
    }

    /// @param ours with a gang's marks; otherwise the same pod for the stock scheduler alone
    ObjectNode pod(int i, boolean ours) {
        if (!ours || gangs == 0) {
            return Pods.plain("p-" + i, gpus, "1");
        }
        Map<String, String> noted = required.isEmpty() ? Map.of() : Map.of("kumiki.io/topology-required", required);
        return Pods.member("g" + i / members, i % members, members, gpus, true, noted);
    }

    /// Whoever makes the held pods anew; it adopts them.
    ObjectNode heldSet() {
        ObjectNode set = Json.object().put("apiVersion", "apps/v1").put("kind", "ReplicaSet");
        set.putObject("metadata").put("name", "held");
        ObjectNode spec = set.putObject("spec").put("replicas", nodes * held);
        spec.putObject("selector").putObject("matchLabels").put("app", "held");
        ObjectNode template = movable(Pods.plain("held", 1, "1"));
        template.withObject("/metadata").remove("name");
        template.withObject("/spec").put("restartPolicy", "Always");
        spec.putObject("template").set("metadata", template.get("metadata"));
        spec.withObject("/template").set("spec", template.get("spec"));
        return set;
    }

    private static ObjectNode movable(ObjectNode pod) {
        ObjectNode metadata = pod.withObject("/metadata");
        metadata.putObject("labels").put("app", "held");
        metadata.putObject("annotations").put("kumiki.io/movable", "true");
        return pod;
    }

    List<ObjectNode> heldBefore(int node) {
        return java.util.stream.IntStream.range(0, held)
                .mapToObj(h -> {
                    ObjectNode pod = movable(Pods.plain("held-" + node + "-" + h, 1, "1"));
                    pod.withObject("/spec").put("nodeName", "node-" + node);
                    return pod;
                })
                .toList();
    }
}
