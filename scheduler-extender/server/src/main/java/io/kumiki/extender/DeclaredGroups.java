package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.foreign.Format;
import io.kumiki.extender.foreign.Terms;
import io.kumiki.extender.foreign.Translation;
import io.kumiki.model.scheduling.PlaceLevels;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What other systems' objects declare, as it stands, and what this cluster has of the things that they name.
final class DeclaredGroups {
    private final Map<String, Map<String, Terms>> byObject = new ConcurrentHashMap<>();
    private final Map<String, Integer> priorities = new ConcurrentHashMap<>();
    private volatile List<PlaceLevels.Level> levels = PlaceLevels.USUAL;

    void seen(Format format, JsonNode object) {
        byObject.put(format.name() + " " + ObjectFeed.key(object), format.declared(object));
    }

    void gone(Format format, String key) {
        byObject.remove(format.name() + " " + key);
    }

    /// @param kind of class: [Terms.Priority]
    void priority(String kind, JsonNode object) {
        priorities.put(
                new Terms.Priority(kind, object.path("metadata").path("name").asText()).key(),
                object.path("value").asInt(0));
    }

    void priorityGone(String kind, String name) {
        priorities.remove(new Terms.Priority(kind, name).key());
    }

    void levels(List<PlaceLevels.Level> now) {
        levels = now;
    }

    /// Members without which it does not start; 0 where no gang of that name is declared.
    ///
    /// @param group system and name, as members carry it
    int minimum(String namespace, String group) {
        return terms(namespace, group).minimum();
    }

    Terms terms(String namespace, String group) {
        int slash = group.indexOf('/');
        String system = group.substring(0, Math.max(0, slash));
        String name = group.substring(slash + 1);
        String object = name.contains("/") ? name.substring(0, name.indexOf('/')) : name;
        return byObject.getOrDefault(system + " " + namespace + "/" + object, Map.of())
                .getOrDefault(name, Terms.NONE);
    }

    /// What is not followed, in words; the rest is written to the spec of a Gang.
    List<String> translate(Terms terms, ObjectNode spec) {
        return Translation.into(spec, terms, levels, priorities);
    }
}
