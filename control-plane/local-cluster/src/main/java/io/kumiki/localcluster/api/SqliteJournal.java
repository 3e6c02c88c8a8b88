package io.kumiki.localcluster.api;

import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Journal;
import io.kumiki.runtime.sql.Checkpoints;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Objects in one SQLite file, write-ahead log with synchronous=FULL.
///
/// Group commit: one thread takes everything that waits, writes it in one transaction and lets all its writers go
/// after the one fsync. While
/// that runs, the next group gathers. A second thread tells listeners, so that a listener may write again.
public final class SqliteJournal implements Journal {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteJournal.class);
    private static final long PATIENCE_SECONDS = 15;
    private static final long PATIENCE_FULL_DISK_SECONDS = 3;

    private final Path file;
    private final long freeFloor;
    private final JournalFile objects;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition done = lock.newCondition();
    private List<Entry> waiting = new ArrayList<>();
    private long durable;
    private long told;
    private @Nullable String trouble;
    private boolean closing;
    private boolean written;
    private LongConsumer listener = revision -> {};
    private @Nullable Checkpoints checkpoints;
    private final Thread writer;
    private final Thread teller;
    private volatile long spaceCheckedAt;
    private volatile long freeSpace = Long.MAX_VALUE;

    /// @param freeFloor nothing new is accepted when less than this many bytes are free on the disk
    public SqliteJournal(Path file, long freeFloor) {
        this.file = file;
        this.freeFloor = freeFloor;
        this.objects = new JournalFile(file);
        this.writer = Thread.ofPlatform().daemon().name("kube-journal").unstarted(this::write);
        this.teller = Thread.ofPlatform().daemon().name("kube-news").unstarted(this::tell);
    }

    @Override
    public long load(Consumer<Entry> sink) {
        durable = objects.read(sink);
        told = durable;
        start();
        return durable;
    }

    private void start() {
        try {
            checkpoints = objects.checkpoints();
        } catch (SQLException e) {
            throw new IllegalStateException(file + " cannot be opened: " + e.getMessage(), e);
        }
        writer.start();
        teller.start();
    }

    @Override
    public void onDurable(LongConsumer hear) {
        lock.lock();
        try {
            listener = hear;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void admit(boolean growth) {
        String now = trouble;
        if (now != null) {
            throw full(now);
        }
        if (growth && free() < freeFloor) {
            throw full("only " + (free() >> 20) + " MiB are free on the disk of " + file.getParent() + " and "
                    + (freeFloor >> 20) + " MiB are wanted; delete something");
        }
    }

    private long free() {
        long now = System.nanoTime();
        if (now - spaceCheckedAt > TimeUnit.SECONDS.toNanos(1) || spaceCheckedAt == 0) {
            spaceCheckedAt = now;
            freeSpace = file.toFile().getAbsoluteFile().getParentFile().getUsableSpace();
        }
        return freeSpace;
    }

    private static ApiFault full(String why) {
        return ApiFault.of(507, "InsufficientStorage", "the write was not accepted: " + why);
    }

    @Override
    public void append(List<Entry> entries) {
        lock.lock();
        try {
            if (closing) {
                throw ApiFault.of(503, "ServiceUnavailable", "the server is stopping");
            }
            waiting.addAll(entries);
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void await(long revision) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        long endWhenFull = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_FULL_DISK_SECONDS);
        lock.lock();
        try {
            while (durable < revision) {
                long left = (trouble == null ? end : endWhenFull) - System.nanoTime();
                if (left <= 0) {
                    throw trouble == null
                            ? ApiFault.of(
                                    504,
                                    "Timeout",
                                    "the write is not yet on disk; whether it will be is unknown, so read before"
                                            + " trying again")
                            : full(trouble + "; it may still come through when there is room");
                }
                done.awaitNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(500)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ApiFault.of(503, "ServiceUnavailable", "the server is stopping");
        } finally {
            lock.unlock();
        }
    }

    private void write() {
        while (true) {
            List<Entry> group = nextGroup();
            if (group == null) {
                return;
            }
            while (!commit(group)) {
                // The store is ahead of the disk now, so this group must come through before anything else can.
                lock.lock();
                try {
                    if (closing) {
                        LOG.error(
                                "{} changes could not be written to {} before the end: {}",
                                group.size(),
                                file,
                                trouble);
                        written = true;
                        return;
                    }
                    work.awaitNanos(TimeUnit.SECONDS.toNanos(1));
                } catch (InterruptedException e) {
                    return;
                } finally {
                    lock.unlock();
                }
            }
            lock.lock();
            try {
                durable = group.getLast().revision();
                done.signalAll();
            } finally {
                lock.unlock();
            }
            if (checkpoints != null) {
                objects.committed(checkpoints);
            }
        }
    }

    private @Nullable List<Entry> nextGroup() {
        lock.lock();
        try {
            while (waiting.isEmpty()) {
                if (closing) {
                    written = true;
                    done.signalAll();
                    return null;
                }
                work.await();
            }
            List<Entry> group = waiting;
            waiting = new ArrayList<>();
            return group;
        } catch (InterruptedException e) {
            return null;
        } finally {
            lock.unlock();
        }
    }

    private boolean commit(List<Entry> group) {
        try {
            objects.write(group);
            if (trouble != null) {
                LOG.info("{} can be written again", file);
                trouble = null;
            }
            return true;
        } catch (SQLException e) {
            if (trouble == null) {
                LOG.error("{} cannot be written; writes are refused until it can: {}", file, e.getMessage());
            }
            trouble = file.getFileName() + " cannot be written (" + e.getMessage() + ")";
            return false;
        }
    }

    private void tell() {
        while (true) {
            long now;
            LongConsumer hears;
            lock.lock();
            try {
                while (durable == told) {
                    if (written) {
                        return;
                    }
                    done.await();
                }
                now = durable;
                told = now;
                hears = listener;
            } catch (InterruptedException e) {
                return;
            } finally {
                lock.unlock();
            }
            try {
                hears.accept(now);
            } catch (RuntimeException e) {
                LOG.error("a watcher failed", e);
            }
        }
    }

    /// Writes what waits, then closes the file.
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            work.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            writer.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            teller.join(TimeUnit.SECONDS.toMillis(2));
            if (checkpoints != null) {
                checkpoints.close();
            }
            objects.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            LOG.warn("{} did not close cleanly: {}", file, e.getMessage());
        }
    }
}
