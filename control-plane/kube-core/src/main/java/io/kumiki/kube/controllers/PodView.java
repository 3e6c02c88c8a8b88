package io.kumiki.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.kinds.Conditions;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What controllers ask of a pod, without its tree: one is kept for each pod that a controller looked at.
///
/// @param readySince when it became ready, `null` when it is not
/// @param cost `controller.kubernetes.io/pod-deletion-cost`
/// @param restarts the highest of its containers
/// @param controller uid of the controlling owner, empty for none
/// @param index of an indexed Job's pod, -1 for others
/// @param tracked whether a Job still has to count it
/// @param ended whether its node has confirmed the deletion and only finalizers keep it
public record PodView(
        StoredObject stored,
        String node,
        Phase phase,
        @Nullable Instant readySince,
        Instant created,
        int cost,
        int restarts,
        String controller,
        int index,
        boolean tracked,
        boolean ended) {
    /// The finalizer by which a Job keeps its pods until it has counted them.
    public static final String TRACKED = "batch.kubernetes.io/job-tracking";
    /// Which completion of an indexed Job a pod works on.
    public static final String INDEX = "batch.kubernetes.io/job-completion-index";

    /// In the order in which pods are given up.
    public enum Phase {
        Pending,
        Unknown,
        Running,
        Succeeded,
        Failed
    }

    static PodView of(StoredObject stored) {
        JsonNode pod = Json.parse(stored.json());
        JsonNode status = pod.path("status");
        JsonNode ready = Conditions.find(status, "Ready");
        Instant created = Meta.created(pod);
        Instant since = null;
        if (ready.path("status").asText().equals("True")) {
            Instant told = Meta.time(ready.path("lastTransitionTime"));
            since = told == null ? created : told;
        }
        int restarts = 0;
        for (JsonNode container : status.path("containerStatuses")) {
            restarts = Math.max(restarts, container.path("restartCount").asInt());
        }
        return new PodView(
                stored,
                pod.path("spec").path("nodeName").asText(""),
                phase(status.path("phase").asText()),
                since,
                created,
                cost(Meta.annotation(pod, "controller.kubernetes.io/pod-deletion-cost")),
                restarts,
                Meta.controller(pod).path("uid").asText(""),
                index(Meta.annotation(pod, INDEX)),
                tracked(pod.path("metadata").path("finalizers")),
                stored.deleting()
                        && pod.path("metadata")
                                        .path("deletionGracePeriodSeconds")
                                        .asLong()
                                == 0);
    }

    private static Phase phase(String text) {
        return switch (text) {
            case "Running" -> Phase.Running;
            case "Succeeded" -> Phase.Succeeded;
            case "Failed" -> Phase.Failed;
            case "Unknown" -> Phase.Unknown;
            default -> Phase.Pending;
        };
    }

    private static int index(String text) {
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
    }

    private static boolean tracked(JsonNode finalizers) {
        for (JsonNode finalizer : finalizers) {
            if (finalizer.asText().equals(TRACKED)) {
                return true;
            }
        }
        return false;
    }

    private static int cost(String text) {
        try {
            return text.isEmpty() ? 0 : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    public String name() {
        return stored.key().name();
    }

    public String uid() {
        return stored.uid();
    }

    public boolean deleting() {
        return stored.deleting();
    }

    public boolean over() {
        return phase == Phase.Succeeded || phase == Phase.Failed;
    }

    /// Counts as one of its owner's replicas.
    public boolean active() {
        return !over() && !deleting();
    }

    public boolean ready() {
        return readySince != null;
    }

    /// Ready for long enough.
    public boolean available(long minReadySeconds, Instant now) {
        return readySince != null && !readySince.plusSeconds(minReadySeconds).isAfter(now);
    }

    /// When it becomes available by waiting alone; `null` when it is or will not.
    public @Nullable Instant availableAt(long minReadySeconds, Instant now) {
        return readySince == null || available(minReadySeconds, now) ? null : readySince.plusSeconds(minReadySeconds);
    }

    public ObjectNode tree() {
        return stored.tree(ResourceType.PODS.apiVersion(), "Pod");
    }
}
