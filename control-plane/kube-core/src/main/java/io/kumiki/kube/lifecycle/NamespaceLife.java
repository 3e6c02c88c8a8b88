package io.kumiki.kube.lifecycle;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.registry.Deletes;
import io.kumiki.kube.registry.Registry;
import io.kumiki.kube.registry.Writes;
import io.kumiki.kube.store.Change;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// A namespace begins with its default account and the cluster's CA, and ends when everything in it is gone.
final class NamespaceLife {
    private static final WriteOptions BY = WriteOptions.by("kube-controller-manager");
    private static final String ACCOUNT = "default";
    private static final String AUTHORITY = "kube-root-ca.crt";

    private final Registry registry;
    private final Writes writes;
    private final Deletes deletes;
    private final Supplier<String> authority;

    NamespaceLife(Registry registry, Writes writes, Deletes deletes, Supplier<String> authority) {
        this.registry = registry;
        this.writes = writes;
        this.deletes = deletes;
        this.authority = authority;
    }

    /// Under the lock.
    void changed(Change change, Consumer<Runnable> later) {
        StoredObject after = change.after();
        String name = change.key().name();
        if (change.key().storage().equals("namespaces")) {
            if (after != null && after.deleting()) {
                later.accept(() -> empty(name));
            } else if (after != null && change.before() == null) {
                later.accept(() -> furnish(name));
            }
            return;
        }
        if (after == null && !change.key().namespace().isEmpty()) {
            later.accept(() -> oneLess(change.key()));
        }
    }

    void resume() {
        for (StoredObject namespace : registry.read(store -> store.all("namespaces", ""))) {
            if (namespace.deleting()) {
                empty(namespace.key().name());
            } else {
                furnish(namespace.key().name());
            }
        }
    }

    private void oneLess(ObjectKey gone) {
        StoredObject namespace = registry.get(new ObjectKey("namespaces", "", gone.namespace()));
        if (namespace == null) {
            return;
        }
        if (namespace.deleting()) {
            endIfEmpty(gone.namespace());
        } else if (gone.name().equals(ACCOUNT) || gone.name().equals(AUTHORITY)) {
            furnish(gone.namespace());
        }
    }

    private void furnish(String namespace) {
        if (registry.get(new ObjectKey("serviceaccounts", namespace, ACCOUNT)) == null) {
            create(ResourceType.SERVICE_ACCOUNTS, namespace, named(ACCOUNT));
        }
        if (!authority.get().isEmpty()) {
            furnishAuthority(namespace);
        }
    }

    /// The folder's CA may have been renewed since the last start.
    private void furnishAuthority(String namespace) {
        StoredObject found = registry.get(new ObjectKey("configmaps", namespace, AUTHORITY));
        if (found == null) {
            ObjectNode map = named(AUTHORITY);
            map.putObject("data").put("ca.crt", authority.get());
            create(ResourceType.CONFIG_MAPS, namespace, map);
        } else if (!Json.parse(found.json())
                .path("data")
                .path("ca.crt")
                .asText()
                .equals(authority.get())) {
            Kind kind = registry.kinds().get(ResourceType.CONFIG_MAPS);
            writes.update(
                    new Writes.Update(kind, namespace, AUTHORITY, "", old -> {
                        old.withObject("/data").put("ca.crt", authority.get());
                        return old;
                    }),
                    BY);
        }
    }

    private void create(ResourceType type, String namespace, ObjectNode object) {
        writes.create(registry.kinds().get(type), namespace, object, BY);
    }

    private static ObjectNode named(String name) {
        ObjectNode object = Json.object();
        object.putObject("metadata").put("name", name);
        return object;
    }

    private void empty(String namespace) {
        for (Map.Entry<String, Kind> each : storages().entrySet()) {
            for (StoredObject object : registry.read(store -> store.all(each.getKey(), namespace))) {
                if (!object.deleting()) {
                    delete(each.getValue(), object);
                }
            }
        }
        endIfEmpty(namespace);
    }

    private void delete(Kind kind, StoredObject object) {
        try {
            deletes.delete(kind, object.key().namespace(), object.key().name(), Deletion.DEFAULT.onlyUid(object.uid()));
        } catch (io.kumiki.kube.ApiFault fault) {
            // Gone or changed meanwhile: its own removal asks again.
            assert fault.code() >= 400;
        }
    }

    private void endIfEmpty(String namespace) {
        boolean rest = registry.read(
                store -> storages().keySet().stream().anyMatch(storage -> store.hasAny(storage, namespace)));
        if (!rest) {
            deletes.finish(registry.kinds().get(ResourceType.NAMESPACES), new ObjectKey("namespaces", "", namespace));
        }
    }

    private Map<String, Kind> storages() {
        Map<String, Kind> found = new LinkedHashMap<>();
        for (Kind kind : registry.kinds().all()) {
            if (kind.namespaced() && kind.stored()) {
                found.putIfAbsent(kind.storage(), kind);
            }
        }
        return found;
    }
}
