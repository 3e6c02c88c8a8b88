package io.kumiki.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.kinds.ScalePaths;
import io.kumiki.kube.registry.Registry;
import io.kumiki.kube.select.LabelSelector;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.kube.store.StoredObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The store as decisions read it: by key, owner or selector, always the present, never a copy of all. Used by one
/// thread at a time.
public final class World {
    private static final String PODS = ResourceType.PODS.storage();

    private final Registry registry;
    /// By uid; forgotten with the pod.
    private final Map<String, PodView> views = new HashMap<>();
    private String failure = "";

    private final Owners owners;

    World(Registry registry, Owners owners) {
        this.registry = registry;
        this.owners = owners;
    }

    /// Why the last plan for the same resource could not be carried out; empty when it could.
    public String failure() {
        return failure;
    }

    void failure(String why) {
        failure = why;
    }

    void forget(String uid) {
        views.remove(uid);
    }

    public @Nullable ObjectNode get(ResourceType type, String namespace, String name) {
        Kind kind = registry.kinds().get(type);
        StoredObject found = registry.get(kind.key(namespace, name));
        return found == null ? null : tree(kind, found);
    }

    @Nullable
    ObjectNode get(ResourceType type, ObjectKey key) {
        return get(type, key.namespace(), key.name());
    }

    public List<ObjectNode> list(ResourceType type, String namespace) {
        Kind kind = registry.kinds().get(type);
        return registry.read(store -> store.all(kind.storage(), namespace)).stream()
                .map(object -> tree(kind, object))
                .toList();
    }

    /// Whether any object of a type is there at all.
    public boolean any(ResourceType type) {
        return registry.read(store -> store.count(type.storage())) > 0;
    }

    /// Objects of a type that name this uid as an owner.
    public List<ObjectNode> ownedBy(ResourceType type, String uid) {
        Kind kind = registry.kinds().get(type);
        List<StoredObject> found = registry.read(store -> {
            List<StoredObject> all = new ArrayList<>();
            for (ObjectKey key : store.ownedBy(uid)) {
                StoredObject object = key.storage().equals(kind.storage()) ? store.get(key) : null;
                if (object != null) {
                    all.add(object);
                }
            }
            all.sort((a, b) -> a.key().compareTo(b.key()));
            return all;
        });
        return found.stream().map(object -> tree(kind, object)).toList();
    }

    /// Pods that this uid controls, and those without any owner that the selector wants.
    public List<PodView> candidates(String namespace, String uid, LabelSelector selector) {
        return pods(
                namespace,
                object ->
                        object.owners().contains(uid) || object.owners().isEmpty() && selector.matches(object::label));
    }

    public List<PodView> pods(String namespace, LabelSelector selector) {
        return pods(namespace, object -> selector.matches(object::label));
    }

    public List<PodView> pods(String namespace, Predicate<StoredObject> wanted) {
        List<StoredObject> found = registry.read(
                store -> store.all(PODS, namespace).stream().filter(wanted).toList());
        return found.stream().map(this::view).toList();
    }

    public List<PodView> podsOwnedBy(String uid) {
        return views(store -> store.ownedBy(uid).stream()
                .filter(key -> key.storage().equals(PODS))
                .toList());
    }

    public List<PodView> podsOn(String node) {
        return views(store -> {
            List<ObjectKey> keys = new ArrayList<>();
            owners.onNode(node, keys::add);
            return keys;
        });
    }

    /// Pods of all namespaces that succeeded or failed.
    public List<PodView> endedPods() {
        return views(store -> owners.ended());
    }

    private List<PodView> views(Function<ObjectStore, List<ObjectKey>> keys) {
        List<StoredObject> found = registry.read(store -> keys.apply(store).stream()
                .sorted()
                .map(store::get)
                .filter(Objects::nonNull)
                .toList());
        return found.stream().map(this::view).toList();
    }

    /// What an owner reference names; `null` when it is gone, another one, or of a kind that is not served.
    public @Nullable ObjectNode find(JsonNode reference, String namespace) {
        Kind kind = registry.kinds()
                .byKind(
                        reference.path("apiVersion").asText(),
                        reference.path("kind").asText());
        StoredObject found = kind == null
                ? null
                : registry.get(kind.key(namespace, reference.path("name").asText()));
        boolean same = found != null && found.uid().equals(reference.path("uid").asText());
        return kind == null || found == null || !same ? null : tree(kind, found);
    }

    /// How many replicas an object wants, if its kind can be scaled.
    public @Nullable Integer replicas(ObjectNode object) {
        Kind kind = registry.kinds()
                .byKind(object.path("apiVersion").asText(), object.path("kind").asText());
        ScalePaths scale = kind == null ? null : kind.scale();
        return scale == null ? null : Integer.valueOf(scale.wanted(object).asInt());
    }

    public @Nullable PodView pod(String namespace, String name) {
        StoredObject found = registry.get(new ObjectKey(PODS, namespace, name));
        return found == null ? null : view(found);
    }

    private PodView view(StoredObject stored) {
        PodView known = views.get(stored.uid());
        if (known == null || known.stored() != stored) {
            known = PodView.of(stored);
            views.put(stored.uid(), known);
        }
        return known;
    }

    private static ObjectNode tree(Kind kind, StoredObject stored) {
        return kind.tree(stored);
    }
}
