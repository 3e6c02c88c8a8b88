package io.kumiki.kube.quota;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.scheduling.Quantity;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What one object uses, by the names that quotas have for it.
///
/// @param pod what scopes ask about; scopes match pods only
record Usage(Map<String, BigDecimal> amounts, PodFacts pod) {
    /// What a scope can ask of a pod.
    record PodFacts(boolean isPod, boolean terminating, boolean bestEffort, String priorityClass, boolean crossing) {
        static final PodFacts NONE = new PodFacts(false, false, false, "", false);
    }

    static final Usage NOTHING = new Usage(Map.of(), PodFacts.NONE);

    private static final Set<String> COUNTED_BY_NAME = Set.of(
            "configmaps",
            "persistentvolumeclaims",
            "pods",
            "replicationcontrollers",
            "resourcequotas",
            "secrets",
            "services");
    /// Counted under their own names, beside the names of requests.
    private static final Set<String> SHORT = Set.of("cpu", "memory", "ephemeral-storage");
    private static final Set<String> OVER = Set.of("Succeeded", "Failed");

    Usage {
        amounts = Map.copyOf(amounts);
    }

    /// @param storage `pods`, `jobs.batch`
    static Usage of(String storage, JsonNode object) {
        Map<String, BigDecimal> amounts = new HashMap<>();
        amounts.put("count/" + storage, BigDecimal.ONE);
        if (!storage.equals("pods") && COUNTED_BY_NAME.contains(storage)) {
            amounts.put(storage, BigDecimal.ONE);
        }
        PodFacts facts = PodFacts.NONE;
        switch (storage) {
            case "pods" -> {
                facts = facts(object.path("spec"), object.path("status"));
                if (!OVER.contains(object.path("status").path("phase").asText())) {
                    amounts.put("pods", BigDecimal.ONE);
                    PodAmounts.add(object.path("spec"), amounts);
                }
            }
            case "services" -> service(object.path("spec"), amounts);
            case "persistentvolumeclaims" -> claim(object, amounts);
            default -> {}
        }
        return new Usage(amounts, facts);
    }

    private static PodFacts facts(JsonNode spec, JsonNode status) {
        boolean crossing = false;
        for (String affinity : List.of("podAffinity", "podAntiAffinity")) {
            for (String when : List.of(
                    "requiredDuringSchedulingIgnoredDuringExecution",
                    "preferredDuringSchedulingIgnoredDuringExecution")) {
                for (JsonNode term : spec.path("affinity").path(affinity).path(when)) {
                    JsonNode inner = term.has("podAffinityTerm") ? term.path("podAffinityTerm") : term;
                    crossing |= !inner.path("namespaces").isEmpty() || inner.hasNonNull("namespaceSelector");
                }
            }
        }
        return new PodFacts(
                true,
                spec.hasNonNull("activeDeadlineSeconds"),
                status.path("qosClass").asText("").equals("BestEffort"),
                spec.path("priorityClassName").asText(""),
                crossing);
    }

    private static void service(JsonNode spec, Map<String, BigDecimal> amounts) {
        String type = spec.path("type").asText();
        boolean balanced = type.equals("LoadBalancer");
        boolean ports = balanced && spec.path("allocateLoadBalancerNodePorts").asBoolean(true);
        amounts.put("services.loadbalancers", balanced ? BigDecimal.ONE : BigDecimal.ZERO);
        amounts.put(
                "services.nodeports",
                type.equals("NodePort") || ports
                        ? BigDecimal.valueOf(spec.path("ports").size())
                        : BigDecimal.ZERO);
    }

    private static void claim(JsonNode claim, Map<String, BigDecimal> amounts) {
        JsonNode spec = claim.path("spec");
        BigDecimal size = Quantity.parse(
                spec.path("resources").path("requests").path("storage").asText("0"));
        String storageClass = spec.path("storageClassName")
                .asText(claim.path("metadata")
                        .path("annotations")
                        .path("volume.beta.kubernetes.io/storage-class")
                        .asText(""));
        amounts.put("requests.storage", size);
        if (!storageClass.isEmpty()) {
            String prefix = storageClass + ".storageclass.storage.k8s.io/";
            amounts.put(prefix + "requests.storage", size);
            amounts.put(prefix + "persistentvolumeclaims", BigDecimal.ONE);
        }
    }

    /// A container's amount under every name it is counted by.
    static void put(Map<String, BigDecimal> amounts, boolean limit, String resource, BigDecimal amount) {
        if (limit) {
            amounts.put("limits." + resource, amount);
            return;
        }
        amounts.put("requests." + resource, amount);
        if (SHORT.contains(resource) || resource.startsWith("hugepages-")) {
            amounts.put(resource, amount);
        }
    }
}
