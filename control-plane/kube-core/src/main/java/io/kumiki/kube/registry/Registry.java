package io.kumiki.kube.registry;

import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Journal;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WatchEvent;
import io.kumiki.kube.WatchText;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.kinds.KindTable;
import io.kumiki.kube.store.Change;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.kube.store.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Store, journal and watchers under one lock.
public final class Registry {
    /// Hears of each change under the lock and may queue what follows from it.
    @FunctionalInterface
    public interface Consequences {
        void of(Change change, Consumer<Runnable> later);
    }

    /// A running watch.
    public interface Watching extends AutoCloseable {
        /// Tells that everything up to now was told.
        void bookmark();

        @Override
        void close();
    }

    /// Which watch is wanted.
    ///
    /// @param from 0 for everything that is there now as `ADDED`, then changes
    /// @param marksInitial tells what is there now, at that revision or later, and puts a bookmark behind it
    /// @param silent without a revision begins with what comes next
    public record WatchOrder(
            Kind kind, String namespace, Selection selection, long from, boolean marksInitial, boolean silent) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final ObjectStore store;
    private final KindTable kinds;
    private final Journal journal;
    private final WatchHub hub = new WatchHub(lock);
    private final ConcurrentLinkedQueue<Runnable> later = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean following = new AtomicBoolean();
    private Consequences consequences = (change, queue) -> {};

    public Registry(KindTable kinds, Journal journal, int windowChanges) {
        this.kinds = kinds;
        this.journal = journal;
        this.store = new ObjectStore(windowChanges);
    }

    public KindTable kinds() {
        return kinds;
    }

    /// Before the first write; the sequence goes on above everything that anybody may have seen.
    public void load(Consumer<Consumer<StoredObject>> source, long seen) {
        source.accept(store::restore);
        store.startAt(seen);
        hub.startAt(seen);
        journal.onDurable(hub::durable);
    }

    public void consequences(Consequences follow) {
        this.consequences = follow;
    }

    /// Throws what a write of something new would meet: a disk without room, or one that fails.
    public void acceptsMore() {
        journal.admit(true);
    }

    <T> T write(boolean dryRun, boolean growth, Function<Tx, T> work) {
        if (!dryRun) {
            journal.admit(growth);
        }
        Tx tx = new Tx(store, dryRun);
        T result;
        lock.lock();
        try {
            result = work.apply(tx);
            if (!tx.entries.isEmpty()) {
                tx.changes.forEach(change -> {
                    hub.committed(change);
                    consequences.of(change, later::add);
                });
                journal.append(tx.entries);
            }
        } finally {
            lock.unlock();
        }
        if (!tx.entries.isEmpty()) {
            try {
                journal.await(tx.entries.getLast().revision());
            } catch (ApiFault unknown) {
                // The writer is not told whether it is safe, but it is done, and so is what follows from it.
                follow();
                throw unknown;
            }
            follow();
        }
        return result;
    }

    /// Carries out what follows from earlier writes. One thread at a time; what it writes itself is queued behind.
    public void follow() {
        boolean goesOn = true;
        while (goesOn && !later.isEmpty() && following.compareAndSet(false, true)) {
            try {
                for (Runnable next = later.poll(); goesOn && next != null; next = goesOn ? later.poll() : null) {
                    goesOn = runOne(next);
                }
            } finally {
                following.set(false);
            }
        }
    }

    /// Returns false when the journal is in trouble: the work waits for the next write.
    private boolean runOne(Runnable next) {
        try {
            next.run();
            return true;
        } catch (ApiFault e) {
            if (e.code() < 500) {
                // Somebody else was first (gone, changed): whatever they did queued its own consequences.
                return true;
            }
            later.add(next);
            return false;
        }
    }

    public void queue(Runnable work) {
        later.add(work);
    }

    /// Under the lock, without a write.
    public <T extends @Nullable Object> T read(Function<ObjectStore, T> work) {
        lock.lock();
        try {
            return work.apply(store);
        } finally {
            lock.unlock();
        }
    }

    /// For an answer that must not show what a crash could take back.
    public void awaitDurable() {
        long seen = read(ObjectStore::revision);
        if (seen > 0) {
            journal.await(seen);
        }
    }

    public @Nullable StoredObject get(ObjectKey key) {
        lock.lock();
        try {
            return store.get(key);
        } finally {
            lock.unlock();
        }
    }

    public long delivered() {
        return hub.delivered();
    }

    public Watching watch(WatchOrder order, Consumer<WatchEvent> sink) {
        Kind kind = order.kind();
        long from = order.from();
        Selecting.check(kind, order.selection());
        WatchHub.Watcher watcher;
        lock.lock();
        try {
            if (from > 0 && !order.marksInitial() && from < store.oldestRevision()) {
                throw tooOld(from);
            }
            if (from > store.revision()) {
                throw ApiFault.tooNew(from, store.revision());
            }
            boolean present = order.marksInitial() || (from == 0 && !order.silent());
            long start = from > 0 && !present ? from : store.revision();
            List<WatchEvent> initial = present ? present(order, start) : List.of();
            watcher = hub.register(order, start, initial, store.changesAfter(start, kind.storage()), sink);
        } finally {
            lock.unlock();
        }
        watcher.drain();
        return watcher;
    }

    public ApiFault tooOld(long from) {
        return ApiFault.gone("too old resource version: " + from + " (" + read(ObjectStore::oldestRevision) + ")");
    }

    private List<WatchEvent> present(WatchOrder order, long at) {
        Kind kind = order.kind();
        List<WatchEvent> events = new ArrayList<>();
        for (StoredObject object : store.all(kind.storage(), order.namespace())) {
            if (Selecting.matches(kind, order.selection(), object)) {
                events.add(new WatchEvent(
                        WatchEvent.Type.ADDED, kind.type(), kind.kind(), object.revision(), object, new WatchText()));
            }
        }
        if (order.marksInitial()) {
            events.add(new WatchEvent(
                    WatchEvent.Type.BOOKMARK,
                    kind.type(),
                    kind.kind(),
                    at,
                    Bookmarks.initialEnd(kind.storage()),
                    new WatchText()));
        }
        return events;
    }
}
