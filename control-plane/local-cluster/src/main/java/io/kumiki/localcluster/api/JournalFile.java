package io.kumiki.localcluster.api;

import io.kumiki.kube.Journal.Entry;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.runtime.life.Folders;
import io.kumiki.runtime.sql.Checkpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The SQLite file of a [SqliteJournal]: its format and its checks, read whole, written a group at a time. Used by
/// one thread at a time.
final class JournalFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalFile.class);
    /// 2: each row has a checksum. Rows of format 1 have none until they are written again.
    private static final int FORMAT = 2;

    private final Path file;
    private @Nullable Statements statements;
    private final Connection connection;

    /// @throws IllegalStateException when it is damaged or newer than this version
    JournalFile(Path file) {
        this.file = file;
        try {
            String damage = WalCheck.trouble(file);
            if (damage != null) {
                throw new SQLException("the file is damaged (" + damage + ")");
            }
            this.connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            prepare();
            Folders.syncNamesOf(file);
        } catch (SQLException | IOException e) {
            throw new IllegalStateException(
                    file + " cannot be opened: " + e.getMessage()
                            + "; restore it from a backup, or move it away to begin with an empty cluster",
                    e);
        }
    }

    private void prepare() throws SQLException {
        try (Statement sql = connection.createStatement()) {
            sql.execute("PRAGMA busy_timeout=5000");
            sql.execute("PRAGMA journal_mode=WAL");
            sql.execute("PRAGMA synchronous=FULL");
            try (ResultSet check = sql.executeQuery("PRAGMA quick_check(1)")) {
                if (!check.next() || !check.getString(1).equals("ok")) {
                    throw new SQLException("the file is damaged (" + check.getString(1) + ")");
                }
            }
            int format = sql.executeQuery("PRAGMA user_version").getInt(1);
            if (format > FORMAT) {
                throw new SQLException("its format " + format + " is newer than this version reads (" + FORMAT + ")");
            }
            if (format == 1) {
                sql.execute("ALTER TABLE object ADD COLUMN sum INTEGER");
            }
            sql.execute(
                    "CREATE TABLE IF NOT EXISTS object (storage TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT"
                            + " NULL, revision INTEGER NOT NULL, json BLOB NOT NULL, sum INTEGER, PRIMARY KEY (storage,"
                            + " namespace, name)) WITHOUT ROWID");
            sql.execute("CREATE TABLE IF NOT EXISTS sequence (one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER"
                    + " NOT NULL)");
            sql.execute("INSERT OR IGNORE INTO sequence VALUES (1, 0)");
            sql.execute("PRAGMA user_version=" + FORMAT);
        }
        connection.setAutoCommit(false);
    }

    /// Every object, and the revision that the file stands at.
    long read(Consumer<Entry> sink) {
        try (Statement sql = connection.createStatement()) {
            long highest = 0;
            try (ResultSet rows =
                    sql.executeQuery("SELECT storage, namespace, name, revision, json, sum FROM object")) {
                while (rows.next()) {
                    Entry entry = checked(rows);
                    highest = Math.max(highest, entry.revision());
                    sink.accept(entry);
                }
            }
            long revision = sql.executeQuery("SELECT revision FROM sequence").getLong(1);
            if (revision < highest) {
                throw damaged("its sequence stands at " + revision + " and an object has revision " + highest);
            }
            connection.commit();
            return revision;
        } catch (SQLException e) {
            throw new IllegalStateException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private Entry checked(ResultSet row) throws SQLException {
        ObjectKey key =
                new ObjectKey(row.getString(1).intern(), row.getString(2).intern(), row.getString(3));
        Entry entry = new Entry(row.getLong(4), key, row.getBytes(5));
        long sum = row.getLong(6);
        if (!row.wasNull() && sum != RowCheck.of(entry)) {
            throw damaged("what is stored as " + key + " is not what was written");
        }
        return entry;
    }

    private IllegalStateException damaged(String how) {
        return new IllegalStateException(file + " is damaged: " + how
                + "; nothing was changed. Restore it from a backup, or move it away to begin with an empty cluster");
    }

    Checkpoints checkpoints() throws SQLException {
        return Checkpoints.start(
                connection,
                DriverManager.getConnection("jdbc:sqlite:" + file),
                file.getFileName().toString());
    }

    void committed(Checkpoints checkpoints) {
        checkpoints.committed(connection);
    }

    /// Compiled once; after a failure anew.
    private record Statements(PreparedStatement put, PreparedStatement remove, PreparedStatement sequence) {}

    private Statements statements() throws SQLException {
        Statements known = statements;
        if (known == null) {
            known = new Statements(
                    connection.prepareStatement("INSERT INTO object VALUES (?,?,?,?,?,?)"
                            + " ON CONFLICT (storage, namespace, name) DO UPDATE"
                            + " SET revision = excluded.revision, json = excluded.json, sum = excluded.sum"),
                    connection.prepareStatement("DELETE FROM object WHERE storage = ? AND namespace = ? AND name = ?"),
                    connection.prepareStatement("UPDATE sequence SET revision = ?"));
            statements = known;
        }
        return known;
    }

    private void forget() {
        Statements known = statements;
        statements = null;
        if (known == null) {
            return;
        }
        for (PreparedStatement each : List.of(known.put(), known.remove(), known.sequence())) {
            try {
                each.close();
            } catch (SQLException e) {
                LOG.debug("a statement was not closed: {}", e.getMessage());
            }
        }
    }

    /// All of them or, when it throws, none. When it returns they are on disk.
    void write(List<Entry> group) throws SQLException {
        try {
            Statements sql = statements();
            for (Entry entry : group) {
                PreparedStatement each = entry.removal() ? sql.remove() : sql.put();
                each.setString(1, entry.key().storage());
                each.setString(2, entry.key().namespace());
                each.setString(3, entry.key().name());
                if (!entry.removal()) {
                    each.setLong(4, entry.revision());
                    each.setBytes(5, entry.json());
                    each.setLong(6, RowCheck.of(entry));
                }
                each.executeUpdate();
            }
            sql.sequence().setLong(1, group.getLast().revision());
            sql.sequence().executeUpdate();
            connection.commit();
        } catch (SQLException e) {
            forget();
            rollback();
            throw e;
        }
    }

    private void rollback() {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // A full disk or an I/O error has ended the transaction already; the driver has to hear of a new one.
            begin();
        }
    }

    private void begin() {
        try (Statement sql = connection.createStatement()) {
            sql.execute("BEGIN");
        } catch (SQLException e) {
            LOG.debug("no transaction was begun: {}", e.getMessage());
        }
    }

    @Override
    public void close() throws SQLException {
        forget();
        connection.close();
    }
}
