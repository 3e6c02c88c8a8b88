package io.kumiki.kube.controllers.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Action;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.Plan;
import io.kumiki.kube.controllers.PodView;
import io.kumiki.kube.controllers.Reconciler;
import io.kumiki.kube.controllers.World;
import io.kumiki.kube.kinds.Conditions;
import io.kumiki.model.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Pods of a node that does not exist: nobody will ever end them. A node that is just being registered gets a moment.
record GoneNodeReconciler(Duration grace) implements Reconciler {
    @Override
    public Plan decide(ObjectNode pod, World world, Instant now) {
        String node = pod.path("spec").path("nodeName").asText("");
        if (node.isEmpty() || world.get(ResourceType.NODES, "", node) != null) {
            return Plan.NOTHING;
        }
        Instant bound =
                Meta.time(Conditions.find(pod.path("status"), "PodScheduled").path("lastTransitionTime"));
        Instant since = bound == null ? Meta.created(pod) : bound;
        if (since.plus(grace).isAfter(now)) {
            return new Plan(List.of(), null, since.plus(grace));
        }
        List<Action> actions = new ArrayList<>();
        PodView view = world.pod(Meta.namespace(pod), Meta.name(pod));
        if (view != null && !view.over()) {
            ObjectNode status = pod.path("status").deepCopy();
            status.put("phase", "Failed");
            Conditions.set(status, disrupted("DeletionByPodGC", "PodGC: node no longer exists", now));
            actions.add(status(pod, status));
        }
        actions.add(Meta.delete(ResourceType.PODS, pod, Deletion.NOW, null));
        return Plan.of(actions);
    }

    static ObjectNode disrupted(String reason, String message, Instant now) {
        return Json.object()
                .put("type", "DisruptionTarget")
                .put("status", "True")
                .put("reason", reason)
                .put("message", message)
                .put("lastTransitionTime", Meta.text(now));
    }

    static Action status(ObjectNode pod, JsonNode status) {
        ObjectNode merge = Json.object();
        merge.set("status", status);
        return new Action.Change(ResourceType.PODS, pod, "status", merge, null);
    }
}
