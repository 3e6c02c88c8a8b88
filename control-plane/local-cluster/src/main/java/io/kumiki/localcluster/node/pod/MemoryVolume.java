package io.kumiki.localcluster.node.pod;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.scheduling.Quantity;
import java.util.ArrayList;
import java.util.List;

/// An emptyDir that shall lie in memory.
///
/// @param bytes what fits into it: its own limit, the memory of its pod, or that of the node, whichever is least
public record MemoryVolume(String name, long bytes) {
    /// @param allocatable the memory of the node for pods, in bytes
    public static List<MemoryVolume> of(JsonNode spec, long allocatable) {
        List<MemoryVolume> found = new ArrayList<>();
        for (JsonNode volume : spec.path("volumes")) {
            JsonNode empty = volume.path("emptyDir");
            if (empty.path("medium").asText().equals("Memory")) {
                long most = Math.min(allocatable, ofPod(spec));
                long own = amount(empty.path("sizeLimit"));
                found.add(new MemoryVolume(volume.path("name").asText(), own > 0 ? Math.min(own, most) : most));
            }
        }
        return found;
    }

    /// What its containers may use together, unless one of them may use any amount.
    private static long ofPod(JsonNode spec) {
        long together = 0;
        long alone = 0;
        for (JsonNode container : spec.path("initContainers")) {
            if (container.path("restartPolicy").asText().equals("Always")) {
                together += limit(container);
            } else {
                alone = Math.max(alone, limit(container));
            }
            if (limit(container) == 0) {
                return Long.MAX_VALUE;
            }
        }
        for (JsonNode container : spec.path("containers")) {
            if (limit(container) == 0) {
                return Long.MAX_VALUE;
            }
            together += limit(container);
        }
        return Math.max(together, alone);
    }

    private static long limit(JsonNode container) {
        return amount(container.path("resources").path("limits").path("memory"));
    }

    private static long amount(JsonNode quantity) {
        return quantity.isMissingNode() ? 0 : Quantity.units(Quantity.parse(quantity.asText()));
    }
}
