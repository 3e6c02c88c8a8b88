package io.kumiki.kube.registry;

import io.kumiki.kube.Selection;
import io.kumiki.kube.WatchEvent;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.store.Change;
import io.kumiki.kube.store.StoredObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tells watchers of changes, in revision order, each change only when it is durable: nobody ever sees what a crash
/// could take back.
final class WatchHub {
    private final Lock lock;
    private final ArrayDeque<Change> waiting = new ArrayDeque<>();
    private final Map<String, List<Watcher>> watchers = new HashMap<>();
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
            for (Watcher watcher : watchers.getOrDefault(change.key().storage(), List.of())) {
                if (watcher.offer(change)) {
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
                watcher.offer(change);
            }
        }
        watchers.computeIfAbsent(order.kind().storage(), s -> new ArrayList<>()).add(watcher);
        return watcher;
    }

    /// One watch with its selectors.
    final class Watcher implements Registry.Watching {
        private final Kind kind;
        private final String namespace;
        private final Selection selection;
        private final long from;
        private final Consumer<WatchEvent> sink;
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

        private boolean offer(Change change) {
            if (closed
                    || change.revision() <= from
                    || !(namespace.isEmpty() || namespace.equals(change.key().namespace()))) {
                return false;
            }
            WatchEvent event = seen(change);
            if (event != null) {
                queue.add(event);
            }
            return event != null;
        }

        private @Nullable WatchEvent seen(Change change) {
            StoredObject before = change.before();
            StoredObject after = change.after();
            boolean was = before != null && Selecting.matches(kind, selection, before);
            boolean is = after != null && Selecting.matches(kind, selection, after);
            if (is && after != null) {
                return event(was ? WatchEvent.Type.MODIFIED : WatchEvent.Type.ADDED, change, after);
            }
            if (was && before != null) {
                return event(WatchEvent.Type.DELETED, change, after != null ? after : before);
            }
            return null;
        }

        private WatchEvent event(WatchEvent.Type type, Change change, StoredObject object) {
            return new WatchEvent(type, kind.type(), kind.kind(), change.revision(), object);
        }

        /// Tells that everything up to now was told, behind what is still on its way.
        @Override
        public void bookmark() {
            lock.lock();
            try {
                queue.add(new WatchEvent(
                        WatchEvent.Type.BOOKMARK,
                        kind.type(),
                        kind.kind(),
                        Math.max(from, delivered),
                        Bookmarks.plain(kind.storage())));
            } finally {
                lock.unlock();
            }
            drain();
        }

        /// Without the lock. Keeps the order when two threads come at once.
        void drain() {
            while (true) {
                WatchEvent next;
                lock.lock();
                try {
                    if (draining) {
                        return;
                    }
                    next = queue.poll();
                    if (next == null) {
                        return;
                    }
                    draining = true;
                } finally {
                    lock.unlock();
                }
                try {
                    sink.accept(next);
                } finally {
                    lock.lock();
                    draining = false;
                    lock.unlock();
                }
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                closed = true;
                queue.clear();
                List<Watcher> same = watchers.get(kind.storage());
                if (same != null) {
                    same.remove(this);
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
