package io.kumiki.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.select.LabelSelector;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.List;

/// What is an owner's: it keeps what it controls and selects, adopts what nobody controls, lets go what it no longer
/// selects. An owner that is ending takes nothing new.
///
/// @param actions adoptions and releases to carry out first
public record Claims<T>(List<T> objects, List<Action> actions) {
    public static Claims<PodView> pods(ObjectNode owner, World world) {
        LabelSelector selector = LabelSelector.of(owner.path("spec").path("selector"));
        String uid = Meta.uid(owner);
        List<PodView> mine = new ArrayList<>();
        List<Action> actions = new ArrayList<>();
        for (PodView pod : world.candidates(Meta.namespace(owner), uid, selector)) {
            boolean selected = selector.matches(pod.stored()::label);
            if (pod.controller().equals(uid)) {
                if (selected || Meta.deleting(owner)) {
                    mine.add(pod);
                } else {
                    actions.add(release(ResourceType.PODS, pod.tree(), uid));
                }
            } else if (pod.controller().isEmpty() && selected && !Meta.deleting(owner) && pod.active()) {
                actions.add(adopt(ResourceType.PODS, pod.tree(), owner));
                mine.add(pod);
            }
        }
        return new Claims<>(mine, actions);
    }

    public static Claims<ObjectNode> of(ResourceType type, ObjectNode owner, World world) {
        LabelSelector selector = LabelSelector.of(owner.path("spec").path("selector"));
        String uid = Meta.uid(owner);
        List<ObjectNode> mine = new ArrayList<>();
        List<Action> actions = new ArrayList<>();
        for (ObjectNode object : world.list(type, Meta.namespace(owner))) {
            boolean selected = selector.matches(label -> Meta.label(object, label));
            JsonNode controller = Meta.controller(object);
            if (controller.path("uid").asText().equals(uid)) {
                if (selected || Meta.deleting(owner)) {
                    mine.add(object);
                } else {
                    actions.add(release(type, object, uid));
                }
            } else if (controller.isMissingNode() && selected && !Meta.deleting(owner) && !Meta.deleting(object)) {
                actions.add(adopt(type, object, owner));
                mine.add(object);
            }
        }
        return new Claims<>(mine, actions);
    }

    private static Action adopt(ResourceType type, ObjectNode object, ObjectNode owner) {
        ArrayNode references = Json.array();
        object.path("metadata").path("ownerReferences").forEach(references::add);
        references.add(Meta.controlledBy(owner));
        return new Action.Change(type, object, "", Meta.owners(object, references), null);
    }

    private static Action release(ResourceType type, ObjectNode object, String uid) {
        ArrayNode rest = Json.array();
        for (JsonNode reference : object.path("metadata").path("ownerReferences")) {
            if (!reference.path("uid").asText().equals(uid)) {
                rest.add(reference);
            }
        }
        return new Action.Change(type, object, "", Meta.owners(object, rest), null);
    }
}
