package io.kumiki.kube.controllers.apps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.OwnPods;
import io.kumiki.kube.kinds.Conditions;
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a Deployment says of itself: counts, availability, and whether its rollout still moves.
final class DeploymentStatus {
    private static final String PROGRESSING = "Progressing";
    private static final String DONE = "NewReplicaSetAvailable";
    private static final String LATE = "ProgressDeadlineExceeded";

    private final ObjectNode deployment;
    private final Rollout rollout;
    private final Instant now;
    private final JsonNode before;
    private final ObjectNode status;

    DeploymentStatus(ObjectNode deployment, Rollout rollout, Instant now) {
        this.deployment = deployment;
        this.rollout = rollout;
        this.now = now;
        this.before = deployment.path("status");
        this.status = counted();
    }

    private ObjectNode counted() {
        ObjectNode counts = Json.object();
        counts.put(
                "observedGeneration",
                deployment.path("metadata").path("generation").asLong());
        ObjectNode latest = rollout.latest();
        int available = sum("availableReplicas");
        OwnPods.count(counts, "replicas", sum("replicas"));
        OwnPods.count(
                counts,
                "updatedReplicas",
                latest == null ? 0 : latest.path("status").path("replicas").asInt());
        OwnPods.count(counts, "readyReplicas", sum("readyReplicas"));
        OwnPods.count(counts, "availableReplicas", available);
        OwnPods.count(counts, "unavailableReplicas", Math.max(0, rollout.total() - available));
        if (before.path("collisionCount").isNumber()) {
            counts.set("collisionCount", before.get("collisionCount"));
        }
        counts.set(
                "conditions",
                before.path("conditions").isArray() ? before.get("conditions").deepCopy() : Json.array());
        boolean enough = available >= rollout.desired() - rollout.maxUnavailable();
        condition(
                counts,
                "Available",
                enough,
                enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                enough ? "Deployment has minimum availability." : "Deployment does not have minimum availability.");
        return counts;
    }

    private int sum(String field) {
        return rollout.all().stream()
                .mapToInt(set -> set.path("status").path(field).asInt())
                .sum();
    }

    /// Leaves a condition alone that says the same already.
    private void condition(ObjectNode on, String type, boolean holds, String reason, String message) {
        JsonNode known = Conditions.find(on, type);
        String value = holds ? "True" : "False";
        if (known.path("status").asText().equals(value)
                && known.path("reason").asText().equals(reason)) {
            return;
        }
        boolean same = known.path("status").asText().equals(value);
        Conditions.set(
                on,
                Json.object()
                        .put("type", type)
                        .put("status", value)
                        .put("lastUpdateTime", Meta.text(now))
                        .put(
                                "lastTransitionTime",
                                same ? known.path("lastTransitionTime").asText() : Meta.text(now))
                        .put("reason", reason)
                        .put("message", message));
    }

    ObjectNode plain() {
        if (status.path("conditions").isEmpty()) {
            status.remove("conditions");
        }
        return status;
    }

    void paused(boolean paused) {
        if (!limited()) {
            return;
        }
        JsonNode progressing = Conditions.find(status, PROGRESSING);
        String reason = progressing.path("reason").asText();
        if (reason.equals(LATE)) {
            return;
        }
        boolean told = reason.equals("DeploymentPaused");
        if (paused && !told) {
            unknown("DeploymentPaused", "Deployment is paused");
        } else if (!paused && told) {
            unknown("DeploymentResumed", "Deployment is resumed");
        }
    }

    private void unknown(String reason, String message) {
        Conditions.set(
                status,
                Json.object()
                        .put("type", PROGRESSING)
                        .put("status", "Unknown")
                        .put("lastUpdateTime", Meta.text(now))
                        .put("lastTransitionTime", Meta.text(now))
                        .put("reason", reason)
                        .put("message", message));
    }

    private boolean limited() {
        long limit = deployment.path("spec").path("progressDeadlineSeconds").asLong(Integer.MAX_VALUE);
        return limit < Integer.MAX_VALUE;
    }

    void collided() {
        status.put("collisionCount", before.path("collisionCount").asInt() + 1);
    }

