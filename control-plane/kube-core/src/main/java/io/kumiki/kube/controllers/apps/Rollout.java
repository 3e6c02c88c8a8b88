package io.kumiki.kube.controllers.apps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Action;
import io.kumiki.kube.controllers.Action.Story;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.Share;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A Deployment with its ReplicaSets: the one of its present template and the earlier ones, oldest first.
///
/// @param latest `null` before it is made
/// @param old all others
record Rollout(ObjectNode deployment, @Nullable ObjectNode latest, List<ObjectNode> old) {
    static final String REVISION = "deployment.kubernetes.io/revision";
    static final String DESIRED = "deployment.kubernetes.io/desired-replicas";
    private static final String HISTORY = "deployment.kubernetes.io/revision-history";
    static final String MAX = "deployment.kubernetes.io/max-replicas";
    private static final Set<String> OWN = Set.of(
            "kubectl.kubernetes.io/last-applied-configuration",
            REVISION,
            HISTORY,
            DESIRED,
            MAX,
            "deprecated.deployment.rollback.to");
    private static final int HISTORY_LENGTH = 2000;

    static Rollout of(ObjectNode deployment, List<ObjectNode> sets) {
        List<ObjectNode> byAge = new ArrayList<>(sets);
        byAge.sort(Comparator.comparing((ObjectNode set) ->
                        set.path("metadata").path("creationTimestamp").asText())
                .thenComparing(Meta::name));
        JsonNode template = deployment.path("spec").path("template");
        ObjectNode latest = null;
        for (ObjectNode set : byAge) {
            if (latest == null && Templates.same(set.path("spec").path("template"), template)) {
                latest = set;
            }
        }
        if (latest != null) {
            byAge.remove(latest);
        }
        return new Rollout(deployment, latest, List.copyOf(byAge));
    }

    List<ObjectNode> all() {
        List<ObjectNode> all = new ArrayList<>(old);
        if (latest != null) {
            all.add(latest);
        }
        return all;
    }

    static int wanted(ObjectNode set) {
        return set.path("spec").path("replicas").asInt();
    }

    static int available(ObjectNode set) {
        return set.path("status").path("availableReplicas").asInt();
    }

    int desired() {
        return deployment.path("spec").path("replicas").asInt();
    }

    private JsonNode limits() {
        return deployment.path("spec").path("strategy").path("rollingUpdate");
    }

    boolean rolling() {
        return deployment.path("spec").path("strategy").path("type").asText().equals("RollingUpdate");
    }

    int maxSurge() {
        return rolling() ? Share.of(limits().path("maxSurge"), desired(), true) : 0;
    }

    int maxUnavailable() {
        if (!rolling() || desired() == 0) {
            return 0;
        }
        int unavailable = Share.of(limits().path("maxUnavailable"), desired(), false);
        // Both may round to nothing; then the surge could be what a quota forbids.
        return Math.min(unavailable == 0 && maxSurge() == 0 ? 1 : unavailable, desired());
    }

    int total() {
        return all().stream().mapToInt(Rollout::wanted).sum();
    }

    /// What the newest set should have now: as many as the surge leaves room for.
    int latestSize() {
        int now = latest == null ? 0 : wanted(latest);
        if (now > desired()) {
            return desired();
        }
        if (!rolling()) {
            return desired();
        }
        int room = desired() + maxSurge() - total();
        return room <= 0 ? now : now + Math.min(room, desired() - now);
    }

    Action scale(ObjectNode set, int to) {
        int from = wanted(set);
        ObjectNode merge = Json.object();
        merge.putObject("spec").put("replicas", to);
        merge.putObject("metadata")
                .putObject("annotations")
                .put(DESIRED, Integer.toString(desired()))
                .put(MAX, Integer.toString(desired() + maxSurge()));
        Story story = Story.normal(
                deployment,
                DeploymentReconciler.COMPONENT,
                from == to ? "" : "ScalingReplicaSet",
                "Scaled " + (from < to ? "up" : "down") + " replica set " + Meta.name(set) + " from " + from + " to "
                        + to);
        return new Action.Change(ResourceType.REPLICA_SETS, set, "", merge, story);
    }

    static long revisionNumber(ObjectNode set) {
        try {
            return Long.parseLong(Meta.annotation(set, REVISION));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private long next() {
        return old.stream().mapToLong(Rollout::revisionNumber).max().orElse(0) + 1;
    }

    /// The revision that the newest set has once its annotations are right.
    String revision(ObjectNode set) {
        return Long.toString(Math.max(next(), revisionNumber(set)));
    }

    /// A merge patch with the annotations that the newest set lacks; empty when it has them.
    ObjectNode annotations(ObjectNode set) {
        ObjectNode wanted = copied();
        String revision = revision(set);
        String before = Meta.annotation(set, REVISION);
        wanted.put(REVISION, revision);
        if (!before.equals(revision) && !before.isEmpty()) {
            String history = Meta.annotation(set, HISTORY);
            String longer = history.isEmpty() ? before : history + "," + before;
            wanted.put(HISTORY, longer.substring(Math.max(0, longer.length() - HISTORY_LENGTH)));
        }
        wanted.put(DESIRED, Integer.toString(desired())).put(MAX, Integer.toString(desired() + maxSurge()));
        ObjectNode changed = Json.object();
        wanted.properties().forEach(each -> {
            if (!Meta.annotation(set, each.getKey()).equals(each.getValue().asText())) {
                changed.set(each.getKey(), each.getValue());
            }
        });
        ObjectNode merge = Json.object();
        if (!changed.isEmpty()) {
            merge.putObject("metadata").set("annotations", changed);
        }
        return merge;
    }

    private ObjectNode copied() {
        ObjectNode copied = Json.object();
        deployment.path("metadata").path("annotations").properties().forEach(each -> {
            if (!OWN.contains(each.getKey())) {
                copied.set(each.getKey(), each.getValue());
            }
        });
        return copied;
    }

    /// The set of the present template, with the size it begins with.
    ObjectNode fresh() {
        JsonNode spec = deployment.path("spec");
        String hash = Templates.hash(
                spec.path("template"),
                deployment.path("status").path("collisionCount").asInt());
        ObjectNode set = Meta.owned(deployment, "apps/v1", "ReplicaSet");
        ObjectNode template = spec.path("template").deepCopy();
        template.withObject("/metadata/labels").put(Templates.HASH, hash);
        ObjectNode metadata = (ObjectNode) set.get("metadata");
        String prefix = Meta.name(deployment);
        metadata.put("name", (prefix.length() > 242 ? prefix.substring(0, 242) : prefix) + "-" + hash);
        metadata.set("labels", template.path("metadata").path("labels").deepCopy());
        ObjectNode annotations = copied();
        annotations.put(REVISION, Long.toString(next()));
        annotations.put(DESIRED, Integer.toString(desired())).put(MAX, Integer.toString(desired() + maxSurge()));
        metadata.set("annotations", annotations);
        ObjectNode own = set.putObject("spec").put("replicas", latestSize());
        if (spec.path("minReadySeconds").asInt() > 0) {
            own.put("minReadySeconds", spec.path("minReadySeconds").asInt());
        }
        ObjectNode selector = spec.path("selector").deepCopy();
        selector.withObject("/matchLabels").put(Templates.HASH, hash);
        own.set("selector", selector);
        own.set("template", template);
        return set;
    }
}
