package io.kumiki.kube.controllers.apps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Action;
import io.kumiki.kube.controllers.Action.Story;
import io.kumiki.kube.controllers.Claims;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.OwnPods;
import io.kumiki.kube.controllers.Plan;
import io.kumiki.kube.controllers.PodView;
import io.kumiki.kube.controllers.Reconciler;
import io.kumiki.kube.controllers.Share;
import io.kumiki.kube.controllers.World;
import io.kumiki.kube.kinds.workloads.AppsRules;
import io.kumiki.kube.scheduling.Selectors;
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One pod on every node that suits. Updated in place: an old pod goes before its node gets the new one.
final class DaemonSetReconciler implements Reconciler {
    private static final String COMPONENT = "daemonset-controller";
    private static final List<String> EXECUTE =
            List.of("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable");
    private static final List<String> SCHEDULE = List.of(
            "node.kubernetes.io/disk-pressure",
            "node.kubernetes.io/memory-pressure",
            "node.kubernetes.io/pid-pressure",
            "node.kubernetes.io/unschedulable");

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
        Cover cover = new Cover(set, update, claims.objects(), now);
        for (ObjectNode node : world.list(ResourceType.NODES, "")) {
            cover.node(node);
        }
        cover.update();
        actions.addAll(cover.actions);
        Set<String> used = new HashSet<>(Set.of(Meta.name(update)));
        claims.objects().forEach(pod -> used.add(String.valueOf(pod.stored().label(History.HASH))));
        actions.addAll(history.truncate(
                used, set.path("spec").path("revisionHistoryLimit").asInt(10)));
        return new Plan(actions, cover.status(), cover.next);
    }

    /// What is on the nodes and what has to change there.
    private static final class Cover {
        private final ObjectNode set;
        private final OwnPods own;
        private final ObjectNode update;
        private final Instant now;
        private final Map<String, List<PodView>> byNode = new TreeMap<>();
        private final List<PodView> serving = new ArrayList<>();
        private final List<Action> actions = new ArrayList<>();
        private final JsonNode podSpec;
        private int desired;
        private int misplaced;
        private @Nullable Instant next;

        Cover(ObjectNode set, ObjectNode update, List<PodView> pods, Instant now) {
            this.set = set;
            this.own = new OwnPods(set, COMPONENT);
            this.update = update;
            this.now = now;
            this.podSpec =
                    tolerating(set.path("spec").path("template").path("spec").deepCopy());
            for (PodView pod : pods) {
                byNode.computeIfAbsent(target(pod), n -> new ArrayList<>()).add(pod);
            }
        }

        private static String target(PodView pod) {
            if (!pod.node().isEmpty()) {
                return pod.node();
            }
            return pod.tree()
                    .at("/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0"
                            + "/matchFields/0/values/0")
                    .asText("");
        }

        void node(ObjectNode node) {
            String name = Meta.name(node);
            JsonNode labels = node.path("metadata").path("labels");
            JsonNode taints = node.path("spec").path("taints");
            boolean selected = Selectors.node(podSpec, name, labels);
            boolean runs = selected
                    && Selectors.untolerated(taints, podSpec.path("tolerations"), "NoSchedule", "NoExecute") == null;
            boolean stays = selected && Selectors.untolerated(taints, podSpec.path("tolerations"), "NoExecute") == null;
            List<PodView> here = byNode.getOrDefault(name, List.of());
            desired += runs ? 1 : 0;
            misplaced += !runs && here.stream().anyMatch(PodView::active) ? 1 : 0;
            if (!stays) {
                here.stream().filter(pod -> !pod.deleting()).forEach(this::delete);
                return;
            }
            PodView kept = keep(here);
            if (kept != null) {
                if (runs) {
                    serving.add(kept);
                }
            } else if (runs && here.isEmpty()) {
                actions.add(create(name));
            }
        }

        /// One pod a node: ended ones are replaced, of several the oldest stays.
        private @Nullable PodView keep(List<PodView> here) {
            PodView kept = null;
            for (PodView pod : here) {
                if (pod.over() && !pod.deleting()) {
                    replace(pod);
                } else if (pod.active()) {
                    if (kept == null) {
                        kept = pod;
                    } else if (pod.created().isBefore(kept.created())) {
                        delete(kept);
                        kept = pod;
                    } else {
                        delete(pod);
                    }
                }
            }
            return kept;
        }

        private void replace(PodView pod) {
            Instant when = pod.created().plus(Replacement.IN_PLACE);
            if (when.isAfter(now)) {
                next = Plan.earlier(next, when);
                return;
            }
            actions.add(new Action.Tell(Story.warning(
                    set,
                    COMPONENT,
                    "FailedDaemonPod",
                    "Found failed daemon pod " + Meta.namespace(set) + "/" + pod.name() + " on node " + pod.node()
                            + ", will try to kill it")));
            delete(pod);
        }

        private void delete(PodView pod) {
            actions.add(own.delete(pod));
        }

        private boolean updated(PodView pod) {
            return History.hash(update).equals(pod.stored().label(History.HASH));
        }

        void update() {
            JsonNode strategy = set.path("spec").path("updateStrategy");
            if (!strategy.path("type").asText().equals("RollingUpdate")) {
                return;
            }
            int most = Math.max(1, Share.of(strategy.path("rollingUpdate").path("maxUnavailable"), desired, true));
            long minReady = set.path("spec").path("minReadySeconds").asLong();
            int down = desired
                    - (int) serving.stream()
                            .filter(pod -> pod.available(minReady, now))
                            .count();
            for (PodView pod : serving) {
                next = Plan.earlier(next, pod.availableAt(minReady, now));
                if (updated(pod)) {
                    continue;
                }
                boolean serves = pod.available(minReady, now);
                if (!serves || down < most) {
                    delete(pod);
                    down += serves ? 1 : 0;
                }
            }
        }

        private Action create(String node) {
            ObjectNode pod = own.like(History.template(update));
            pod.withObject("/metadata/labels")
                    .put(History.HASH, History.hash(update))
                    .put("pod-template-generation", Meta.annotation(set, AppsRules.TEMPLATE_GENERATION));
            ObjectNode spec = tolerating((ObjectNode) pod.get("spec"));
            pin(spec, node);
            return own.create(pod);
        }

        /// The scheduler places it, so that nothing is bound twice; it has only this one choice.
        private static void pin(ObjectNode spec, String node) {
            ObjectNode field = Json.object().put("key", "metadata.name").put("operator", "In");
            field.putArray("values").add(node);
            ObjectNode required =
                    spec.withObject("/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution");
            ArrayNode terms = required.withArray("/nodeSelectorTerms");
            if (terms.isEmpty()) {
                terms.addObject();
            }
            terms.forEach(term -> ((ObjectNode) term).putArray("matchFields").add(field));
        }

        private static ObjectNode tolerating(ObjectNode spec) {
            ArrayNode tolerations = spec.withArray("/tolerations");
            EXECUTE.forEach(key -> tolerate(tolerations, key, "NoExecute"));
            SCHEDULE.forEach(key -> tolerate(tolerations, key, "NoSchedule"));
            if (spec.path("hostNetwork").asBoolean()) {
                tolerate(tolerations, "node.kubernetes.io/network-unavailable", "NoSchedule");
            }
            return spec;
        }

        private static void tolerate(ArrayNode tolerations, String key, String effect) {
            for (JsonNode each : tolerations) {
                if (each.path("key").asText().equals(key)
                        && each.path("effect").asText().equals(effect)
                        && each.path("operator").asText().equals("Exists")) {
                    return;
                }
            }
            tolerations.addObject().put("key", key).put("operator", "Exists").put("effect", effect);
        }

        ObjectNode status() {
            long minReady = set.path("spec").path("minReadySeconds").asLong();
            OwnPods.Counts counts = OwnPods.Counts.of(serving, minReady, now);
            ObjectNode status = Json.object();
            status.put("currentNumberScheduled", serving.size())
                    .put("numberMisscheduled", misplaced)
                    .put("desiredNumberScheduled", desired)
                    .put("numberReady", counts.ready())
                    .put(
                            "observedGeneration",
                            set.path("metadata").path("generation").asLong());
            OwnPods.count(status, "updatedNumberScheduled", (int)
                    serving.stream().filter(this::updated).count());
            OwnPods.count(status, "numberAvailable", counts.available());
            OwnPods.count(status, "numberUnavailable", desired - counts.available());
            if (set.path("status").has("collisionCount")) {
                status.set("collisionCount", set.path("status").get("collisionCount"));
            }
            return status;
        }
    }
}
