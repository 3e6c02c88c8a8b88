package io.kumiki.runtime.work;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/// The informers of one process, and the World that reconcilers read from them.
public final class Watches implements World, AutoCloseable {
    private static final String BY_OWNER = "owner-uid";

    private final KubernetesClient client;
    private final Map<Class<?>, SharedIndexInformer<? extends HasMetadata>> informers = new LinkedHashMap<>();

    public Watches(KubernetesClient client) {
        this.client = client;
    }

    /// Every change of an object of this kind wakes the key the function names; an absent key wakes nobody.
    public <T extends HasMetadata> Watches on(
            Class<T> kind, Function<T, Optional<ObjectKey>> key, Consumer<ObjectKey> wake) {
        informer(kind).addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(T object) {
                key.apply(object).ifPresent(wake);
            }

            @Override
            public void onUpdate(T before, T after) {
                key.apply(after).ifPresent(wake);
            }

            @Override
            public void onDelete(T object, boolean unknown) {
                key.apply(object).ifPresent(wake);
            }
        });
        return this;
    }

    /// A controller's own kind.
    public <R extends HasMetadata> Watches feed(Class<R> kind, Controller<R> controller) {
        return on(kind, object -> Optional.of(ObjectKey.of(object)), controller::wake);
    }

    /// Children wake the object that controls them.
    public <T extends HasMetadata> Watches feedOwner(Class<T> child, String ownerKind, Controller<?> controller) {
        return on(
                child,
                object -> owner(object)
                        .filter(o -> o.getKind().equals(ownerKind))
                        .map(o -> new ObjectKey(ObjectKey.of(object).namespace(), o.getName())),
                controller::wake);
    }

    /// Starts every informer and waits until each has its first list.
    public void start() {
        List<CompletableFuture<Void>> ready = informers.values().stream()
                .map(informer -> informer.start().toCompletableFuture())
                .toList();
        CompletableFuture.allOf(ready.toArray(CompletableFuture[]::new)).join();
    }

    @Override
    public void close() {
        informers.values().forEach(SharedIndexInformer::stop);
    }

    @Override
    public <T extends HasMetadata> Optional<T> get(Class<T> kind, String namespace, String name) {
        return Optional.ofNullable(
                informer(kind).getIndexer().getByKey(namespace.isEmpty() ? name : namespace + "/" + name));
    }

    @Override
    public <T extends HasMetadata> List<T> list(Class<T> kind, String namespace) {
        return namespace.isEmpty()
                ? informer(kind).getIndexer().list()
                : informer(kind).getIndexer().byIndex("namespace", namespace);
    }

    @Override
    public <T extends HasMetadata> List<T> ownedBy(Class<T> kind, String ownerUid) {
        return informer(kind).getIndexer().byIndex(BY_OWNER, ownerUid);
    }

    @SuppressWarnings("unchecked") // the map's key is the class of its value's elements
    private <T extends HasMetadata> SharedIndexInformer<T> informer(Class<T> kind) {
        return (SharedIndexInformer<T>) informers.computeIfAbsent(kind, k -> {
            SharedIndexInformer<T> made =
                    client.resources(kind).inAnyNamespace().runnableInformer(600_000);
            made.addIndexers(Map.of(
                    BY_OWNER,
                    object -> owner(object).map(o -> List.of(o.getUid())).orElse(List.of())));
            return made;
        });
    }

    private static Optional<OwnerReference> owner(HasMetadata object) {
        return object.getMetadata().getOwnerReferences().stream()
                .filter(o -> Boolean.TRUE.equals(o.getController()))
                .findFirst();
    }
}
