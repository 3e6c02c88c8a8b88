package io.kumiki.planner.fact;

import io.kumiki.model.scheduling.Gang;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the pods that a ResourceQuota counts have in common, in Kubernetes' words.
///
/// @param name Terminating, NotTerminating, BestEffort, NotBestEffort, PriorityClass, CrossNamespacePodAffinity; any
///     other is of no pod
/// @param operator of PriorityClass: In, NotIn, Exists, DoesNotExist
public record QuotaScope(String name, String operator, List<String> values) {
    public QuotaScope {
        values = List.copyOf(values);
    }

    public boolean holds(Gang.Members pod) {
        Gang.Charged charged = pod.charged();
        return switch (name) {
            case "PriorityClass" -> named(charged == null ? null : charged.priorityClass());
            case "NotTerminating" -> !isIn(charged, "Terminating");
            case "NotBestEffort" -> !isIn(charged, "BestEffort");
            case "Terminating", "BestEffort", "CrossNamespacePodAffinity" -> isIn(charged, name);
            default -> false;
        };
    }

    private static boolean isIn(Gang.@Nullable Charged charged, String scope) {
        List<String> scopes = charged == null ? null : charged.scopes();
        return scopes != null && scopes.contains(scope);
    }

    private boolean named(@Nullable String given) {
        boolean has = given != null && !given.isEmpty();
        return switch (operator) {
            case "In" -> has && values.contains(given);
            case "NotIn" -> !(has && values.contains(given));
            case "DoesNotExist" -> !has;
            default -> has;
        };
    }
}
