package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.List;

/// What makes tolerations and node selectors good ones, wherever they stand.
public final class PlacementRules {
    private static final List<String> EFFECTS = List.of("NoExecute", "NoSchedule", "PreferNoSchedule");
    private static final List<String> OPERATORS = List.of("Equal", "Exists");

    private PlacementRules() {}

    /// @param spec a pod's
    /// @param at where it is in its document
    static void check(JsonNode spec, String at, List<Violation> violations) {
        Names.labels(spec.path("nodeSelector"), at + ".nodeSelector", violations);
        tolerations(spec.path("tolerations"), at + ".tolerations", violations);
    }

    /// @param at where the list is in its document
    public static void tolerations(JsonNode list, String at, List<Violation> violations) {
        int index = 0;
        for (JsonNode each : list) {
            toleration(each, at + "[" + index++ + "]", violations);
        }
    }

    private static void toleration(JsonNode each, String at, List<Violation> violations) {
        String key = each.path("key").asText("");
        String operator = each.path("operator").asText("");
        String effect = each.path("effect").asText("");
        if (!key.isEmpty()) {
            Names.key(key, at + ".key", violations);
        } else if (!operator.equals("Exists")) {
            violations.add(Names.invalid(
                    at + ".operator",
                    operator,
                    "operator must be Exists when `key` is empty, which means \"match all values and all keys\""));
        }
        if (each.path("tolerationSeconds").isNumber() && !effect.equals("NoExecute")) {
            violations.add(Names.invalid(
                    at + ".effect", effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
        }
        switch (operator) {
            case "", "Equal" -> Names.value(each.path("value"), at + ".operator", violations);
            case "Exists" -> {
                if (!each.path("value").asText("").isEmpty()) {
                    violations.add(Names.invalid(
                            at + ".operator", Json.write(each), "value must be empty when `operator` is 'Exists'"));
                }
            }
            default -> violations.add(Names.unsupported(at + ".operator", operator, OPERATORS));
        }
        if (!effect.isEmpty() && !EFFECTS.contains(effect)) {
            violations.add(Names.unsupported(at + ".effect", effect, EFFECTS));
        }
    }
}
