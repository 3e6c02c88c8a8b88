package io.kumiki.runtime.work;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Optional;

/// The caches as a reconciler may read them. Objects are shared: read only.
public interface World {
    <T extends HasMetadata> Optional<T> get(Class<T> kind, String namespace, String name);

    /// Objects of a kind in a namespace; an empty namespace means all.
    <T extends HasMetadata> List<T> list(Class<T> kind, String namespace);

    /// Objects of a kind whose controlling owner has this uid.
    <T extends HasMetadata> List<T> ownedBy(Class<T> kind, String ownerUid);
}
