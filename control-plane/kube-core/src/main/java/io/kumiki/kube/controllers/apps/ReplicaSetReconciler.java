package io.kumiki.kube.controllers.apps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Action;
import io.kumiki.kube.controllers.Claims;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.OwnPods;
import io.kumiki.kube.controllers.Plan;
import io.kumiki.kube.controllers.PodView;
import io.kumiki.kube.controllers.Reconciler;
import io.kumiki.kube.controllers.World;
import io.kumiki.kube.kinds.Conditions;
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// As many pods of the template as the spec says: for ReplicaSets, and for ReplicationControllers, which differ in
/// nothing that is looked at here.
final class ReplicaSetReconciler implements Reconciler {
    private final String component;

    /// @param component whom events name
    ReplicaSetReconciler(String component) {
        this.component = component;
    }

    @Override
    public Plan decide(ObjectNode set, World world, Instant now) {
        Claims<PodView> claims = Claims.pods(set, world);
        List<Action> actions = new ArrayList<>(claims.actions());
        List<PodView> active = claims.objects().stream().filter(PodView::active).toList();
        int wanted = set.path("spec").path("replicas").asInt(1);
        Instant next = null;
        if (!Meta.deleting(set)) {
            int missing = wanted - active.size();
            if (missing > 0) {
                Instant mayReplace = Replacement.of(claims.objects(), now);
                if (mayReplace == null) {
                    create(set, Math.min(missing, OwnPods.BURST), actions);
                } else {
                    next = mayReplace;
                }
            } else if (missing < 0) {
                delete(set, active, Math.min(-missing, OwnPods.BURST), world, now, actions);
            }
        }
        long minReady = set.path("spec").path("minReadySeconds").asLong();
        for (PodView pod : active) {
            next = Plan.earlier(next, pod.availableAt(minReady, now));
        }
        return new Plan(actions, status(set, active, minReady, wanted, world.failure(), now), next);
    }

    private void create(ObjectNode set, int count, List<Action> actions) {
        OwnPods pods = new OwnPods(set, component);
        Action one = pods.create(pods.like(set.path("spec").path("template")));
        actions.addAll(Collections.nCopies(count, one));
    }

    private void delete(
            ObjectNode set, List<PodView> active, int count, World world, Instant now, List<Action> actions) {
        Map<String, Integer> together = together(set, active, world);
        List<PodView> order = new ArrayList<>(active);
        order.sort(new DeletionOrder(together, now));
        OwnPods pods = new OwnPods(set, component);
        order.subList(0, count).forEach(pod -> actions.add(pods.delete(pod)));
    }

    /// Active pods on each node, of this set and of the sets with the same owner.
    private static Map<String, Integer> together(ObjectNode set, List<PodView> active, World world) {
        List<PodView> related = new ArrayList<>(active);
        JsonNode owner = Meta.controller(set);
        if (!owner.isMissingNode()) {
            for (ObjectNode other :
                    world.ownedBy(ResourceType.REPLICA_SETS, owner.path("uid").asText())) {
                if (!Meta.uid(other).equals(Meta.uid(set))) {
                    world.podsOwnedBy(Meta.uid(other)).stream()
                            .filter(PodView::active)
                            .forEach(related::add);
                }
            }
        }
        Map<String, Integer> count = new HashMap<>();
        related.stream().filter(pod -> !pod.node().isEmpty()).forEach(pod -> count.merge(pod.node(), 1, Integer::sum));
        return count;
    }

    private static ObjectNode status(
            ObjectNode set, List<PodView> active, long minReady, int wanted, String failure, Instant now) {
        JsonNode labels = set.path("spec").path("template").path("metadata").path("labels");
        int labelled = (int) active.stream().filter(pod -> carries(pod, labels)).count();
        OwnPods.Counts counts = OwnPods.Counts.of(active, minReady, now);
        ObjectNode status = Json.object().put("replicas", active.size());
        OwnPods.count(status, "fullyLabeledReplicas", labelled);
        OwnPods.count(status, "readyReplicas", counts.ready());
        OwnPods.count(status, "availableReplicas", counts.available());
        status.put("observedGeneration", set.path("metadata").path("generation").asLong());
        JsonNode known = set.path("status").path("conditions");
        if (!known.isEmpty()) {
            status.set("conditions", known.deepCopy());
        }
        failed(status, failure, active.size() < wanted, now);
        return status;
    }

    private static void failed(ObjectNode status, String failure, boolean tooFew, Instant now) {
        if (failure.isEmpty()) {
            Conditions.remove(status, "ReplicaFailure");
            if (status.path("conditions").isEmpty()) {
                status.remove("conditions");
            }
        } else if (!Conditions.holds(status, "ReplicaFailure")) {
            Conditions.set(
                    status,
                    Json.object()
                            .put("type", "ReplicaFailure")
                            .put("status", "True")
                            .put("lastTransitionTime", Meta.text(now))
                            .put("reason", tooFew ? "FailedCreate" : "FailedDelete")
                            .put("message", failure));
        }
    }

    private static boolean carries(PodView pod, JsonNode labels) {
        for (var label : labels.properties()) {
            @Nullable String value = pod.stored().label(label.getKey());
            if (!label.getValue().asText().equals(value)) {
                return false;
            }
        }
        return true;
    }
}
