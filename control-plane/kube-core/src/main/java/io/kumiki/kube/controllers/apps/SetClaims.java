package io.kumiki.kube.controllers.apps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Action;
import io.kumiki.kube.controllers.Action.Story;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.PodView;
import io.kumiki.kube.controllers.World;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A StatefulSet's volume claims: one of each template for each ordinal, kept or deleted as the set's policy says by
/// giving them owners.
record SetClaims(ObjectNode set) {
    static String name(JsonNode set, String template, int ordinal) {
        return template + "-" + Meta.name(set) + "-" + ordinal;
    }

    private JsonNode templates() {
        return set.path("spec").path("volumeClaimTemplates");
    }

    private boolean deleted(String when) {
        return set.path("spec")
                .path("persistentVolumeClaimRetentionPolicy")
                .path(when)
                .asText()
                .equals("Delete");
    }

    boolean ending(int ordinal, World world) {
        for (JsonNode template : templates()) {
            ObjectNode claim = find(template, ordinal, world);
            if (claim != null && Meta.deleting(claim)) {
                return true;
            }
        }
        return false;
    }

    private @org.jspecify.annotations.Nullable ObjectNode find(JsonNode template, int ordinal, World world) {
        return world.get(ResourceType.CLAIMS, Meta.namespace(set), name(set, Meta.name(template), ordinal));
    }

    List<Action> missing(int ordinal, World world) {
        List<Action> actions = new ArrayList<>();
        for (JsonNode template : templates()) {
            if (find(template, ordinal, world) == null) {
                actions.add(create(template, ordinal));
            }
        }
        return actions;
    }

    private Action create(JsonNode template, int ordinal) {
        ObjectNode claim = template.deepCopy();
        claim.remove("status");
        String name = name(set, Meta.name(template), ordinal);
        ObjectNode metadata = claim.withObject("/metadata");
        metadata.put("name", name).put("namespace", Meta.namespace(set));
        ObjectNode labels = metadata.withObject("/labels");
        set.path("spec")
                .path("selector")
                .path("matchLabels")
                .properties()
                .forEach(label -> labels.set(label.getKey(), label.getValue()));
        if (deleted("whenDeleted")) {
            metadata.putArray("ownerReferences").add(reference(set));
        }
        String of = " for Pod " + Meta.name(set) + "-" + ordinal + " in StatefulSet " + Meta.name(set);
        Story story = Story.normal(
                        set, StatefulSetReconciler.COMPONENT, "SuccessfulCreate", "create Claim %s" + of + " success")
                .orWarn("FailedCreate", "create Claim " + name + of + " failed error: %s");
        return new Action.Create(ResourceType.CLAIMS, Meta.namespace(set), claim, story);
    }

    private static ObjectNode reference(JsonNode owner) {
        ObjectNode reference = Meta.controlledBy(owner);
        reference.remove(List.of("controller", "blockOwnerDeletion"));
        return reference;
    }

    /// A claim that shall go with its set is owned by it; one that shall go with a pod too many, by that pod.
    List<Action> retention(Ordinals ordinals, World world) {
        List<Action> actions = new ArrayList<>();
        if (templates().isEmpty()) {
            return actions;
        }
        for (Map.Entry<Integer, PodView> each : ordinals.byOrdinal().entrySet()) {
            boolean condemned = !ordinals.wanted(each.getKey());
            PodView pod = each.getValue();
            for (JsonNode template : templates()) {
                ObjectNode claim = find(template, each.getKey(), world);
                if (claim != null) {
                    boolean byPod = condemned && deleted("whenScaled");
                    boolean bySet = deleted("whenDeleted") && !byPod;
                    own(claim, pod, bySet, byPod, actions);
                }
            }
        }
        return actions;
    }

    private void own(ObjectNode claim, PodView pod, boolean bySet, boolean byPod, List<Action> actions) {
        ArrayNode wanted = Json.array();
        JsonNode found = claim.path("metadata").path("ownerReferences");
        for (JsonNode reference : found) {
            String uid = reference.path("uid").asText();
            if (!uid.equals(Meta.uid(set)) && !uid.equals(pod.uid())) {
                wanted.add(reference);
            }
        }
        if (bySet) {
            wanted.add(reference(set));
        }
        if (byPod) {
            wanted.add(reference(pod.tree()));
        }
        if (!wanted.equals(found.isMissingNode() ? Json.array() : found)) {
            actions.add(new Action.Change(ResourceType.CLAIMS, claim, "", Meta.owners(claim, wanted), null));
        }
    }
}