    void created(String name) {
        if (limited()) {
            condition(status, PROGRESSING, true, "NewReplicaSetCreated", "Created new replica set \"" + name + "\"");
        }
    }

    boolean complete() {
        return count(status, "updatedReplicas") == rollout.desired()
                && count(status, "replicas") == rollout.desired()
                && count(status, "availableReplicas") == rollout.desired();
    }

    private static int count(JsonNode of, String field) {
        return of.path(field).asInt();
    }

    /// @param failure why the last step could not be done; empty when it could
    ObjectNode progress(String failure) {
        if (!limited()) {
            Conditions.remove(status, PROGRESSING);
        } else {
            estimate();
        }
        JsonNode trouble = trouble();
        if (trouble != null) {
            condition(
                    status,
                    "ReplicaFailure",
                    true,
                    trouble.path("reason").asText(),
                    trouble.path("message").asText());
        } else {
            Conditions.remove(status, "ReplicaFailure");
        }
        if (!failure.isEmpty() && rollout.latest() == null && limited()) {
            condition(
                    status,
                    PROGRESSING,
                    false,
                    "ReplicaSetCreateError",
                    "Failed to create new replica set: " + failure);
        }
        return plain();
    }

    private void estimate() {
        JsonNode known = Conditions.find(before, PROGRESSING);
        boolean finished = count(status, "replicas") == count(status, "updatedReplicas")
                && known.path("reason").asText().equals(DONE);
        if (finished) {
            return;
        }
        ObjectNode latest = rollout.latest();
        String subject = latest == null
                ? "Deployment \"" + Meta.name(deployment) + "\""
                : "ReplicaSet \"" + Meta.name(latest) + "\"";
        if (latest != null && known.isMissingNode()) {
            condition(
                    status,
                    PROGRESSING,
                    true,
                    "FoundNewReplicaSet",
                    "Found new replica set \"" + Meta.name(latest) + "\"");
        }
        if (complete()) {
            condition(status, PROGRESSING, true, DONE, subject + " has successfully progressed.");
        } else if (moved()) {
            Conditions.remove(status, PROGRESSING);
            condition(status, PROGRESSING, true, "ReplicaSetUpdated", subject + " is progressing.");
            keepTransition(known);
        } else if (late()) {
            condition(status, PROGRESSING, false, LATE, subject + " has timed out progressing.");
        }
    }

    private void keepTransition(JsonNode known) {
        if (known.path("status").asText().equals("True")) {
            ((ObjectNode) Conditions.find(status, PROGRESSING))
                    .put("lastTransitionTime", known.path("lastTransitionTime").asText());
        }
    }

    private boolean moved() {
        int oldBefore = count(before, "replicas") - count(before, "updatedReplicas");
        int oldNow = count(status, "replicas") - count(status, "updatedReplicas");
        return count(status, "updatedReplicas") > count(before, "updatedReplicas")
                || oldNow < oldBefore
                || count(status, "readyReplicas") > count(before, "readyReplicas")
                || count(status, "availableReplicas") > count(before, "availableReplicas");
    }

    private boolean late() {
        Instant end = end(Conditions.find(status, PROGRESSING));
        return end != null && !end.isAfter(now);
    }

    /// When a rollout that does not move counts as stuck; `null` when nothing is awaited.
    private @Nullable Instant end(JsonNode progressing) {
        String reason = progressing.path("reason").asText();
        Instant updated = Meta.time(progressing.path("lastUpdateTime"));
        if (updated == null || List.of(DONE, LATE).contains(reason)) {
            return null;
        }
        return updated.plusSeconds(
                deployment.path("spec").path("progressDeadlineSeconds").asLong() + 1);
    }

    @Nullable
    Instant deadline() {
        return limited() && !complete() ? end(Conditions.find(status, PROGRESSING)) : null;
    }

    /// What the newest set, or else any, could not do.
    private @Nullable JsonNode trouble() {
        List<ObjectNode> sets = new java.util.ArrayList<>(rollout.old());
        if (rollout.latest() != null) {
            sets.addFirst(rollout.latest());
        }
        for (ObjectNode set : sets) {
            JsonNode found = Conditions.find(set.path("status"), "ReplicaFailure");
            if (!found.isMissingNode()) {
                return found;
            }
        }
        return null;
    }
}
