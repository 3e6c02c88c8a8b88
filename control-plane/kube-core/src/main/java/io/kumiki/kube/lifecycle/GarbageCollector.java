package io.kumiki.kube.lifecycle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.registry.Deletes;
import io.kumiki.kube.registry.Registry;
import io.kumiki.kube.registry.Writes;
import io.kumiki.kube.store.Change;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Objects whose owners are gone go too; owners deleted in the foreground wait for their dependents; orphans lose
/// their owner.
final class GarbageCollector {
    private static final WriteOptions BY = WriteOptions.by("kube-controller-manager");
    private static final String FOREGROUND = "foregroundDeletion";
    private static final String ORPHAN = "orphan";

    private final Registry registry;
    private final Writes writes;
    private final Deletes deletes;

    GarbageCollector(Registry registry, Writes writes, Deletes deletes) {
        this.registry = registry;
        this.writes = writes;
        this.deletes = deletes;
    }

    /// Under the lock.
    void changed(Change change, Consumer<Runnable> later) {
        StoredObject before = change.before();
        StoredObject after = change.after();
        if (after == null && before != null) {
            later.accept(() -> ownerGone(before.uid()));
            for (String owner : before.owners()) {
                later.accept(() -> dependentGone(before, owner));
            }
        } else if (after != null) {
            if (!after.owners().isEmpty() && (before == null || !before.owners().equals(after.owners()))) {
                later.accept(() -> check(after.key()));
            }
            if (after.deleting() && (before == null || !before.deleting())) {
                later.accept(() -> finish(after.key()));
            }
        }
    }

    /// After a start: whatever a stop interrupted.
    void resume() {
        for (String owner : registry.read(store -> store.ownersNamed())) {
            ownerGone(owner);
        }
        for (String storage : registry.read(store -> store.storages())) {
            registry.read(store -> store.all(storage, "")).stream()
                    .filter(StoredObject::deleting)
                    .forEach(object -> finish(object.key()));
        }
    }

    private void ownerGone(String uid) {
        registry.read(store -> store.ownedBy(uid)).forEach(this::check);
    }

    private void dependentGone(StoredObject gone, String owner) {
        for (JsonNode reference : Json.parse(gone.json()).path("metadata").path("ownerReferences")) {
            if (reference.path("uid").asText().equals(owner)) {
                StoredObject found = owner(reference, gone.key().namespace());
                if (found != null && found.deleting()) {
                    finish(found.key());
                }
            }
        }
    }

    /// Deletes the object when none of its owners is left, else drops the references to those that are gone.
    private void check(ObjectKey key) {
        StoredObject object = registry.get(key);
        Kind kind = registry.kinds().byStorage(key.storage());
        if (object == null || kind == null || object.owners().isEmpty()) {
            return;
        }
        JsonNode references = Json.parse(object.json()).path("metadata").path("ownerReferences");
        int left = 0;
        for (JsonNode reference : references) {
            left += present(reference, key.namespace()) ? 1 : 0;
        }
        if (left == references.size()) {
            return;
        }
        if (left == 0) {
            deletes.delete(
                    kind, key.namespace(), key.name(), new Deletion(null, "Background", object.uid(), null, false));
        } else {
            change(kind, key, next -> keepOwners(next, reference -> present(reference, key.namespace())));
        }
    }

    /// A kind that is not served cannot be looked up, so its objects count as present.
    private boolean present(JsonNode reference, String namespace) {
        Kind kind = registry.kinds()
                .byKind(
                        reference.path("apiVersion").asText(),
                        reference.path("kind").asText());
        return kind == null || owner(reference, namespace) != null;
    }

    private @Nullable StoredObject owner(JsonNode reference, String namespace) {
        Kind kind = registry.kinds()
                .byKind(
                        reference.path("apiVersion").asText(),
                        reference.path("kind").asText());
        StoredObject found = kind == null
                ? null
                : registry.get(kind.key(namespace, reference.path("name").asText()));
        return found != null && found.uid().equals(reference.path("uid").asText()) ? found : null;
    }

    /// Carries out what the finalizers of ours on a deleted object stand for.
    private void finish(ObjectKey key) {
        StoredObject object = registry.get(key);
        Kind kind = registry.kinds().byStorage(key.storage());
        if (object == null || kind == null || !object.deleting()) {
            return;
        }
        List<String> finalizers =
                texts(Json.parse(object.json()).path("metadata").path("finalizers"));
        if (finalizers.contains(ORPHAN)) {
            for (ObjectKey dependent : registry.read(store -> store.ownedBy(object.uid()))) {
                Kind its = registry.kinds().byStorage(dependent.storage());
                if (its != null) {
                    change(
                            its,
                            dependent,
                            next -> keepOwners(
                                    next, r -> !r.path("uid").asText().equals(object.uid())));
                }
            }
            change(kind, key, next -> dropFinalizer(next, ORPHAN));
        } else if (finalizers.contains(FOREGROUND) && !blocked(object.uid())) {
            change(kind, key, next -> dropFinalizer(next, FOREGROUND));
        }
    }

    /// Deletes dependents; whether one that blocks its owner is still there.
    private boolean blocked(String uid) {
        boolean blocked = false;
        for (ObjectKey key : registry.read(store -> store.ownedBy(uid))) {
            StoredObject dependent = registry.get(key);
            Kind kind = registry.kinds().byStorage(key.storage());
            if (dependent == null || kind == null) {
                continue;
            }
            if (!dependent.deleting()) {
                deletes.delete(
                        kind,
                        key.namespace(),
                        key.name(),
                        new Deletion(null, "Foreground", dependent.uid(), null, false));
            }
            for (JsonNode reference :
                    Json.parse(dependent.json()).path("metadata").path("ownerReferences")) {
                blocked |= reference.path("uid").asText().equals(uid)
                        && reference.path("blockOwnerDeletion").asBoolean()
                        && registry.get(key) != null;
            }
        }
        return blocked;
    }

    private void change(Kind kind, ObjectKey key, Consumer<ObjectNode> how) {
        writes.update(
                new Writes.Update(kind, key.namespace(), key.name(), "", old -> {
                    how.accept(old);
                    return old;
                }),
                BY);
    }

    private static void keepOwners(ObjectNode object, Predicate<JsonNode> kept) {
        keep(object, "ownerReferences", kept);
    }

    private static void dropFinalizer(ObjectNode object, String finalizer) {
        keep(object, "finalizers", held -> !held.asText().equals(finalizer));
    }

    private static void keep(ObjectNode object, String field, Predicate<JsonNode> kept) {
        ObjectNode metadata = (ObjectNode) object.get("metadata");
        ArrayNode left = metadata.arrayNode();
        metadata.path(field).forEach(each -> {
            if (kept.test(each)) {
                left.add(each);
            }
        });
        if (left.isEmpty()) {
            metadata.remove(field);
        } else {
            metadata.set(field, left);
        }
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new java.util.ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }
}
