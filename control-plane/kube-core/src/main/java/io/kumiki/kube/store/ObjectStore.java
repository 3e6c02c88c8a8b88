package io.kumiki.kube.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// All objects in memory. Not thread-safe: the cluster's one lock guards it.
public final class ObjectStore {
    private final Map<String, TreeMap<ObjectKey, StoredObject>> objects = new HashMap<>();
    private final Map<String, Set<ObjectKey>> byOwner = new HashMap<>();
    private final ChangeWindow window;
    private long revision;

    /// @param windowChanges how many changes a watch may be behind
    public ObjectStore(int windowChanges) {
        this.window = new ChangeWindow(windowChanges, 64L << 20);
    }

    /// A page of a list.
    ///
    /// @param more whether matching objects are left after the last one
    public record Page(List<StoredObject> objects, boolean more, long remaining) {}

    public long revision() {
        return revision;
    }

    /// A watch from an older revision than this cannot be served.
    public long oldestRevision() {
        return window.floor();
    }

    /// Takes up an object that was there before the start; makes no change.
    public void restore(StoredObject object) {
        place(object);
    }

    /// After the last restore: continues the sequence above everything ever seen.
    public void startAt(long first) {
        revision = first;
        window.startAt(first);
    }

    public long nextRevision() {
        return revision + 1;
    }

    public @Nullable StoredObject get(ObjectKey key) {
        TreeMap<ObjectKey, StoredObject> map = objects.get(key.storage());
        return map == null ? null : map.get(key);
    }

    public Change put(StoredObject object) {
        StoredObject before = get(object.key());
        if (before != null) {
            forgetOwners(before);
        }
        place(object);
        return record(new Change(object.revision(), object.key(), before, object));
    }

    public Change remove(ObjectKey key, long at) {
        TreeMap<ObjectKey, StoredObject> map = objects.get(key.storage());
        StoredObject before = map == null ? null : map.remove(key);
        if (before == null) {
            throw new IllegalStateException(key + " is not stored");
        }
        forgetOwners(before);
        return record(new Change(at, key, before, null));
    }

    private Change record(Change change) {
        revision = change.revision();
        window.add(change);
        return change;
    }

    private void place(StoredObject object) {
        objects.computeIfAbsent(object.key().storage(), s -> new TreeMap<>()).put(object.key(), object);
        for (String owner : object.owners()) {
            byOwner.computeIfAbsent(owner, o -> new HashSet<>(2)).add(object.key());
        }
    }

    private void forgetOwners(StoredObject object) {
        for (String owner : object.owners()) {
            Set<ObjectKey> keys = byOwner.get(owner);
            if (keys != null && keys.remove(object.key()) && keys.isEmpty()) {
                byOwner.remove(owner);
            }
        }
    }

    /// Keys of the objects that name this uid as an owner.
    public List<ObjectKey> ownedBy(String uid) {
        return List.copyOf(byOwner.getOrDefault(uid, Set.of()));
    }

    /// Always in the same order, as {@link #storages}: what a seed did once, it does again in the next process.
    public List<String> ownersNamed() {
        return byOwner.keySet().stream().sorted().toList();
    }

    public List<String> storages() {
        return objects.keySet().stream().sorted().toList();
    }

    public int count(String storage) {
        TreeMap<ObjectKey, StoredObject> map = objects.get(storage);
        return map == null ? 0 : map.size();
    }

    /// Objects of one storage, in one namespace or (empty) in all, in order.
    public List<StoredObject> all(String storage, String namespace) {
        return new ArrayList<>(range(storage, namespace).values());
    }

    private NavigableMap<ObjectKey, StoredObject> range(String storage, String namespace) {
        TreeMap<ObjectKey, StoredObject> map = objects.get(storage);
        if (map == null) {
            return new TreeMap<>();
        }
        if (namespace.isEmpty()) {
            return map;
        }
        return map.subMap(
                new ObjectKey(storage, namespace, ""), true, new ObjectKey(storage, namespace + "\0", ""), false);
    }

    public boolean hasAny(String storage, String namespace) {
        return !range(storage, namespace).isEmpty();
    }

    /// Matching objects after a key, as they were at a revision.
    ///
    /// @param after `null` from the beginning
    /// @param limit 0 for all
    public Page page(
            String storage,
            String namespace,
            @Nullable ObjectKey after,
            long at,
            int limit,
            Predicate<StoredObject> wanted) {
        NavigableMap<ObjectKey, StoredObject> map = asOf(storage, namespace, at);
        Collection<StoredObject> rest =
                after == null ? map.values() : map.tailMap(after, false).values();
        List<StoredObject> found = new ArrayList<>();
        long left = 0;
        for (StoredObject object : rest) {
            if (!wanted.test(object)) {
                continue;
            }
            if (limit > 0 && found.size() == limit) {
                left++;
            } else {
                found.add(object);
            }
        }
        return new Page(found, left > 0, left);
    }

    /// Undoes later changes: for each object the first change after the revision knows what was there.
    private NavigableMap<ObjectKey, StoredObject> asOf(String storage, String namespace, long at) {
        NavigableMap<ObjectKey, StoredObject> now = range(storage, namespace);
        if (at >= revision) {
            return now;
        }
        NavigableMap<ObjectKey, StoredObject> then = new TreeMap<>(now);
        List<Change> later = window.after(at);
        for (int i = later.size() - 1; i >= 0; i--) {
            Change change = later.get(i);
            if (!change.key().storage().equals(storage)
                    || !(namespace.isEmpty() || namespace.equals(change.key().namespace()))) {
                continue;
            }
            StoredObject before = change.before();
            if (before == null) {
                then.remove(change.key());
            } else {
                then.put(change.key(), before);
            }
        }
        return then;
    }

    /// What happened to one storage after a revision, oldest first.
    public List<Change> changesAfter(long from, String storage) {
        List<Change> found = new ArrayList<>();
        for (Change change : window.after(from)) {
            if (change.key().storage().equals(storage)) {
                found.add(change);
            }
        }
        return found;
    }
}
