package io.kumiki.kube.quota;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.scheduling.Quantity;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;

/// What a whole pod asks for: its containers and the init containers that stay, or the largest moment before they
/// run, and what the pod costs beside them.
public final class PodAmounts {
    private PodAmounts() {}

    static void add(JsonNode spec, Map<String, BigDecimal> amounts) {
        of(spec, "requests").forEach((resource, amount) -> Usage.put(amounts, false, resource, amount));
        of(spec, "limits").forEach((resource, amount) -> Usage.put(amounts, true, resource, amount));
    }

    /// @param what `requests` or `limits`
    public static Map<String, BigDecimal> of(JsonNode spec, String what) {
        Map<String, BigDecimal> total = new HashMap<>();
        for (JsonNode container : spec.path("containers")) {
            plus(total, amounts(container, what));
        }
        Map<String, BigDecimal> staying = new HashMap<>();
        Map<String, BigDecimal> starting = new HashMap<>();
        for (JsonNode container : spec.path("initContainers")) {
            Map<String, BigDecimal> own = amounts(container, what);
            if (container.path("restartPolicy").asText("").equals("Always")) {
                plus(total, own);
                plus(staying, own);
                most(starting, staying);
            } else {
                Map<String, BigDecimal> moment = new HashMap<>(staying);
                plus(moment, own);
                most(starting, moment);
            }
        }
        most(total, starting);
        Map<String, BigDecimal> whole = amounts(spec, what);
        total.putAll(whole);
        for (var overhead : spec.path("overhead").properties()) {
            BigDecimal cost = Quantity.parse(overhead.getValue().asText());
            if (what.equals("requests")) {
                total.merge(overhead.getKey(), cost, BigDecimal::add);
            } else {
                total.computeIfPresent(overhead.getKey(), (resource, amount) -> amount.add(cost));
            }
        }
        return total;
    }

    public static Map<String, BigDecimal> amounts(JsonNode container, String what) {
        Map<String, BigDecimal> amounts = new HashMap<>();
        for (var each : container.path("resources").path(what).properties()) {
            amounts.put(each.getKey(), Quantity.parse(each.getValue().asText()));
        }
        return amounts;
    }

    private static void plus(Map<String, BigDecimal> total, Map<String, BigDecimal> more) {
        more.forEach((resource, amount) -> total.merge(resource, amount, BigDecimal::add));
    }

    private static void most(Map<String, BigDecimal> total, Map<String, BigDecimal> other) {
        other.forEach((resource, amount) -> total.merge(resource, amount, BigDecimal::max));
    }
}
