package io.kumiki.kube.quota;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.scheduling.Quantity;
import io.kumiki.model.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// One ResourceQuota and what is used of it. Changed under the registry's lock only.
final class Quota {
    /// One thing that a quota's objects have in common.
    private record Scope(String name, String operator, Set<String> values) {
        boolean holds(Usage.PodFacts pod) {
            return pod.isPod()
                    && switch (name) {
                        case "Terminating" -> pod.terminating();
                        case "NotTerminating" -> !pod.terminating();
                        case "BestEffort" -> pod.bestEffort();
                        case "NotBestEffort" -> !pod.bestEffort();
                        case "PriorityClass" -> priority(pod.priorityClass());
                        default -> pod.crossing();
                    };
        }

        private boolean priority(String className) {
            return switch (operator) {
                case "In" -> values.contains(className);
                case "NotIn" -> !values.contains(className);
                case "DoesNotExist" -> className.isEmpty();
                default -> !className.isEmpty();
            };
        }
    }

    private final String name;
    private final List<Scope> scopes = new ArrayList<>();
    private final Map<String, BigDecimal> hard = new TreeMap<>();
    private final Map<String, String> hardText = new HashMap<>();
    private final Map<String, BigDecimal> used = new HashMap<>();

    Quota(String name, JsonNode spec) {
        this.name = name;
        for (var each : spec.path("hard").properties()) {
            hard.put(each.getKey(), Quantity.parse(each.getValue().asText()));
            hardText.put(each.getKey(), each.getValue().asText());
        }
        spec.path("scopes").forEach(scope -> scopes.add(new Scope(scope.asText(), "Exists", Set.of())));
        for (JsonNode each : spec.path("scopeSelector").path("matchExpressions")) {
            Set<String> values = new HashSet<>();
            each.path("values").forEach(value -> values.add(value.asText()));
            scopes.add(new Scope(
                    each.path("scopeName").asText(), each.path("operator").asText(), values));
        }
    }

    String name() {
        return name;
    }

    boolean counts(Usage usage) {
        return scopes.stream().allMatch(scope -> scope.holds(usage.pod()));
    }

    boolean limits(String resource) {
        return hard.containsKey(resource);
    }

    void add(Usage usage) {
        if (counts(usage)) {
            hard.keySet().forEach(resource -> used.merge(resource, amount(usage, resource), BigDecimal::add));
        }
    }

    void subtract(Usage usage) {
        if (counts(usage)) {
            hard.keySet()
                    .forEach(resource ->
                            used.merge(resource, amount(usage, resource).negate(), BigDecimal::add));
        }
    }

    private static BigDecimal amount(Usage usage, String resource) {
        return usage.amounts().getOrDefault(resource, BigDecimal.ZERO);
    }

    BigDecimal used(String resource) {
        return used.getOrDefault(resource, BigDecimal.ZERO);
    }

    /// Why a change does not fit, as Kubernetes says it; empty when it does. What does not grow always fits.
    String refusal(Usage before, Usage after) {
        boolean was = counts(before);
        List<String> requested = new ArrayList<>();
        List<String> now = new ArrayList<>();
        List<String> limited = new ArrayList<>();
        if (!counts(after)) {
            return "";
        }
        hard.forEach((resource, limit) -> {
            BigDecimal more = amount(after, resource);
            if (was) {
                more = more.subtract(amount(before, resource));
            }
            if (more.signum() > 0 && used(resource).add(more).compareTo(limit) > 0) {
                requested.add(resource + "=" + text(resource, more));
                now.add(resource + "=" + text(resource, used(resource)));
                limited.add(resource + "=" + hardText.get(resource));
            }
        });
        return requested.isEmpty()
                ? ""
                : "exceeded quota: " + name + ", requested: " + String.join(",", requested) + ", used: "
                        + String.join(",", now) + ", limited: " + String.join(",", limited);
    }

    private String text(String resource, BigDecimal amount) {
        return Quantity.text(amount, hardText.getOrDefault(resource, "").endsWith("i"));
    }

    ObjectNode status() {
        ObjectNode status = Json.object();
        ObjectNode limits = status.putObject("hard");
        ObjectNode amounts = status.putObject("used");
        hard.keySet().forEach(resource -> {
            limits.put(resource, hardText.get(resource));
            amounts.put(resource, text(resource, used(resource)));
        });
        return status;
    }

    /// Compute resources that a pod's containers must say something about, because this quota limits them.
    Set<String> wanted() {
        Set<String> wanted = new HashSet<>();
        for (String resource : hard.keySet()) {
            if (Set.of("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory")
                    .contains(resource)) {
                wanted.add(resource);
            }
        }
        return wanted;
    }
}
