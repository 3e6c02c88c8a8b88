package io.kumiki.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/// Trees of the few stored objects that every new pod is admitted by, each parsed once for what is stored of it. Only
/// under the registry's lock; nobody may change a tree.
final class ParsedOnce {
    private static final int MOST = 512;

    private record Tree(StoredObject of, JsonNode json) {}

    private final Map<ObjectKey, Tree> trees = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ObjectKey, Tree> eldest) {
            return size() > MOST;
        }
    };

    JsonNode of(StoredObject stored) {
        Tree known = trees.get(stored.key());
        if (known != null && known.of == stored) {
            return known.json;
        }
        JsonNode json = Json.parse(stored.json());
        trees.put(stored.key(), new Tree(stored, json));
        return json;
    }
}
