package io.kumiki.kube.controllers;

import io.kumiki.kube.ResourceType;
import io.kumiki.kube.store.Change;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// One kind's decision and what wakes it.
///
/// @param manager the name under which it writes
/// @param wakes by the storage whose changes they listen to
public record Controller(String manager, ResourceType type, Reconciler reconciler, List<Wake> wakes) {
    /// Which objects of the controller's type a change of another type concerns. Runs under the cluster's lock: looks,
    /// never writes.
    public record Wake(String storage, Look look) {}

    /// See [Wake].
    @FunctionalInterface
    public interface Look {
        void keys(Change change, Owners owners, Consumer<ObjectKey> wake);
    }

    public Controller {
        wakes = List.copyOf(wakes);
    }

    public static Controller of(String manager, ResourceType type, Reconciler reconciler) {
        return new Controller(manager, type, reconciler, List.of(on(type, (change, owners, wake) -> {
            if (change.after() != null) {
                wake.accept(change.key());
            }
        })));
    }

    /// Woken only by what it says.
    public static Controller woken(String manager, ResourceType type, Reconciler reconciler) {
        return new Controller(manager, type, reconciler, List.of());
    }

    /// Also woken by changes of what it owns.
    public Controller owning(ResourceType owned) {
        return with(on(owned, (change, owners, wake) -> {
            for (StoredObject side : sides(change)) {
                for (String uid : side.owners()) {
                    ObjectKey owner = owners.ofUid(uid);
                    if (owner != null && owner.storage().equals(type.storage())) {
                        wake.accept(owner);
                    }
                }
            }
        }));
    }

    /// Also woken by changes of objects that its selector wants: all, or only those without an owner.
    public Controller selecting(ResourceType selected, boolean unowned) {
        return with(on(selected, (change, owners, wake) -> {
            for (StoredObject side : sides(change)) {
                if (!unowned || side.owners().isEmpty()) {
                    owners.selecting(type.storage(), side, wake);
                }
            }
        }));
    }

    /// Every object of its type is looked at when one of another type changes.
    public Controller allOn(ResourceType changed) {
        return with(on(changed, (change, owners, wake) -> owners.all(type.storage(), wake)));
    }

    public Controller wokenBy(ResourceType changed, Look look) {
        return with(on(changed, look));
    }

    private Controller with(Wake wake) {
        List<Wake> all = new ArrayList<>(wakes);
        all.add(wake);
        return new Controller(manager, type, reconciler, all);
    }

    private static Wake on(ResourceType type, Look look) {
        return new Wake(type.storage(), look);
    }

    static List<StoredObject> sides(Change change) {
        List<StoredObject> sides = new ArrayList<>(2);
        if (change.before() != null) {
            sides.add(change.before());
        }
        if (change.after() != null) {
            sides.add(change.after());
        }
        return sides;
    }
}
