package io.kumiki.kube.store;

/// Where an object is: ordered by namespace, then name, as lists are.
///
/// @param storage `pods`, `leases.coordination.k8s.io`
/// @param namespace empty for cluster-wide objects
public record ObjectKey(String storage, String namespace, String name) implements Comparable<ObjectKey> {
    @Override
    public int compareTo(ObjectKey other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }

    // Both are written out: see ResourceType.
    @Override
    public boolean equals(Object other) {
        return other instanceof ObjectKey key
                && name.equals(key.name)
                && namespace.equals(key.namespace)
                && storage.equals(key.storage);
    }

    @Override
    public int hashCode() {
        return (storage.hashCode() * 31 + namespace.hashCode()) * 31 + name.hashCode();
    }

    @Override
    public String toString() {
        return storage + " " + (namespace.isEmpty() ? "" : namespace + "/") + name;
    }
}
