package io.kumiki.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Action.Story;
import java.time.Instant;
import java.util.Collection;

/// The pods of one owner: how they are made and removed, and what its events tell of it.
///
/// @param component whom the events name
public record OwnPods(ObjectNode owner, String component) {
    /// What one plan makes or removes at most, so that nobody waits long for the next decision.
    public static final int BURST = 500;

    private static final int LONGEST_PREFIX = 57;

    /// A pod as a template describes it, whose name begins as its owner's.
    public ObjectNode like(JsonNode template) {
        ObjectNode pod = Meta.pod(owner, template);
        String name = Meta.name(owner);
        String prefix = name.length() > LONGEST_PREFIX ? name.substring(0, LONGEST_PREFIX) : name;
        ((ObjectNode) pod.get("metadata")).put("generateName", prefix + "-");
        return pod;
    }

    public Action.Create create(ObjectNode pod) {
        return create(pod, told("SuccessfulCreate", "Created pod: %s", "FailedCreate", "Error creating: %s"));
    }

    public Action.Create create(ObjectNode pod, Story story) {
        return new Action.Create(ResourceType.PODS, Meta.namespace(owner), pod, story);
    }

    public Action.Delete delete(PodView pod) {
        return delete(pod, told("SuccessfulDelete", "Deleted pod: %s", "FailedDelete", "Error deleting: %s"));
    }

    public Action.Delete delete(PodView pod, Story story) {
        return new Action.Delete(
                ResourceType.PODS,
                pod.stored().key().namespace(),
                pod.name(),
                Deletion.DEFAULT.onlyUid(pod.uid()),
                story);
    }

    public Story told(String reason, String message, String failed, String because) {
        return Story.normal(owner, component, reason, message).orWarn(failed, because);
    }

    /// How many of some pods are ready, and how many have been so for long enough.
    public record Counts(int ready, int available) {
        public static Counts of(Collection<PodView> pods, long minReadySeconds, Instant now) {
            int ready = 0;
            int available = 0;
            for (PodView pod : pods) {
                ready += pod.ready() ? 1 : 0;
                available += pod.available(minReadySeconds, now) ? 1 : 0;
            }
            return new Counts(ready, available);
        }
    }

    /// A count in a status; none is not said.
    public static void count(ObjectNode status, String field, int number) {
        if (number > 0) {
            status.put(field, number);
        }
    }
}
