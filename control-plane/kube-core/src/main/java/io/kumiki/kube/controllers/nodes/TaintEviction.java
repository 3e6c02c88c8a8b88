package io.kumiki.kube.controllers.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Action;
import io.kumiki.kube.controllers.Action.Story;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.Plan;
import io.kumiki.kube.controllers.PodView;
import io.kumiki.kube.controllers.World;
import io.kumiki.kube.kinds.Conditions;
import io.kumiki.kube.scheduling.Selectors;
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Pods leave a node with a NoExecute taint: at once when they do not tolerate it, else when their tolerance ends.
final class TaintEviction {
    private static final String COMPONENT = "taint-eviction-controller";

    private TaintEviction() {}

    /// Adds what has to happen now; says when the next tolerance ends, `null` for never.
    static @Nullable Instant of(ObjectNode node, ArrayNode taints, World world, Instant now, List<Action> actions) {
        ArrayNode executing = Json.array();
        for (JsonNode taint : taints) {
            if (taint.path("effect").asText().equals("NoExecute")) {
                executing.add(taint);
            }
        }
        Instant next = null;
        if (executing.isEmpty()) {
            return null;
        }
        for (PodView pod : world.podsOn(Meta.name(node))) {
            if (!pod.active()) {
                continue;
            }
            ObjectNode tree = pod.tree();
            Instant end = end(executing, tree.path("spec").path("tolerations"));
            if (end != null && !end.isAfter(now)) {
                evict(tree, now, actions);
            } else {
                next = Plan.earlier(next, end);
            }
        }
        return next;
    }

    /// `null`: it may stay.
    private static @Nullable Instant end(ArrayNode taints, JsonNode tolerations) {
        Instant earliest = null;
        for (JsonNode taint : taints) {
            Instant since = Meta.time(taint.path("timeAdded"));
            Instant from = since == null ? Instant.MIN : since;
            if (!Selectors.tolerated(taint, tolerations)) {
                return Instant.MIN;
            }
            for (JsonNode toleration : tolerations) {
                JsonNode seconds = toleration.path("tolerationSeconds");
                ArrayNode one = Json.array().add(toleration);
                if (seconds.isNumber() && Selectors.tolerated(taint, one)) {
                    earliest = Plan.earlier(earliest, from.plusSeconds(Math.max(0, seconds.asLong())));
                }
            }
        }
        return earliest;
    }

    private static void evict(ObjectNode pod, Instant now, List<Action> actions) {
        ObjectNode status = Json.object();
        status.set(
                "conditions",
                pod.path("status").path("conditions").isArray()
                        ? pod.path("status").path("conditions").deepCopy()
                        : Json.array());
        Conditions.set(
                status,
                GoneNodeReconciler.disrupted(
                        "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint", now));
        actions.add(GoneNodeReconciler.status(pod, status));
        Story story = Story.normal(
                pod,
                COMPONENT,
                "TaintManagerEviction",
                "Marking for deletion Pod " + Meta.namespace(pod) + "/" + Meta.name(pod));
        actions.add(Meta.delete(ResourceType.PODS, pod, Deletion.DEFAULT, story));
    }
}
