package io.kumiki.store;

import io.kumiki.store.sql.Database;
import io.kumiki.store.sql.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Numbers changes inside the commit that makes them, and tells listeners afterwards on a thread of its own.
final class Changes implements Database.Commits {
    private static final Logger LOG = LoggerFactory.getLogger(Changes.class);
    private static final List<Change> STOP = new ArrayList<>();

    private final BlockingQueue<List<Change>> committed = new LinkedBlockingQueue<>();
    private final List<Consumer<List<Change>>> listeners = new CopyOnWriteArrayList<>();
    private final Thread teller =
            Thread.ofPlatform().daemon().name("store-changes").unstarted(this::tell);
    private List<Change> numbered = List.of();
    private volatile long newest;

    void start(long seq) {
        newest = seq;
        teller.start();
    }

    @Override
    public void beforeCommit(Sql sql, List<Object> notes) {
        var changes = new ArrayList<Change>(notes.size());
        long seq = newest;
        for (Object note : notes) {
            if (note instanceof Tx.Note n) {
                seq++;
                changes.add(new Change(n.kind(), n.id(), n.runId(), seq));
            }
        }
        if (!changes.isEmpty()) {
            sql.update("UPDATE counters SET n = ? WHERE name = 'change'", seq);
        }
        numbered = List.copyOf(changes);
    }

    @Override
    public void afterCommit() {
        if (!numbered.isEmpty()) {
            newest = numbered.getLast().seq();
            committed.add(numbered);
            numbered = List.of();
        }
    }

    AutoCloseable listen(Consumer<List<Change>> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    long newest() {
        return newest;
    }

    private void tell() {
        while (true) {
            List<Change> changes;
            try {
                changes = committed.take();
            } catch (InterruptedException e) {
                continue;
            }
            if (changes == STOP) {
                return;
            }
            for (Consumer<List<Change>> listener : listeners) {
                try {
                    listener.accept(changes);
                } catch (RuntimeException e) {
                    LOG.error(
                            "a listener failed on {} changes up to {}",
                            changes.size(),
                            changes.getLast().seq(),
                            e);
                }
            }
        }
    }

    /// After what has been committed was told.
    void close() {
        committed.add(STOP);
        try {
            if (Thread.currentThread() != teller) {
                teller.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
