package io.kumiki.kube.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/// A set of field paths as managedFields writes it: `f:name` for a member, `k:{"name":"x"}` for a list item by its
/// keys, `v:"x"` for an item of a set,
/// `.` for the thing itself.
final class FieldSet {
    private boolean self;
    /// Most sets are leaves: a map of their own is made when there is something to put into it.
    private NavigableMap<String, FieldSet> below = Collections.emptyNavigableMap();

    private NavigableMap<String, FieldSet> open() {
        if (below.isEmpty() && !(below instanceof TreeMap)) {
            below = new TreeMap<>();
        }
        return below;
    }

    static FieldSet parse(JsonNode fields) {
        FieldSet set = new FieldSet();
        for (Map.Entry<String, JsonNode> each : fields.properties()) {
            if (each.getKey().equals(".")) {
                set.self = true;
            } else {
                FieldSet child = parse(each.getValue());
                if (each.getValue().isEmpty()) {
                    child.self = true;
                }
                set.open().put(each.getKey(), child);
            }
        }
        return set;
    }

    ObjectNode json() {
        ObjectNode json = Json.object();
        if (self && !below.isEmpty()) {
            json.putObject(".");
        }
        for (Map.Entry<String, FieldSet> each : below.entrySet()) {
            if (!each.getValue().isEmpty()) {
                json.set(each.getKey(), each.getValue().json());
            }
        }
        return json;
    }

    boolean isEmpty() {
        if (self) {
            return false;
        }
        for (FieldSet each : below.values()) {
            if (!each.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    boolean self() {
        return self;
    }

    Map<String, FieldSet> below() {
        return below;
    }

    void addSelf() {
        self = true;
    }

    FieldSet child(String step) {
        return open().computeIfAbsent(step, s -> new FieldSet());
    }

    void put(String step, FieldSet child) {
        open().put(step, child);
    }

    FieldSet copy() {
        FieldSet copy = new FieldSet();
        copy.addAll(this);
        return copy;
    }

    void addAll(FieldSet other) {
        self |= other.self;
        other.below.forEach((step, child) -> child(step).addAll(child));
    }

    void removeAll(FieldSet other) {
        if (other.self) {
            self = false;
        }
        other.below.forEach((step, child) -> {
            FieldSet mine = below.get(step);
            if (mine != null) {
                mine.removeAll(child);
                if (mine.isEmpty()) {
                    below.remove(step);
                }
            }
        });
    }

    /// Removes a path and everything below it.
    void removeTree(FieldSet other) {
        if (other.self) {
            self = false;
            below = Collections.emptyNavigableMap();
            return;
        }
        other.below.forEach((step, child) -> {
            FieldSet mine = below.get(step);
            if (mine != null) {
                mine.removeTree(child);
                if (mine.isEmpty()) {
                    below.remove(step);
                }
            }
        });
    }

    FieldSet intersection(FieldSet other) {
        FieldSet both = new FieldSet();
        both.self = self && other.self;
        below.forEach((step, child) -> {
            FieldSet theirs = other.below.get(step);
            if (theirs != null) {
                FieldSet common = child.intersection(theirs);
                if (!common.isEmpty()) {
                    both.open().put(step, common);
                }
            }
        });
        return both;
    }

    /// Whether the path itself, or anything below it, is in the set.
    boolean touches(String step) {
        FieldSet child = below.get(step);
        return child != null && !child.isEmpty();
    }

    /// Every member path in the words of conflict messages: `.spec.containers[name="x"].image`.
    void each(String path, BiConsumer<String, FieldSet> visitor) {
        if (self) {
            visitor.accept(path, this);
        }
        below.forEach((step, child) -> child.each(path + words(step), visitor));
    }

    private static String words(String step) {
        if (step.startsWith("f:")) {
            return "." + step.substring(2);
        }
        if (step.startsWith("k:")) {
            StringBuilder text = new StringBuilder("[");
            Json.parse(step.substring(2))
                    .properties()
                    .forEach(key -> text.append(text.length() > 1 ? "," : "")
                            .append(key.getKey())
                            .append('=')
                            .append(key.getValue()));
            return text.append(']').toString();
        }
        return "[" + step.substring(Math.min(2, step.length())) + "]";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FieldSet that && json().equals(that.json());
    }

    @Override
    public int hashCode() {
        return json().hashCode();
    }
}
