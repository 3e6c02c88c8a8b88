package io.kumiki.runtime.work;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// Keys that want attention. One entry per key however often it is added; a key added while it runs runs once more
/// afterwards;
/// a key never runs twice at once; nothing added is ever dropped before it ran. Safe from any thread.
public final class WorkQueue<K> implements AutoCloseable {
    private record Due<K>(K key, long at, long order) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final LongSupplier nanos;
    private final LinkedHashSet<K> ready = new LinkedHashSet<>();
    private final Set<K> running = new HashSet<>();
    private final Set<K> again = new LinkedHashSet<>();
    private final Map<K, Due<K>> delayed = new HashMap<>();
    private final PriorityQueue<Due<K>> byTime =
            new PriorityQueue<>(Comparator.<Due<K>>comparingLong(d -> d.at()).thenComparingLong(d -> d.order()));
    private long order;
    private boolean closed;

    public WorkQueue() {
        this(System::nanoTime);
    }

    /// @param nanos a monotonic clock
    public WorkQueue(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /// Wants the key to run as soon as a worker is free.
    public void add(K key) {
        lock.lock();
        try {
            forgetDelay(key);
            enqueue(key);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Wants the key to run after a while; of several wishes the earliest counts.
    public void addAfter(K key, Duration delay) {
        if (delay.isZero() || delay.isNegative()) {
            add(key);
            return;
        }
        lock.lock();
        try {
            long at = nanos.getAsLong() + delay.toNanos();
            Due<K> known = delayed.get(key);
            if (ready.contains(key) || known != null && known.at() <= at) {
                return;
            }
            forgetDelay(key);
            Due<K> due = new Due<>(key, at, order++);
            delayed.put(key, due);
            byTime.add(due);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Waits for a key and marks it as running; empty once the queue is closed.
    public Optional<K> take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                if (closed) {
                    return Optional.empty();
                }
                long wait = promote();
                if (!ready.isEmpty()) {
                    K key = ready.removeFirst();
                    running.add(key);
                    if (!ready.isEmpty()) {
                        changed.signal();
                    }
                    return Optional.of(key);
                }
                if (wait == Long.MAX_VALUE) {
                    changed.await();
                } else {
                    changed.awaitNanos(wait);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// The worker is through with the key.
    public void done(K key) {
        lock.lock();
        try {
            running.remove(key);
            if (again.remove(key)) {
                enqueue(key);
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Keys waiting now or later, without those that run.
    public int size() {
        lock.lock();
        try {
            return ready.size() + again.size() + delayed.size();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void enqueue(K key) {
        if (running.contains(key)) {
            again.add(key);
        } else {
            ready.add(key);
        }
    }

    private void forgetDelay(K key) {
        Due<K> known = delayed.remove(key);
        if (known != null) {
            byTime.remove(known);
        }
    }

    /// Moves what is due to the ready set; answers how long until the next.
    private long promote() {
        long now = nanos.getAsLong();
        ArrayDeque<K> due = new ArrayDeque<>();
        while (!byTime.isEmpty() && byTime.peek().at() - now <= 0) {
            due.add(byTime.poll().key());
        }
        for (K key : due) {
            delayed.remove(key);
            enqueue(key);
        }
        return byTime.isEmpty() ? Long.MAX_VALUE : byTime.peek().at() - now;
    }
}
