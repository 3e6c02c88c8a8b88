package io.kumiki.kube.kinds.workloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.kinds.KindRules;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `policy`.
public final class PolicyGroup {
    private PolicyGroup() {}

    public static List<Kind> kinds() {
        return List.of(Kind.modelled(
                        ResourceType.DISRUPTION_BUDGETS, "PodDisruptionBudget", true, "policy.v1.PodDisruptionBudget")
                .shortNames("pdb")
                .columns(() -> WorkloadColumns.BUDGET)
                .withStatus()
                .withGeneration()
                .rules(RULES));
    }

    private static final KindRules RULES = new KindRules() {
        @Override
        public void validate(ObjectNode budget, @Nullable ObjectNode old, List<Violation> violations) {
            Checks checks = new Checks(budget, violations);
            if (checks.at("spec.minAvailable").isValueNode()
                    && checks.at("spec.maxUnavailable").isValueNode()) {
                checks.invalid("spec", budget.path("spec"), "minAvailable and maxUnavailable cannot be both set");
            }
            checks.amount("spec.minAvailable", true);
            checks.amount("spec.maxUnavailable", true);
            checks.wellFormed("spec.selector");
            if (checks.at("spec.unhealthyPodEvictionPolicy").isTextual()) {
                checks.oneOf("spec.unhealthyPodEvictionPolicy", "AlwaysAllow", "IfHealthyBudget");
            }
        }

        @Override
        public void initialStatus(ObjectNode budget) {
            budget.set(
                    "status",
                    Json.object()
                            .put("disruptionsAllowed", 0)
                            .put("currentHealthy", 0)
                            .put("desiredHealthy", 0)
                            .put("expectedPods", 0));
        }
    };
}
