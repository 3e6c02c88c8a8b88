package io.kumiki.kube.controllers.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Action;
import io.kumiki.kube.controllers.Action.Story;
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
import org.jspecify.annotations.Nullable;

/// A node that renews a lease must go on doing so: else it counts as lost, is tainted, and its pods are evicted. Nodes
/// without a lease (simulated ones, those of a test) are what their conditions say.
///
/// @param grace how late a lease may be
/// @param started no lease is late before that much after the start: it was us who were away
record NodeReconciler(Duration grace, Instant started) implements Reconciler {
    private static final String COMPONENT = "node-controller";
    private static final List<String> WATCHED = List.of("Ready", "MemoryPressure", "DiskPressure", "PIDPressure");

    @Override
    public Plan decide(ObjectNode node, World world, Instant now) {
        List<Action> actions = new ArrayList<>();
        Instant end = leaseEnd(node, world);
        boolean lost = end != null && !end.isAfter(now);
        ObjectNode status = node.path("status").deepCopy();
        boolean news = lost && giveUp(status, now);
        if (news) {
            actions.add(new Action.Tell(Story.normal(
                    node, COMPONENT, "NodeNotReady", "Node " + Meta.name(node) + " status is now: NodeNotReady")));
            unready(node, world, now, actions);
        }
        NodeTaints rule = new NodeTaints(node, status, now);
        ArrayNode taints = rule.wanted(rule.well() || othersWell(node, world, now));
        JsonNode found = node.path("spec").path("taints");
        if (!taints.equals(found.isMissingNode() ? Json.array() : found)) {
            ObjectNode merge = Json.object();
            merge.putObject("metadata")
                    .put(
                            "resourceVersion",
                            node.path("metadata").path("resourceVersion").asText());
            merge.putObject("spec").set("taints", taints);
            actions.add(new Action.Change(ResourceType.NODES, node, "", merge, null));
        }
        Instant next = lost ? null : end;
        next = Plan.earlier(next, TaintEviction.of(node, taints, world, now, actions));
        if (news) {
            actions.add(conditions(node, status));
        }
        return new Plan(actions, null, next);
    }

    private static Action conditions(ObjectNode node, ObjectNode status) {
        ObjectNode merge = Json.object();
        merge.putObject("status").set("conditions", status.path("conditions"));
        return new Action.Change(ResourceType.NODES, node, "status", merge, null);
    }

    private @Nullable Instant leaseEnd(ObjectNode node, World world) {
        ObjectNode lease = world.get(ResourceType.LEASES, NodeControllers.LEASES, Meta.name(node));
        Instant renewed = lease == null ? null : Meta.time(lease.path("spec").path("renewTime"));
        if (renewed == null) {
            return null;
        }
        return (renewed.isAfter(started) ? renewed : started).plus(grace);
    }

    private static boolean giveUp(ObjectNode status, Instant now) {
        boolean news = false;
        for (String type : WATCHED) {
            JsonNode known = Conditions.find(status, type);
            boolean told = known.path("status").asText().equals("Unknown");
            if (told || known.isMissingNode() && !type.equals("Ready")) {
                continue;
            }
            news = true;
            ObjectNode condition = Json.object().put("type", type).put("status", "Unknown");
            if (known.has("lastHeartbeatTime")) {
                condition.set("lastHeartbeatTime", known.get("lastHeartbeatTime"));
            }
            condition
                    .put("lastTransitionTime", Meta.text(now))
                    .put("reason", "NodeStatusUnknown")
                    .put("message", "Kubelet stopped posting node status.");
            Conditions.set(status, condition);
        }
        return news;
    }

    /// Its pods may still run, but nobody can say so.
    private static void unready(ObjectNode node, World world, Instant now, List<Action> actions) {
        for (PodView pod : world.podsOn(Meta.name(node))) {
            if (pod.ready() && !pod.over()) {
                ObjectNode tree = pod.tree();
                ObjectNode status = Json.object();
                status.set("conditions", tree.path("status").path("conditions").deepCopy());
                Conditions.set(
                        status,
                        Json.object()
                                .put("type", "Ready")
                                .put("status", "False")
                                .put("lastTransitionTime", Meta.text(now)));
                actions.add(GoneNodeReconciler.status(tree, status));
                actions.add(new Action.Tell(Story.warning(tree, COMPONENT, "NodeNotReady", "Node is not ready")));
            }
        }
    }

    /// When no node is well it is rather us who cannot see, or were asleep: then nobody is evicted.
    private boolean othersWell(ObjectNode node, World world, Instant now) {
        for (ObjectNode other : world.list(ResourceType.NODES, "")) {
            Instant end = leaseEnd(other, world);
            boolean late = end != null && !end.isAfter(now);
            if (!late && !Meta.name(other).equals(Meta.name(node)) && Conditions.holds(other.path("status"), "Ready")) {
                return true;
            }
        }
        return false;
    }
}
