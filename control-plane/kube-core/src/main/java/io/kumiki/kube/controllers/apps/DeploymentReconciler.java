package io.kumiki.kube.controllers.apps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Action;
import io.kumiki.kube.controllers.Action.Story;
import io.kumiki.kube.controllers.Claims;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.Plan;
import io.kumiki.kube.controllers.Reconciler;
import io.kumiki.kube.controllers.World;
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One ReplicaSet for each template a Deployment ever had; the newest gets the replicas, as fast as the strategy lets
/// it. One step a decision: each change of a ReplicaSet brings the next.
final class DeploymentReconciler implements Reconciler {
    static final String COMPONENT = "deployment-controller";

    @Override
    public Plan decide(ObjectNode deployment, World world, Instant now) {
        Claims<ObjectNode> claims = Claims.of(ResourceType.REPLICA_SETS, deployment, world);
        Rollout rollout = Rollout.of(deployment, claims.objects());
        List<Action> actions = new ArrayList<>(claims.actions());
        DeploymentStatus status = new DeploymentStatus(deployment, rollout, now);
        if (Meta.deleting(deployment)) {
            return new Plan(actions, status.plain(), null);
        }
        boolean paused = deployment.path("spec").path("paused").asBoolean();
        status.paused(paused);
        if (paused || resized(rollout)) {
            actions.addAll(rollout.latest() == null ? List.of() : annotate(rollout, rollout.latest()));
            actions.addAll(new Scaling(rollout).actions());
            if (paused) {
                actions.addAll(cleanUp(rollout));
            }
            return new Plan(actions, status.plain(), null);
        }
        boolean recreate =
                deployment.path("spec").path("strategy").path("type").asText().equals("Recreate");
        List<Action> steps = recreate ? recreate(rollout, world, status) : rolling(rollout, world, status);
        actions.addAll(steps);
        ObjectNode told = status.progress(world.failure());
        if (steps.isEmpty() && status.complete()) {
            actions.addAll(cleanUp(rollout));
        }
        return new Plan(actions, told, status.deadline());
    }

    /// Whether the Deployment was scaled since its ReplicaSets were last told.
    private static boolean resized(Rollout rollout) {
        for (ObjectNode set : rollout.all()) {
            String told = Meta.annotation(set, Rollout.DESIRED);
            if (Rollout.wanted(set) > 0 && !told.isEmpty() && !told.equals(Integer.toString(rollout.desired()))) {
                return true;
            }
        }
        return false;
    }

    private static List<Action> rolling(Rollout rollout, World world, DeploymentStatus status) {
        ObjectNode latest = rollout.latest();
        if (latest == null) {
            return create(rollout, world, status);
        }
        List<Action> noted = annotate(rollout, latest);
        if (!noted.isEmpty()) {
            return noted;
        }
        int size = rollout.latestSize();
        if (size != Rollout.wanted(latest)) {
            return List.of(rollout.scale(latest, size));
        }
        return new ScaleDown(rollout).actions();
    }

    private static List<Action> recreate(Rollout rollout, World world, DeploymentStatus status) {
        List<Action> down = new ArrayList<>();
        for (ObjectNode old : rollout.old()) {
            if (Rollout.wanted(old) > 0) {
                down.add(rollout.scale(old, 0));
            }
        }
        if (!down.isEmpty()) {
            return down;
        }
        for (ObjectNode old : rollout.old()) {
            if (world.podsOwnedBy(Meta.uid(old)).stream().anyMatch(pod -> !pod.over())) {
                return List.of();
            }
        }
        ObjectNode latest = rollout.latest();
        if (latest == null) {
            return create(rollout, world, status);
        }
        List<Action> noted = annotate(rollout, latest);
        if (!noted.isEmpty()) {
            return noted;
        }
        return Rollout.wanted(latest) == rollout.desired()
                ? List.of()
                : List.of(rollout.scale(latest, rollout.desired()));
    }

    private static List<Action> create(Rollout rollout, World world, DeploymentStatus status) {
        ObjectNode made = rollout.fresh();
        String name = Meta.name(made);
        // The name is the template's hash: somebody else's set of that name needs another one.
        if (world.get(ResourceType.REPLICA_SETS, Meta.namespace(made), name) != null) {
            status.collided();
            return List.of();
        }
        ObjectNode deployment = rollout.deployment();
        Story story = Story.normal(
                        deployment,
                        COMPONENT,
                        Rollout.wanted(made) > 0 ? "ScalingReplicaSet" : "",
                        "Scaled up replica set %s from 0 to " + Rollout.wanted(made))
                .orWarn("ReplicaSetCreateError", "Failed to create new replica set \"" + name + "\": %s");
        status.created(name);
        return List.of(
                new Action.Create(ResourceType.REPLICA_SETS, Meta.namespace(made), made, story),
                revision(deployment, Meta.annotation(made, Rollout.REVISION)));
    }

    private static List<Action> annotate(Rollout rollout, ObjectNode latest) {
        List<Action> actions = new ArrayList<>();
        ObjectNode merge = rollout.annotations(latest);
        JsonNode minReady = rollout.deployment().path("spec").path("minReadySeconds");
        if (minReady.asInt() != latest.path("spec").path("minReadySeconds").asInt()) {
            merge.putObject("spec").put("minReadySeconds", minReady.asInt());
        }
        if (!merge.isEmpty()) {
            actions.add(new Action.Change(ResourceType.REPLICA_SETS, latest, "", merge, null));
        }
        String revision = rollout.revision(latest);
        if (!Meta.annotation(rollout.deployment(), Rollout.REVISION).equals(revision)) {
            actions.add(revision(rollout.deployment(), revision));
        }
        return actions;
    }

    private static Action revision(ObjectNode deployment, String revision) {
        ObjectNode merge = Json.object();
        merge.putObject("metadata").putObject("annotations").put(Rollout.REVISION, revision);
        return new Action.Change(ResourceType.DEPLOYMENTS, deployment, "", merge, null);
    }

    /// Old sets beyond the history's limit go, oldest revision first; what still has pods stays.
    private static List<Action> cleanUp(Rollout rollout) {
        List<ObjectNode> old = rollout.old().stream()
                .filter(set -> !Meta.deleting(set))
                .sorted(Comparator.comparingLong(Rollout::revisionNumber))
                .toList();
        int surplus = old.size()
                - rollout.deployment().path("spec").path("revisionHistoryLimit").asInt(10);
        List<Action> actions = new ArrayList<>();
        for (int i = 0; i < surplus; i++) {
            ObjectNode set = old.get(i);
            boolean idle = Rollout.wanted(set) == 0
                    && set.path("status").path("replicas").asInt() == 0
                    && set.path("status").path("observedGeneration").asLong()
                            >= set.path("metadata").path("generation").asLong();
            if (idle) {
                Action.@Nullable Story untold = null;
                actions.add(Meta.delete(ResourceType.REPLICA_SETS, set, Deletion.DEFAULT, untold));
            }
        }
        return actions;
    }
}
