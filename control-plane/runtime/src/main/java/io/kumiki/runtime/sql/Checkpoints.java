package io.kumiki.runtime.sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Moves the write-ahead log into its database beside the writer instead of inside every thousandth page's commit,
/// which made one commit in thirty wait for some hundred pages and two more fsyncs.
///
/// A commit stays what it was: on disk when the log is. Only a log that grows in spite of this (readers or a steady
/// stream of writes keep it from starting anew) is emptied by the writer itself.
public final class Checkpoints implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
    private static final int COMMITS_BETWEEN = 64;
    /// Pages of 4 KiB: 64 MiB.
    private static final int LONGEST_LOG = 16_384;
    /// Second column of the answer.
    private static final int LOG_PAGES = 2;

    private final Connection own;
    private final int longestLog;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition due = lock.newCondition();
    private final Thread thread;
    private int commits;
    private boolean closing;
    private volatile boolean tooLong;

    private Checkpoints(Connection own, String name, int longestLog) {
        this.own = own;
        this.longestLog = longestLog;
        this.thread = Thread.ofPlatform().daemon().name("checkpoints-" + name).unstarted(this::run);
    }

    /// @param writer does no checkpoints of its own from now on
    /// @param own a second connection to the same file, owned and closed from here
    /// @param name for the thread
    public static Checkpoints start(Connection writer, Connection own, String name) throws SQLException {
        return start(writer, own, name, LONGEST_LOG);
    }

    static Checkpoints start(Connection writer, Connection own, String name, int longestLog) throws SQLException {
        try (Statement statement = writer.createStatement()) {
            statement.execute("PRAGMA wal_autocheckpoint = 0");
        }
        own.setAutoCommit(true);
        Checkpoints checkpoints = new Checkpoints(own, name, longestLog);
        checkpoints.thread.start();
        return checkpoints;
    }

    /// The writer has committed. Call it from the writer's thread, outside a transaction.
    public void committed(Connection writer) {
        if (tooLong) {
            empty(writer);
        }
        lock.lock();
        try {
            if (++commits == COMMITS_BETWEEN) {
                due.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Nobody writes meanwhile, so the whole log is moved and the next commit starts it anew.
    private void empty(Connection writer) {
        tooLong = false;
        try {
            boolean auto = writer.getAutoCommit();
            writer.setAutoCommit(true);
            try {
                checkpoint(writer);
            } finally {
                writer.setAutoCommit(auto);
            }
        } catch (SQLException e) {
            LOG.warn(
                    "a long write-ahead log could not be emptied, tried again after the next commit: {}",
                    e.getMessage());
        }
    }

    private void run() {
        while (await()) {
            try {
                tooLong = checkpoint(own) > longestLog;
            } catch (SQLException e) {
                // A full disk: the log keeps everything, and the writer tells of the trouble.
                LOG.debug("no checkpoint just now: {}", e.getMessage());
            }
        }
    }

    private boolean await() {
        lock.lock();
        try {
            while (commits < COMMITS_BETWEEN && !closing) {
                due.await();
            }
            commits = 0;
            return !closing;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    /// Waits for nobody; pages that a reader still needs stay in the log. Returns the log's length in pages.
    private static int checkpoint(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(PASSIVE)")) {
            return row.next() ? row.getInt(LOG_PAGES) : 0;
        }
    }

    /// Closing the last connection empties the log; close this before the writer.
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            due.signal();
        } finally {
            lock.unlock();
        }
        try {
            thread.join();
            own.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            LOG.warn("a connection did not close cleanly: {}", e.getMessage());
        }
    }
}
