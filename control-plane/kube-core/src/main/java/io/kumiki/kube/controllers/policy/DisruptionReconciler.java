package io.kumiki.kube.controllers.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Action;
import io.kumiki.kube.controllers.Action.Story;
import io.kumiki.kube.controllers.Controller;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.Plan;
import io.kumiki.kube.controllers.PodView;
import io.kumiki.kube.controllers.Reconciler;
import io.kumiki.kube.controllers.Share;
import io.kumiki.kube.controllers.World;
import io.kumiki.kube.kinds.Conditions;
import io.kumiki.kube.select.LabelSelector;
import io.kumiki.model.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a budget allows now. Evictions charge it at once; what they promised is remembered until the pod is gone or two
/// minutes have passed.
public final class DisruptionReconciler implements Reconciler {
    private static final String COMPONENT = "controllermanager";
    private static final Duration PROMISED = Duration.ofMinutes(2);

    public static Controller controller() {
        return Controller.of("disruption-controller", ResourceType.DISRUPTION_BUDGETS, new DisruptionReconciler())
                .selecting(ResourceType.PODS, false);
    }

    /// @param expected how many pods there should be
    /// @param problem why that cannot be said; empty when it can
    private record Wanted(int expected, int healthy, String problem) {}

    @Override
    public Plan decide(ObjectNode budget, World world, Instant now) {
        JsonNode selector = budget.path("spec").path("selector");
        List<PodView> pods = world.pods(Meta.namespace(budget), LabelSelector.of(selector));
        List<Action> actions = new ArrayList<>();
        if (pods.isEmpty() && budget.path("status").path("observedGeneration").isMissingNode()) {
            actions.add(new Action.Tell(Story.normal(budget, COMPONENT, "NoPods", "No matching pods found")));
        }
        Wanted wanted = wanted(budget, pods, world);
        ObjectNode promised = Json.object();
        Instant next = null;
        int healthy = 0;
        for (PodView pod : pods) {
            Instant since =
                    Meta.time(budget.path("status").path("disruptedPods").path(pod.name()));
            boolean going =
                    since != null && !pod.deleting() && since.plus(PROMISED).isAfter(now);
            if (going && since != null) {
                promised.put(pod.name(), Meta.text(since));
                next = Plan.earlier(next, since.plus(PROMISED));
            } else if (pod.active() && pod.ready()) {
                healthy++;
            }
        }
        return new Plan(actions, status(budget, wanted, healthy, promised, now), next);
    }

    private static Wanted wanted(ObjectNode budget, List<PodView> pods, World world) {
        JsonNode most = budget.path("spec").path("maxUnavailable");
        JsonNode least = budget.path("spec").path("minAvailable");
        if (most.isMissingNode() && !least.isTextual()) {
            return new Wanted(pods.size(), least.asInt(), "");
        }
        Set<String> owners = new HashSet<>();
        int expected = 0;
        for (PodView pod : pods) {
            if (pod.controller().isEmpty() || !owners.add(pod.controller())) {
                continue;
            }
            ObjectNode tree = pod.tree();
            JsonNode owner = Meta.controller(tree);
            Integer scale = scale(owner, Meta.namespace(tree), owners, world);
            if (scale == null) {
                return new Wanted(
                        0,
                        0,
                        "found no controllers for pod \"" + pod.name() + "\" that can be scaled: "
                                + owner.path("kind").asText() + " "
                                + owner.path("name").asText());
            }
            expected += scale;
        }
        int healthy = most.isMissingNode()
                ? Share.of(least, expected, true)
                : Math.max(0, expected - Share.of(most, expected, true));
        return new Wanted(expected, healthy, "");
    }

    /// Of a ReplicaSet its Deployment counts, once; 0 for one that was counted already.
    private static @Nullable Integer scale(JsonNode owner, String namespace, Set<String> counted, World world) {
        ObjectNode found = world.find(owner, namespace);
        if (found == null) {
            return null;
        }
        JsonNode above = Meta.controller(found);
        if (found.path("kind").asText().equals("ReplicaSet") && above.isObject()) {
            return counted.add(above.path("uid").asText())
                    ? scale(above, namespace, counted, world)
                    : Integer.valueOf(0);
        }
        return world.replicas(found);
    }

    private static ObjectNode status(ObjectNode budget, Wanted wanted, int healthy, ObjectNode promised, Instant now) {
        boolean failed = !wanted.problem().isEmpty();
        int allowed = failed || wanted.expected() <= 0 ? 0 : Math.max(0, healthy - wanted.healthy());
        ObjectNode status = Json.object();
        status.put(
                "observedGeneration", budget.path("metadata").path("generation").asLong());
        if (!promised.isEmpty()) {
            status.set("disruptedPods", promised);
        }
        status.put("disruptionsAllowed", allowed)
                .put("currentHealthy", healthy)
                .put("desiredHealthy", wanted.healthy())
                .put("expectedPods", wanted.expected());
        String reason = failed ? "SyncFailed" : allowed > 0 ? "SufficientPods" : "InsufficientPods";
        JsonNode before = Conditions.find(budget.path("status"), "DisruptionAllowed");
        String value = allowed > 0 ? "True" : "False";
        boolean same = before.path("status").asText().equals(value);
        ObjectNode condition = Json.object()
                .put("type", "DisruptionAllowed")
                .put("status", value)
                .put(
                        "observedGeneration",
                        budget.path("metadata").path("generation").asLong())
                .put(
                        "lastTransitionTime",
                        same ? before.path("lastTransitionTime").asText() : Meta.text(now))
                .put("reason", reason)
                .put("message", wanted.problem());
        status.putArray("conditions").add(condition);
        return status;
    }
}
