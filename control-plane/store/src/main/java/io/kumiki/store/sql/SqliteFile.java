package io.kumiki.store.sql;

import io.kumiki.runtime.life.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/// Opens SQLite connections the one way we open them, and refuses files that are not ours or are damaged.
final class SqliteFile {
    /// Above this the page check would delay the start; SQLite then reports damage when it meets it.
    private static final long CHECKED_UP_TO = 64L * 1024 * 1024;

    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

    private final Path file;
    private final boolean durable;

    SqliteFile(Path file, boolean durable) {
        this.file = file;
        this.durable = durable;
    }

    /// Creates or migrates the file and leaves it in WAL mode.
    void prepare(Schema schema) {
        boolean old;
        try {
            old = Files.exists(file) && Files.size(file) > 0;
            if (old) {
                refuseStrangers();
            } else {
                create();
            }
        } catch (IOException e) {
            throw damaged(String.valueOf(e.getMessage()), e);
        }
        try (Connection connection = connect()) {
            if (old && Files.size(file) <= CHECKED_UP_TO) {
                check(connection);
            }
            schema.bring(connection, file.toString(), () -> backUp(connection));
        } catch (SQLException | IOException e) {
            throw damaged(String.valueOf(e.getMessage()), e);
        }
    }

    Connection writer() throws SQLException {
        Connection connection = connect();
        connection.setAutoCommit(false);
        return connection;
    }

    Connection reader() throws SQLException {
        Connection connection = connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA query_only = 1");
        }
        connection.setAutoCommit(false);
        return connection;
    }

    private Connection connect() throws SQLException {
        Connection connection = org.sqlite.JDBC.createConnection("jdbc:sqlite:" + file, new Properties());
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 10000");
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = " + (durable ? "FULL" : "OFF"));
            statement.execute("PRAGMA cache_size = -16000");
            statement.execute("PRAGMA mmap_size = 268435456");
            statement.execute("PRAGMA temp_store = MEMORY");
            statement.execute("PRAGMA trusted_schema = OFF");
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    private void create() throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (!Files.exists(file)) {
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                // The WAL and shared memory files inherit this.
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            } else {
                Files.createFile(file);
            }
            if (durable) {
                Folders.syncNamesOf(file);
            }
        }
    }

    private void refuseStrangers() throws IOException {
        byte[] start;
        try (var in = Files.newInputStream(file)) {
            start = in.readNBytes(MAGIC.length);
        }
        if (!java.util.Arrays.equals(start, MAGIC)) {
            throw damaged("it does not begin as an SQLite file", null);
        }
    }

    private void check(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA quick_check(1)")) {
            if (rows.next() && !"ok".equals(rows.getString(1))) {
                throw damaged(rows.getString(1).replace('\n', ' '), null);
            }
        }
    }

    private void backUp(Connection connection) {
        Path backup = file.resolveSibling(file.getFileName() + ".before-migration");
        try (Statement statement = connection.createStatement()) {
            Files.deleteIfExists(backup);
            statement.execute("VACUUM INTO '" + backup.toString().replace("'", "''") + "'");
        } catch (SQLException | IOException e) {
            throw new SqlFault("could not back up " + file + " before migrating it: " + e.getMessage(), true, false, e);
        }
    }

    private SqlFault damaged(String why, @org.jspecify.annotations.Nullable Throwable cause) {
        String message = "cannot use " + file + ": " + why
                + ". Nothing was changed. Restore a backup of it, or start with another data folder";
        return cause == null ? new SqlFault(message) : new SqlFault(message, false, false, cause);
    }
}
