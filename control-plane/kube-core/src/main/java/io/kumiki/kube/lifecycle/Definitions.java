package io.kumiki.kube.lifecycle;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.kinds.CustomKinds;
import io.kumiki.kube.kinds.DefinitionStatus;
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

/// Serves a CustomResourceDefinition's kinds as soon as it is stored; a deleted definition first loses its objects.
final class Definitions {
    private static final String STORAGE = ResourceType.DEFINITIONS.storage();

    private final Registry registry;
    private final Deletes deletes;
    private final Writes writes;

    Definitions(Registry registry, Writes writes, Deletes deletes) {
        this.registry = registry;
        this.writes = writes;
        this.deletes = deletes;
    }

    /// Under the lock, so that no request sees the definition without its kinds.
    void changed(Change change, Consumer<Runnable> later) {
        if (change.key().storage().equals(STORAGE)) {
            StoredObject after = change.after();
            if (after == null) {
                registry.kinds().replace(change.key().name(), List.of());
                later.accept(() -> reconsider(change.key().name()));
            } else {
                registry.kinds().replace(change.key().name(), CustomKinds.of(Json.parse(after.json())));
                if (after.deleting()) {
                    later.accept(() -> empty(after));
                }
            }
        } else if (change.after() == null && change.key().storage().indexOf('.') > 0) {
            later.accept(() -> endIfEmpty(change.key().storage()));
        }
    }

    /// Names that a definition left may be what others of its group wait for.
    private void reconsider(String gone) {
        String group = gone.substring(gone.indexOf('.'));
        for (StoredObject other : registry.read(store -> store.all(STORAGE, ""))) {
            JsonNode definition = Json.parse(other.json());
            if (other.key().name().endsWith(group) && !DefinitionStatus.is(definition, "NamesAccepted")) {
                var again = new Writes.Update(
                        registry.kinds().get(ResourceType.DEFINITIONS),
                        "",
                        other.key().name(),
                        "",
                        same -> same);
                writes.update(again, WriteOptions.by("kumiki"));
            }
        }
    }

    void resume() {
        for (StoredObject definition : registry.read(store -> store.all(STORAGE, ""))) {
            if (definition.deleting()) {
                empty(definition);
            }
        }
    }

    private void empty(StoredObject definition) {
        String storage = definition.key().name();
        Kind kind = registry.kinds().byStorage(storage);
        if (kind != null) {
            for (StoredObject object : registry.read(store -> store.all(storage, ""))) {
                if (!object.deleting()) {
                    deletes.delete(kind, object.key().namespace(), object.key().name(), Deletion.DEFAULT);
                }
            }
        }
        endIfEmpty(storage);
    }

    private void endIfEmpty(String storage) {
        StoredObject definition = registry.get(new ObjectKey(STORAGE, "", storage));
        if (definition != null && definition.deleting() && registry.read(store -> store.count(storage)) == 0) {
            deletes.finish(registry.kinds().get(ResourceType.DEFINITIONS), definition.key());
        }
    }
}
