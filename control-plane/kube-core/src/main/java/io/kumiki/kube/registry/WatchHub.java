package io.kumiki.kube.registry;

import io.kumiki.kube.Selection;
import io.kumiki.kube.WatchEvent;
import io.kumiki.kube.WatchText;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.store.Change;
import io.kumiki.kube.store.StoredObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tells watchers of changes, in revision order, each change only when it is durable: nobody ever sees what a crash
/// could take back.
final class WatchHub {
    private final Lock lock;
    private final ArrayDeque<Change> waiting = new ArrayDeque<>();
    private final Map<String, Set<Watcher>> watchers = new HashMap<>();
    private long durable;
    private long delivered;
    private boolean delivering;

    /// @param lock the cluster's own
    WatchHub(Lock lock) {
        this.lock = lock;
    }

    void startAt(long revision) {
        durable = revision;
        delivered = revision;
    }

    /// Under the lock, in revision order.
    void committed(Change change) {
        waiting.add(change);
    }

    /// Highest revision that every watcher has been offered.
    long delivered() {
        lock.lock();
        try {
            return delivered;
        } finally {
            lock.unlock();
        }
    }

    /// Called without the lock. One thread delivers at a time; others leave their news to it.
    void durable(long revision) {
        lock.lock();
        try {
            durable = Math.max(durable, revision);
            if (delivering) {
                return;
            }
            delivering = true;
        } finally {
            lock.unlock();
        }
        RuntimeException fault = null;
        boolean more = true;
        while (more) {
            try {
                more = deliverNext();
            } catch (RuntimeException e) {
                // One broken consumer must not silence the others: it is told of after everybody has heard
                // everything.
                fault = e;
            }
        }
        if (fault != null) {
            throw fault;
        }
    }

    private boolean deliverNext() {
        List<Watcher> told;
        lock.lock();
        try {
            Change change = waiting.peek();
            if (change == null || change.revision() > durable) {
                delivering = false;
                return false;
            }
            waiting.remove();
            delivered = change.revision();
            told = new ArrayList<>();
            WatchText text = new WatchText();
            for (Watcher watcher : watchers.getOrDefault(change.key().storage(), Set.of())) {
                if (watcher.offer(change, text)) {
                    told.add(watcher);
                }
            }
        } finally {
            lock.unlock();
        }
        drainAll(told);
        return true;
    }

    private static void drainAll(List<Watcher> told) {
        RuntimeException fault = null;
        for (Watcher watcher : told) {
            try {
                watcher.drain();
            } catch (RuntimeException e) {
                fault = e;
            }
        }
        if (fault != null) {
            throw fault;
        }
    }

    /// Under the lock. The backlog is offered before anything later can be.
    Watcher register(
            Registry.WatchOrder order,
            long from,
            List<WatchEvent> initial,
            List<Change> backlog,
            Consumer<WatchEvent> sink) {
        Watcher watcher = new Watcher(order.kind(), order.namespace(), order.selection(), from, sink);
        watcher.queue.addAll(initial);
        for (Change change : backlog) {
            if (change.revision() <= delivered) {
                watcher.offer(change, new WatchText());
            }
        }
        watchers.computeIfAbsent(order.kind().storage(), s -> new LinkedHashSet<>())
                .add(watcher);
        return watcher;
    }

    /// One watch with its selectors.
    final class Watcher implements Registry.Watching {
        private final Kind kind;
        private final String namespace;
        private final Selection selection;
        private final long from;
        private final Consumer<WatchEvent> sink;
        /// Of this watch alone, so that many watches do not queue for the cluster's lock; taken inside it, never
        /// around it.
        private final ReentrantLock own = new ReentrantLock();
        private final ArrayDeque<WatchEvent> queue = new ArrayDeque<>();
        private boolean draining;
        private boolean closed;

        private Watcher(Kind kind, String namespace, Selection selection, long from, Consumer<WatchEvent> sink) {
            this.kind = kind;
            this.namespace = namespace;
            this.selection = selection;
            this.from = from;
            this.sink = sink;
        }

        private boolean offer(Change change, WatchText text) {
            if (change.revision() <= from
                    || !(namespace.isEmpty() || namespace.equals(change.key().namespace()))) {
                return false;
            }
            WatchEvent event = seen(change, text);
            return event != null && add(event);
        }

        private boolean add(WatchEvent event) {
            own.lock();
            try {
                return !closed && queue.add(event);
            } finally {
                own.unlock();
            }
        }

        private @Nullable WatchEvent seen(Change change, WatchText text) {
            StoredObject before = change.before();
            StoredObject after = change.after();
            boolean was = before != null && Selecting.matches(kind, selection, before);
            boolean is = after != null && Selecting.matches(kind, selection, after);
            if (is && after != null) {
                return event(was ? WatchEvent.Type.MODIFIED : WatchEvent.Type.ADDED, change, after, text);
            }
            if (was && before != null) {
                // As it was when it was last selected.
                return event(WatchEvent.Type.DELETED, change, before, text);
            }
            return null;
        }

        private WatchEvent event(WatchEvent.Type type, Change change, StoredObject object, WatchText text) {
            return new WatchEvent(type, kind.type(), kind.kind(), change.revision(), object, text);
        }

        /// Tells that everything up to now was told, behind what is still on its way.
        @Override
        public void bookmark() {
            lock.lock();
            try {
                add(new WatchEvent(
                        WatchEvent.Type.BOOKMARK,
                        kind.type(),
                        kind.kind(),
                        Math.max(from, delivered),
                        Bookmarks.plain(kind.storage()),
                        new WatchText()));
            } finally {
                lock.unlock();
            }
            drain();
        }

        /// Without the cluster's lock. Keeps the order when two threads come at once.
        void drain() {
            while (true) {
                WatchEvent next = next();
                if (next == null) {
                    return;
                }
                try {
                    sink.accept(next);
                } finally {
                    own.lock();
                    draining = false;
                    own.unlock();
                }
            }
        }

        private @Nullable WatchEvent next() {
            own.lock();
            try {
                WatchEvent next = draining ? null : queue.poll();
                draining |= next != null;
                return next;
            } finally {
                own.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                forget();
                Set<Watcher> same = watchers.get(kind.storage());
                if (same != null) {
                    same.remove(this);
                }
            } finally {
                lock.unlock();
            }
        }

        private void forget() {
            own.lock();
            try {
                closed = true;
                queue.clear();
            } finally {
                own.unlock();
            }
        }
    }
}
