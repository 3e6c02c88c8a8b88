package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.foreign.Format;
import io.kumiki.extender.foreign.Terms;
import io.kumiki.extender.foreign.Translation;
import io.kumiki.model.scheduling.PlaceLevels;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What other systems' objects declare, as it stands, and what this cluster has of the things that they name.
final class DeclaredGroups {
    private final Map<String, Map<String, Terms>> byObject = new ConcurrentHashMap<>();
    private final Map<String, Integer> priorities = new ConcurrentHashMap<>();
    private final Set<String> read = ConcurrentHashMap.newKeySet();
    private volatile List<PlaceLevels.Level> levels = PlaceLevels.USUAL;

    void seen(Format format, JsonNode object) {
        byObject.put(format.name() + " " + ObjectFeed.key(object), format.declared(object));
    }

    /// All of its objects that were there have been told.
    void read(Format format) {
        read.add(format.name());
    }

    /// Whether its objects are served here and were read.
    boolean reads(Format format) {
        return read.contains(format.name());
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

    /// What is declared of it; nothing where no gang of that name is.
    ///
    /// @param group system and name, as members carry it
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
