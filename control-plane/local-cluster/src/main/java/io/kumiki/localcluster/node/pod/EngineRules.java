package io.kumiki.localcluster.node.pod;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;

/// What this node cannot do for a container that an engine runs. Pure.
final class EngineRules {
    /// What is counted for every container; anything else is a device.
    private static final Set<String> PLAIN_RESOURCES = Set.of("cpu", "memory", "ephemeral-storage");
    private static final String OWN_RESOURCES = "kumiki.io/";

    private EngineRules() {}

    static void check(JsonNode container, String name, List<String> refusals) {
        String whose = "container \"" + name + "\": ";
        JsonNode context = container.path("securityContext");
        for (String field : List.of("seLinuxOptions", "windowsOptions")) {
            if (context.has(field)) {
                refusals.add(whose + "securityContext." + field + " is not offered on this node");
            }
        }
        if (!context.path("procMount").asText("Default").equals("Default")) {
            refusals.add(whose + "securityContext.procMount "
                    + context.path("procMount").asText() + " is not offered on this node");
        }
        for (String field : List.of("seccompProfile", "appArmorProfile")) {
            if (context.path(field).path("type").asText().equals("Localhost")) {
                refusals.add(whose + "securityContext." + field + " of type Localhost is not offered on this node; use"
                        + " RuntimeDefault");
            }
        }
        container.path("resources").path("limits").fieldNames().forEachRemaining(resource -> {
            if (!PLAIN_RESOURCES.contains(resource)
                    && !resource.startsWith(OWN_RESOURCES)
                    && !resource.startsWith("hugepages-")) {
                refusals.add(whose + resource + " cannot be handed to a container of a container engine by this node;"
                        + " an image that a row of the table plays runs as a process and sees the machine's devices");
            }
        });
        container.path("volumeMounts").forEach(mount -> {
            if (!mount.path("mountPropagation").asText("None").equals("None")) {
                refusals.add(whose + "mountPropagation "
                        + mount.path("mountPropagation").asText() + " at "
                        + mount.path("mountPath").asText() + " is not offered on this node");
            }
        });
    }
}
