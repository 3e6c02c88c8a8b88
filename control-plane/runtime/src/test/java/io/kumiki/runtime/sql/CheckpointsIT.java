package io.kumiki.runtime.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsIT {
    private static final int PAGE = 4096;

    @TempDir
    Path folder;

    private Connection open(Path file) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (var statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 10000");
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = OFF");
            statement.execute("CREATE TABLE IF NOT EXISTS t (k INTEGER PRIMARY KEY, v BLOB)");
        }
        return connection;
    }

    private static void write(Connection writer, Checkpoints checkpoints, int from, int to) throws SQLException {
        writer.setAutoCommit(false);
        try (var insert = writer.prepareStatement("INSERT INTO t VALUES (?, zeroblob(2000))")) {
            for (int k = from; k < to; k++) {
                insert.setInt(1, k);
                insert.executeUpdate();
                writer.commit();
                checkpoints.committed(writer);
            }
        }
    }

    private static int rows(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT count(*) FROM t")) {
            return row.getInt(1);
        }
    }

    @Test
    void theLogStaysShortAndWhatItHoldsIsNotLost() throws Exception {
        Path file = folder.resolve("a.db");
        Path log = folder.resolve("a.db-wal");
        try (Connection writer = open(file);
                var checkpoints = Checkpoints.start(writer, open(file), "a", 400)) {
            write(writer, checkpoints, 0, 3_000);
            // A power cut as the files stand: the database and its log, nothing of the process.
            Files.copy(file, folder.resolve("cut.db"));
            Files.copy(log, folder.resolve("cut.db-wal"));
            assertThat(Files.size(log))
                    .as("3,000 commits without a checkpoint are 9,000 pages")
                    .isLessThan(4_000L * PAGE);
        }
        assertThat(log).as("closing empties the log").doesNotExist();
        try (Connection cut = open(folder.resolve("cut.db"))) {
            assertThat(rows(cut)).isEqualTo(3_000);
        }
    }

    @Test
    void aReaderThatKeepsTheLogAliveIsWaitedOutByTheWriter() throws Exception {
        Path file = folder.resolve("b.db");
        Path log = folder.resolve("b.db-wal");
        try (Connection writer = open(file);
                Connection reader = open(file);
                var checkpoints = Checkpoints.start(writer, open(file), "b", 100)) {
            write(writer, checkpoints, 0, 10);
            reader.setAutoCommit(false);
            assertThat(rows(reader)).isEqualTo(10);
            write(writer, checkpoints, 10, 200);
            reader.rollback();
            reader.setAutoCommit(true);
            write(writer, checkpoints, 200, 1_200);
            assertThat(Files.size(log)).isLessThan(2_400L * PAGE);
            assertThat(rows(reader)).isEqualTo(1_200);
        }
    }
}
