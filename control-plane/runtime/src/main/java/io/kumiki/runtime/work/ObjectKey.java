package io.kumiki.runtime.work;

import io.fabric8.kubernetes.api.model.HasMetadata;

/// Namespace and name; the namespace is empty for cluster-scoped objects.
public record ObjectKey(String namespace, String name) {
    public static ObjectKey of(HasMetadata object) {
        String namespace = object.getMetadata().getNamespace();
        return new ObjectKey(
                namespace == null ? "" : namespace, object.getMetadata().getName());
    }

    @Override
    public String toString() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }
}
