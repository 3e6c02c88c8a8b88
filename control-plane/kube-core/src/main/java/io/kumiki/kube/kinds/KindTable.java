package io.kumiki.kube.kinds;

import io.kumiki.kube.ResourceType;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All kinds served now. Replaced as a whole when a definition changes, so readers need no lock.
public final class KindTable {
    private volatile Map<ResourceType, Kind> kinds;
    private volatile long version;

    public KindTable(Collection<Kind> builtIn) {
        Map<ResourceType, Kind> map = new LinkedHashMap<>();
        builtIn.forEach(kind -> map.put(kind.type(), kind));
        kinds = map;
    }

    public @Nullable Kind find(ResourceType type) {
        return kinds.get(type);
    }

    public Kind get(ResourceType type) {
        Kind kind = kinds.get(type);
        if (kind == null) {
            throw new IllegalArgumentException(type + " " + type.version() + " is not served");
        }
        return kind;
    }

    public @Nullable Kind byKind(String apiVersion, String word) {
        for (Kind kind : kinds.values()) {
            if (kind.kind().equals(word) && kind.type().apiVersion().equals(apiVersion)) {
                return kind;
            }
        }
        return null;
    }

    /// Any version of it: they share what is stored.
    public @Nullable Kind byStorage(String storage) {
        for (Kind kind : kinds.values()) {
            if (kind.stored() && kind.storage().equals(storage)) {
                return kind;
            }
        }
        return null;
    }

    public List<Kind> all() {
        return List.copyOf(kinds.values());
    }

    /// Rises with each change; caches of documents made from the table compare it.
    public long version() {
        return version;
    }

    /// Puts the given versions of one storage in place of those served before; none to end it.
    public synchronized void replace(String storage, List<Kind> served) {
        Map<ResourceType, Kind> map = new LinkedHashMap<>(kinds);
        map.keySet().removeIf(type -> type.storage().equals(storage));
        served.forEach(kind -> map.put(kind.type(), kind));
        kinds = map;
        version++;
    }
}
