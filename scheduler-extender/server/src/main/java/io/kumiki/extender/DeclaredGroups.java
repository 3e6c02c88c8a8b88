package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.extender.foreign.Declaration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What other systems' objects declare, as it stands.
final class DeclaredGroups {
    private final Map<String, Map<String, Integer>> byObject = new ConcurrentHashMap<>();

    void seen(Declaration declaration, JsonNode object) {
        byObject.put(declaration.kind() + " " + ObjectFeed.key(object), declaration.minima(object));
    }

    void gone(Declaration declaration, String key) {
        byObject.remove(declaration.kind() + " " + key);
    }

    /// 0 where no gang of that name is declared.
    ///
    /// @param group kind and name, as members carry it
    int minimum(String namespace, String group) {
        int slash = group.indexOf('/');
        String kind = group.substring(0, Math.max(0, slash)).toUpperCase(java.util.Locale.ROOT);
        String name = group.substring(slash + 1);
        String object = name.contains("/") ? name.substring(0, name.indexOf('/')) : name;
        return byObject.getOrDefault(kind + " " + namespace + "/" + object, Map.of())
                .getOrDefault(name, 0);
    }
}
