package io.kumiki.kube.cel;

import java.util.LinkedHashMap;

/// An object, or a map of one; its size in parts is known.
final class MapValue extends LinkedHashMap<String, Object> {
    private static final long serialVersionUID = 1;

    private transient int weight;

    /// After the last entry was put.
    MapValue weighed() {
        weight = 1 + Values.weight(values());
        return this;
    }

    int weight() {
        return weight;
    }
}
