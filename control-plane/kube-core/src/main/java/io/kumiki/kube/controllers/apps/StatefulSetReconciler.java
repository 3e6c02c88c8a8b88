package io.kumiki.kube.controllers.apps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.controllers.Action;
import io.kumiki.kube.controllers.Claims;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.OwnPods;
import io.kumiki.kube.controllers.Plan;
import io.kumiki.kube.controllers.PodView;
import io.kumiki.kube.controllers.Reconciler;
import io.kumiki.kube.controllers.World;
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Pods with names that last. In order: each waits for its predecessors, and the last goes first; parallel: all at
/// once.
final class StatefulSetReconciler implements Reconciler {
    static final String COMPONENT = "statefulset-controller";

    @Override
    public Plan decide(ObjectNode set, World world, Instant now) {
        Claims<PodView> claims = Claims.pods(set, world);
        List<Action> actions = new ArrayList<>(claims.actions());
        History history = History.of(set, world);
        if (Meta.deleting(set)) {
            return Plan.of(actions);
        }
        ObjectNode update = history.update();
        if (update == null || !history.steps().isEmpty()) {
            return history.keep(set, actions);
        }
        ObjectNode known =
                history.named(set.path("status").path("currentRevision").asText(""));
        Ordinals ordinals = Ordinals.of(set, claims.objects());
        SetPods pods = new SetPods(set, known == null ? update : known, update);
        Step step = new Step(set, ordinals, pods, world, now);
        step.run();
        actions.addAll(step.actions);
        actions.addAll(history.truncate(
                used(claims.objects(), pods),
                set.path("spec").path("revisionHistoryLimit").asInt(10)));
        return new Plan(actions, status(set, ordinals, pods, now), step.next);
    }

    private static Set<String> used(List<PodView> all, SetPods pods) {
        Set<String> used = new HashSet<>();
        used.add(Meta.name(pods.current()));
        used.add(Meta.name(pods.update()));
        all.forEach(pod -> used.add(String.valueOf(pod.stored().label(History.HASH))));
        return used;
    }

    /// One walk over the ordinals: repairs, creates, then removes what is too many, then updates.
    private static final class Step {
        private final ObjectNode set;
        private final Ordinals ordinals;
        private final SetPods pods;
        private final World world;
        private final Instant now;
        private final boolean ordered;
        private final long minReady;
        private final List<Action> actions = new ArrayList<>();
        private @Nullable Instant next;

        Step(ObjectNode set, Ordinals ordinals, SetPods pods, World world, Instant now) {
            this.set = set;
            this.ordinals = ordinals;
            this.pods = pods;
            this.world = world;
            this.now = now;
            this.ordered =
                    !set.path("spec").path("podManagementPolicy").asText().equals("Parallel");
            this.minReady = set.path("spec").path("minReadySeconds").asLong();
        }

        void run() {
            actions.addAll(new SetClaims(set).retention(ordinals, world));
            for (int ordinal = ordinals.start(); ordinal < ordinals.end(); ordinal++) {
                if (stopsAt(ordinal)) {
                    return;
                }
            }
            if (shrink()) {
                return;
            }
            update();
        }

        /// Whether the walk ends here until something changes.
        private boolean stopsAt(int ordinal) {
            PodView pod = ordinals.at(ordinal);
            if (pod == null) {
                return create(ordinal) || ordered;
            }
            if (pod.over()) {
                replace(pod);
                return true;
            }
            if (pod.phase() == PodView.Phase.Pending) {
                actions.addAll(new SetClaims(set).missing(ordinal, world));
            }
            if (!ordered) {
                return false;
            }
            next = Plan.earlier(next, pod.availableAt(minReady, now));
            return pod.deleting() || !serving(pod);
        }

        private boolean serving(PodView pod) {
            return pod.phase() == PodView.Phase.Running && pod.available(minReady, now);
        }

        private boolean create(int ordinal) {
            SetClaims claims = new SetClaims(set);
            if (claims.ending(ordinal, world)) {
                // A claim of the same name is on its way out; its pod must not hold on to it.
                next = Plan.earlier(next, now.plusSeconds(1));
                return true;
            }
            actions.addAll(claims.missing(ordinal, world));
            actions.add(pods.create(ordinal));
            return false;
        }

        private void replace(PodView pod) {
            if (pod.deleting()) {
                return;
            }
            Instant when = pod.created().plus(Replacement.IN_PLACE);
            if (when.isAfter(now)) {
                next = Plan.earlier(next, when);
            } else {
                delete(pod);
            }
        }

        private void delete(PodView pod) {
            actions.add(pods.delete(pod));
        }

        private boolean shrink() {
            PodView unhealthy = ordinals.firstUnhealthy(minReady, now);
            for (PodView pod : ordinals.condemned()) {
                if (pod.deleting()) {
                    if (ordered) {
                        return true;
                    }
                    continue;
                }
                boolean blocked = ordered && !serving(pod) && pod != unhealthy && unhealthy != null;
                if (blocked) {
                    next = Plan.earlier(next, pod.availableAt(minReady, now));
                    return true;
                }
                delete(pod);
                if (ordered) {
                    return true;
                }
            }
            return false;
        }

        private void update() {
            JsonNode strategy = set.path("spec").path("updateStrategy");
            if (!strategy.path("type").asText().equals("RollingUpdate")) {
                return;
            }
            int least = ordinals.start()
                    + strategy.path("rollingUpdate").path("partition").asInt();
            for (int ordinal = ordinals.end() - 1; ordinal >= Math.max(least, ordinals.start()); ordinal--) {
                PodView pod = ordinals.at(ordinal);
                if (pod == null) {
                    return;
                }
                if (!pods.updated(pod) && !pod.deleting()) {
                    delete(pod);
                    return;
                }
                if (pod.deleting() || !serving(pod)) {
                    next = Plan.earlier(next, pod.availableAt(minReady, now));
                    return;
                }
            }
        }
    }

    private static ObjectNode status(ObjectNode set, Ordinals ordinals, SetPods pods, Instant now) {
        long minReady = set.path("spec").path("minReadySeconds").asLong();
        List<PodView> running = ordinals.all().stream()
                .filter(pod -> pod.phase() == PodView.Phase.Running)
                .toList();
        OwnPods.Counts counts = OwnPods.Counts.of(running, minReady, now);
        int current = 0;
        int updated = 0;
        for (PodView pod : ordinals.all()) {
            if (!pod.deleting()) {
                current += pods.isCurrent(pod) ? 1 : 0;
                updated += pods.updated(pod) ? 1 : 0;
            }
        }
        int wanted = set.path("spec").path("replicas").asInt();
        boolean rolling =
                set.path("spec").path("updateStrategy").path("type").asText().equals("RollingUpdate");
        int there = ordinals.all().size();
        boolean done = rolling && updated == wanted && counts.ready() == wanted && there == wanted;
        ObjectNode status = Json.object();
        status.put("observedGeneration", set.path("metadata").path("generation").asLong());
        status.put("replicas", there);
        OwnPods.count(status, "readyReplicas", counts.ready());
        OwnPods.count(status, "currentReplicas", done ? updated : current);
        OwnPods.count(status, "updatedReplicas", updated);
        status.put("currentRevision", Meta.name(done ? pods.update() : pods.current()));
        status.put("updateRevision", Meta.name(pods.update()));
        status.put("collisionCount", set.path("status").path("collisionCount").asInt());
        status.put("availableReplicas", counts.available());
        return status;
    }
}
