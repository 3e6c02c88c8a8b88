package io.kumiki.store.sql;

import io.kumiki.runtime.sql.Checkpoints;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One SQLite file: one writer thread that commits what has queued up together with one fsync, and a few readers.
public final class Database implements AutoCloseable {
    private static final int READERS = 4;
    private static final int LARGEST_GROUP = 256;

    /// Sees the notes of a group: inside its transaction, and again after it is on disk. Called on the writer
    /// thread.
    public interface Commits {
        void beforeCommit(Sql sql, List<Object> notes);

        void afterCommit();

        Commits NONE = new Commits() {
            @Override
            public void beforeCommit(Sql sql, List<Object> notes) {}

            @Override
            public void afterCommit() {}
        };
    }

    private static final class Job {
        final Function<Sql, @Nullable Object> work;
        final CompletableFuture<@Nullable Object> answer = new CompletableFuture<>();

        @Nullable
        Object result;

        @Nullable
        Throwable failure;

        List<Object> notes = List.of();

        Job(Function<Sql, @Nullable Object> work) {
            this.work = work;
        }
    }

    private static final Job STOP = new Job(sql -> null);

    private final Path file;
    private final Commits commits;
    private final BlockingQueue<Job> queue = new LinkedBlockingQueue<>();
    private final BlockingQueue<Sql> readers = new ArrayBlockingQueue<>(READERS);
    private final Sql writer;
    private final Checkpoints checkpoints;
    private final Thread writerThread;
    private volatile boolean closed;

    private Database(Path file, SqliteFile opener, Commits commits) throws SQLException {
        this.file = file;
        this.commits = commits;
        this.writer = new Sql(opener.writer());
        this.checkpoints = Checkpoints.start(
                writer.connection(), opener.writer(), file.getFileName().toString());
        for (int i = 0; i < READERS; i++) {
            readers.add(new Sql(opener.reader()));
        }
        this.writerThread = Thread.ofPlatform()
                .daemon()
                .name("sql-writer-" + file.getFileName())
                .unstarted(this::writeGroups);
    }

    /// @param durable false only for tests: commits are then not forced to disk
    public static Database open(Path file, Schema schema, boolean durable, Commits commits) {
        var opener = new SqliteFile(file, durable);
        opener.prepare(schema);
        try {
            var database = new Database(file, opener, commits);
            database.writerThread.start();
            return database;
        } catch (SQLException e) {
            throw Sql.fault("opening " + file, e);
        }
    }

    /// Returns after the group's fsync. The work's own failure rolls back the work alone.
    @SuppressWarnings("unchecked")
    public <T extends @Nullable Object> T write(Function<Sql, T> work) {
        if (Thread.currentThread() == writerThread) {
            throw new IllegalStateException("write inside a write: use the transaction you have");
        }
        var job = new Job(work::apply);
        synchronized (queue) {
            refuseClosed();
            queue.add(job);
        }
        try {
            return (T) job.answer.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? rethrown(cause) : e;
        }
    }

    public <T extends @Nullable Object> T read(Function<Sql, T> work) {
        if (Thread.currentThread() == writerThread) {
            throw new IllegalStateException("read inside a write: use the transaction you have");
        }
        refuseClosed();
        Sql reader;
        try {
            reader = readers.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SqlFault("interrupted while waiting for a database connection");
        }
        try {
            T result = work.apply(reader);
            return result;
        } finally {
            endOf(reader);
            readers.add(reader);
        }
    }

    @Override
    public void close() {
        synchronized (queue) {
            if (closed) {
                return;
            }
            closed = true;
            queue.add(STOP);
        }
        try {
            writerThread.join();
            for (int i = 0; i < READERS; i++) {
                closeConnection(readers.take());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        checkpoints.close();
        closeConnection(writer);
    }

    private void writeGroups() {
        var group = new ArrayList<Job>(LARGEST_GROUP);
        boolean stopping = false;
        while (!stopping) {
            try {
                group.add(queue.take());
            } catch (InterruptedException e) {
                continue;
            }
            queue.drainTo(group, LARGEST_GROUP - 1);
            stopping = group.remove(STOP);
            if (!group.isEmpty()) {
                commit(group);
            }
            group.clear();
        }
    }

    private void commit(List<Job> group) {
        try {
            for (Job job : group) {
                perform(job, group.size() > 1);
            }
            List<Object> notes =
                    group.stream().flatMap(job -> job.notes.stream()).toList();
            commits.beforeCommit(writer, notes);
            writer.connection().commit();
        } catch (SQLException | RuntimeException e) {
            rollBack();
            RuntimeException fault = e instanceof SQLException sql ? Sql.fault("commit", sql) : (RuntimeException) e;
            for (Job job : group) {
                job.answer.completeExceptionally(job.failure != null ? job.failure : fault);
            }
            return;
        }
        commits.afterCommit();
        answer(group);
        checkpoints.committed(writer.connection());
    }

    private static void answer(List<Job> group) {
        for (Job job : group) {
            if (job.failure != null) {
                job.answer.completeExceptionally(job.failure);
            } else {
                job.answer.complete(job.result);
            }
        }
    }

    private void perform(Job job, boolean amongOthers) throws SQLException {
        Connection connection = writer.connection();
        var savepoint = amongOthers ? connection.setSavepoint() : null;
        try {
            job.result = job.work.apply(writer);
            job.notes = writer.takeNotes();
            if (savepoint != null) {
                connection.releaseSavepoint(savepoint);
            }
        } catch (RuntimeException | Error e) {
            job.failure = e;
            writer.takeNotes();
            if (savepoint != null) {
                connection.rollback(savepoint);
                connection.releaseSavepoint(savepoint);
            } else {
                connection.rollback();
            }
        }
    }

    private void rollBack() {
        try {
            writer.takeNotes();
            writer.connection().rollback();
        } catch (SQLException ended) {
            // SQLite has rolled back by itself after a full disk or an I/O error; the driver has to hear of a new
            // transaction, or no commit would ever succeed again.
            begin();
        }
    }

    private void begin() {
        try (Statement sql = writer.connection().createStatement()) {
            sql.execute("BEGIN");
        } catch (SQLException stillBroken) {
            // Then the next commit fails too, tells its writers so, and comes here again.
            return;
        }
    }

    private static void endOf(Sql reader) {
        try {
            reader.connection().rollback();
        } catch (SQLException e) {
            throw Sql.fault("end of read", e);
        }
    }

    private void closeConnection(Sql sql) {
        try {
            sql.closeStatements();
            sql.connection().setAutoCommit(true);
            sql.connection().close();
        } catch (SQLException e) {
            throw Sql.fault("closing " + file, e);
        }
    }

    private void refuseClosed() {
        if (closed) {
            throw new SqlFault(file + " is closed");
        }
    }

    /// The failure happened on the writer thread; the caller's own trace is what a reader of a log needs as well.
    private static RuntimeException rethrown(RuntimeException cause) {
        cause.addSuppressed(new IllegalStateException("written from here"));
        return cause;
    }
}
