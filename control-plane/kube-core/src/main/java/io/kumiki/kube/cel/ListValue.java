package io.kumiki.kube.cel;

import java.util.AbstractList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;

/// A list of an object. It knows whether it is a set, or a map by some keys of its items: then the order of items does
/// not matter to `==`, and `+` unites.
final class ListValue extends AbstractList<Object> implements RandomAccess {
    /// What kind of list a definition says it is.
    enum Shape {
        PLAIN,
        SET,
        MAP
    }

    private final List<Object> items;
    private final Shape shape;
    private final List<String> keys;
    private final int weight;

    ListValue(List<Object> items, Shape shape, List<String> keys) {
        this.items = items;
        this.shape = shape;
        this.keys = keys;
        this.weight = 1 + Values.weight(items);
    }

    @Override
    public Object get(int index) {
        return items.get(index);
    }

    @Override
    public int size() {
        return items.size();
    }

    Shape shape() {
        return shape;
    }

    int weight() {
        return weight;
    }

    /// What tells an item from others: itself in a set, its keys in a map.
    Object identity(Object item) {
        if (shape != Shape.MAP || !(item instanceof Map<?, ?> map)) {
            return Equality.key(item);
        }
        return keys.stream().map(key -> Equality.key(map.get(key))).toList();
    }

    /// Items by identity.
    Map<Object, Object> identified() {
        Map<Object, Object> identified = new LinkedHashMap<>();
        items.forEach(item -> identified.put(identity(item), item));
        return identified;
    }

    /// Items here keep their places; what the other has under the same identity replaces them, what is new follows.
    ListValue united(List<?> other) {
        Map<Object, Object> united = identified();
        other.forEach(item -> united.put(identity(item), item));
        return new ListValue(List.copyOf(united.values()), shape, keys);
    }
}
