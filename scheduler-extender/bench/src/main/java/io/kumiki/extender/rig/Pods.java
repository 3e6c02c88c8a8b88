package io.kumiki.extender.rig;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.AdmissionDesk;
import io.kumiki.extender.admission.PodAdmission;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Pods and nodes as the rig makes them.
public final class Pods {
    private static final PodAdmission ADMISSION = new PodAdmission(new AdmissionDesk(), PodAdmission.Rules.PLAIN);

    static final String GPU = "nvidia.com/gpu";
    /// For what the control plane cannot know without a kubelet: nobody waits for a container to end.
    private static final int GRACE = 1;

    private Pods() {}

    /// A pod of the stock scheduler alone.
    public static ObjectNode plain(String name, int gpus, String cpu) {
        ObjectNode pod = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        pod.putObject("metadata").put("name", name);
        ObjectNode spec = pod.putObject("spec")
                .put("restartPolicy", "Never")
                .put("automountServiceAccountToken", false)
                .put("terminationGracePeriodSeconds", GRACE);
        ObjectNode resources = spec.putArray("containers")
                .addObject()
                .put("name", "c")
                .put("image", "registry.example.com/team/trainer:1")
                .putObject("resources");
        for (String list : List.of("requests", "limits")) {
            ObjectNode amounts = resources.putObject(list).put("cpu", cpu);
            if (gpus > 0) {
                amounts.put(GPU, Integer.toString(gpus));
            }
        }
        return pod;
    }

    /// A gang's member as its user makes it.
    ///
    /// @param pinned placed by affinity; otherwise led by the filter verb
    public static ObjectNode member(
            String gang, int index, int size, int gpus, boolean pinned, Map<String, String> annotations) {
        ObjectNode pod = plain(gang + "-" + index, gpus, "1");
        ObjectNode metadata = pod.withObject("/metadata");
        metadata.putObject("labels").put("kumiki.io/gang", gang);
        ObjectNode noted = metadata.putObject("annotations").put("kumiki.io/gang-size", Integer.toString(size));
        if (pinned) {
            noted.put("kumiki.io/pinned", "true");
        }
        annotations.forEach(noted::put);
        return pod;
    }

    /// The same pod with the marks that admission gives a member: for clusters and namespaces where nobody is asked.
    public static ObjectNode marked(ObjectNode pod) {
        List<Violation> violations = ADMISSION.review(
                pod, "default", pod.path("metadata").path("name").asText(), false);
        if (!violations.isEmpty()) {
            throw new IllegalArgumentException(violations.toString());
        }
        return pod;
    }

    /// @param places labels, beside its name
    public static ObjectNode node(String name, int gpus, int cpus, Map<String, String> places) {
        ObjectNode node = Json.object().put("apiVersion", "v1").put("kind", "Node");
        ObjectNode labels = node.putObject("metadata")
                .put("name", name)
                .putObject("labels")
                .put("kubernetes.io/hostname", name)
                .put("nvidia.com/gpu.product", "H100");
        places.forEach(labels::put);
        node.putObject("spec");
        ObjectNode status = node.putObject("status");
        for (String field : List.of("capacity", "allocatable")) {
            status.putObject(field)
                    .put("cpu", Integer.toString(cpus))
                    .put("memory", "2000Gi")
                    .put("pods", "110")
                    .put(GPU, Integer.toString(gpus));
        }
        status.putArray("conditions")
                .addObject()
                .put("type", "Ready")
                .put("status", "True")
                .put("reason", "KubeletReady");
        return node;
    }

    /// CPU in milli, extended resources in units; what the rig's invariants count.
    static Map<String, Long> requests(JsonNode pod) {
        Map<String, Long> sum = new HashMap<>();
        for (JsonNode container : pod.at("/spec/containers")) {
            container
                    .at("/resources/requests")
                    .properties()
                    .forEach(entry ->
                            sum.merge(entry.getKey(), amount(entry.getValue().asText()), Long::sum));
        }
        return sum;
    }

    private static long amount(String text) {
        if (text.endsWith("m")) {
            return Long.parseLong(text.substring(0, text.length() - 1));
        }
        return text.matches("[0-9]+") ? Long.parseLong(text) * 1000 : 0;
    }

    /// In the same units.
    static Map<String, Long> allocatable(JsonNode node) {
        Map<String, Long> has = new HashMap<>();
        for (String resource : List.of("cpu", GPU)) {
            has.put(
                    resource,
                    amount(node.at("/status/allocatable").path(resource).asText("0")));
        }
        return has;
    }
}
