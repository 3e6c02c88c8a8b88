package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.select.LabelSelector;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// PodDisruptionBudgets: which victims would go beyond what their owners allow.
final class Budgets {
    /// @param disrupted pods whose end is counted already
    private record Budget(String namespace, LabelSelector selector, int allowed, Set<String> disrupted) {
        boolean covers(PodEntry pod) {
            // A budget with an empty selector protects nothing, as in kube-scheduler.
            return namespace.equals(pod.namespace())
                    && !selector.isAll()
                    && !pod.labels().isEmpty()
                    && selector.matches(pod.labels()::get)
                    && !disrupted.contains(pod.name());
        }
    }

    private final SortedMap<String, Budget> budgets = new TreeMap<>();

    void put(JsonNode object) {
        JsonNode status = object.path("status");
        Set<String> disrupted = new HashSet<>();
        status.path("disruptedPods").fieldNames().forEachRemaining(disrupted::add);
        budgets.put(
                key(object),
                new Budget(
                        object.path("metadata").path("namespace").asText(),
                        LabelSelector.of(object.path("spec").path("selector")),
                        status.path("disruptionsAllowed").asInt(0),
                        disrupted));
    }

    void remove(JsonNode object) {
        budgets.remove(key(object));
    }

    private static String key(JsonNode object) {
        return object.path("metadata").path("namespace").asText() + "/"
                + object.path("metadata").path("name").asText();
    }

    /// Those of the pods, taken in this order, whose end a budget does not allow any more.
    List<PodEntry> violating(List<PodEntry> pods) {
        if (budgets.isEmpty()) {
            return List.of();
        }
        List<Budget> all = List.copyOf(budgets.values());
        int[] left = all.stream().mapToInt(Budget::allowed).toArray();
        List<PodEntry> violating = new ArrayList<>();
        for (PodEntry pod : pods) {
            boolean beyond = false;
            for (int i = 0; i < left.length; i++) {
                if (all.get(i).covers(pod)) {
                    beyond |= --left[i] < 0;
                }
            }
            if (beyond) {
                violating.add(pod);
            }
        }
        return violating;
    }
}
