package io.kumiki.kube.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Journal;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.store.Change;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.kube.store.StoredObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One write under the cluster's lock. What it puts is in the store at once; nothing may throw after the first put.
final class Tx {
    private final ObjectStore store;
    private final boolean dryRun;
    final List<Journal.Entry> entries = new ArrayList<>(1);
    final List<Change> changes = new ArrayList<>(1);

    Tx(ObjectStore store, boolean dryRun) {
        this.store = store;
        this.dryRun = dryRun;
    }

    ObjectStore store() {
        return store;
    }

    @Nullable
    StoredObject get(ObjectKey key) {
        return store.get(key);
    }

    StoredObject put(Kind kind, ObjectKey key, ObjectNode object) {
        StoredObject before = store.get(key);
        // What is only tried has no revision, or the one that is there.
        long revision = !dryRun ? store.nextRevision() : before == null ? 0 : before.revision();
        StoredObject stored = kind.store(key, revision, object);
        if (!dryRun) {
            changes.add(store.put(stored));
            entries.add(new Journal.Entry(stored.revision(), key, stored.json()));
        }
        return stored;
    }

    StoredObject remove(StoredObject object) {
        long at = store.nextRevision();
        if (!dryRun) {
            changes.add(store.remove(object.key(), at));
            entries.add(new Journal.Entry(at, object.key(), new byte[0]));
        }
        return object.at(at);
    }
}
