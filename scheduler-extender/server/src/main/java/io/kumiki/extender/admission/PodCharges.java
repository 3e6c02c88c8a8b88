package io.kumiki.extender.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.quota.PodAmounts;
import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What ResourceQuotas look at of a pod beside its requests.
final class PodCharges {
    private PodCharges() {}

    /// Null where its limits are its requests and nothing else is to be said.
    static Gang.@Nullable Charged of(JsonNode pod) {
        JsonNode spec = pod.path("spec");
        Map<String, String> limits = new TreeMap<>();
        PodAmounts.of(spec, "limits").forEach((resource, amount) -> limits.put(resource, amount.toPlainString()));
        boolean same = isSame(limits, PodShape.requests(pod));
        List<String> scopes = new ArrayList<>();
        if (spec.hasNonNull("activeDeadlineSeconds")) {
            scopes.add("Terminating");
        }
        if (isBestEffort(spec)) {
            scopes.add("BestEffort");
        }
        if (crosses(spec)) {
            scopes.add("CrossNamespacePodAffinity");
        }
        String priority = spec.path("priorityClassName").asText("");
        return same && scopes.isEmpty() && priority.isEmpty()
                ? null
                : new Gang.Charged(
                        same ? null : limits, priority.isEmpty() ? null : priority, scopes.isEmpty() ? null : scopes);
    }

    private static boolean isSame(Map<String, String> limits, Map<String, Long> requests) {
        return limits.keySet().equals(requests.keySet())
                && limits.entrySet().stream()
                        .allMatch(each -> Objects.equals(
                                requests.get(each.getKey()), Shape.amount(each.getKey(), each.getValue())));
    }

    /// Neither CPU nor memory anywhere.
    private static boolean isBestEffort(JsonNode spec) {
        List<JsonNode> all = new ArrayList<>(List.of(spec));
        spec.path("containers").forEach(all::add);
        spec.path("initContainers").forEach(all::add);
        return all.stream()
                .flatMap(each -> List.of("requests", "limits").stream().map(each.path("resources")::path))
                .noneMatch(amounts -> Set.of("cpu", "memory").stream()
                        .anyMatch(name -> Shape.amount(name, amounts.path(name).asText("0")) > 0));
    }

    private static boolean crosses(JsonNode spec) {
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            JsonNode rules = spec.path("affinity").path(kind);
            for (JsonNode term : rules.path("requiredDuringSchedulingIgnoredDuringExecution")) {
                if (crossing(term)) {
                    return true;
                }
            }
            for (JsonNode term : rules.path("preferredDuringSchedulingIgnoredDuringExecution")) {
                if (crossing(term.path("podAffinityTerm"))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean crossing(JsonNode term) {
        return !term.path("namespaces").isEmpty() || term.hasNonNull("namespaceSelector");
    }
}
