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

    @Override
    public String toString() {
        return storage + " " + (namespace.isEmpty() ? "" : namespace + "/") + name;
    }
}
