package io.kumiki.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kumiki.store.Store;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files that must not be opened are refused by name and left as they are.
class DatabaseTest {
    private static final Schema RUNS = new Schema("runs", Store.class, List.of("0001_runs.sql"));

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("store.db");
    }

    private Database open() {
        return Database.open(file, RUNS, true, Database.Commits.NONE);
    }

    private void refused(String... words) throws IOException {
        byte[] before = Files.readAllBytes(file);
        assertThatThrownBy(() -> open().close())
                .isInstanceOf(SqlFault.class)
                .hasMessageContaining(file.toString())
                .hasMessageContainingAll(words);
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void rowsAreThereAfterReopening() {
        try (Database database = open()) {
            database.write(sql -> sql.update("INSERT INTO settings (name, document) VALUES ('a', '1')"));
        }
        try (Database database = open()) {
            assertThat(database.<Long>read(sql -> sql.number("SELECT COUNT(*) FROM settings")))
                    .isEqualTo(1);
        }
    }

    @Test
    void aFileThatIsNoDatabaseIsRefused() throws IOException {
        Files.writeString(file, "not a database, but longer than the magic");
        refused("does not begin as an SQLite file");
    }

    @Test
    void aDamagedPageIsRefused() throws IOException {
        open().close();
        try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(3 * 4096);
            raw.write(new byte[2 * 4096]);
        }
        refused("Restore a backup");
    }

    @Test
    void aTruncatedFileIsRefused() throws IOException {
        open().close();
        try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.setLength(raw.length() / 2);
        }
        refused("Restore a backup");
    }

    @Test
    void aNewerSchemaIsRefused() throws IOException {
        try (Database database = open()) {
            database.write(
                    sql -> sql.update(
                            "INSERT INTO schema_migrations (kind, number, name, checksum) VALUES ('runs', 9, '0009_future.sql', 'x')"));
        }
        refused("newer Kumiki", "schema 9");
    }

    @Test
    void anEditedMigrationIsRefused() throws IOException {
        try (Database database = open()) {
            database.write(sql -> sql.update("UPDATE schema_migrations SET checksum = 'other'"));
        }
        refused("migration 1", "0001_runs.sql");
    }

    @Test
    void aFileOfAnotherKindIsRefused() throws IOException {
        open().close();
        byte[] before = Files.readAllBytes(file);
        var objects = new Schema("objects", Store.class, List.of("0001_runs.sql"));
        assertThatThrownBy(() -> Database.open(file, objects, true, Database.Commits.NONE))
                .hasMessageContaining("holds runs, not objects");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void anOlderFileIsBackedUpBeforeItIsMigrated() {
        var first = new Schema("test", DatabaseTest.class, List.of("0001_first.sql"));
        var both = new Schema("test", DatabaseTest.class, List.of("0001_first.sql", "0002_second.sql"));
        try (Database database = Database.open(file, first, true, Database.Commits.NONE)) {
            database.write(sql -> sql.update("INSERT INTO things (id) VALUES ('old')"));
        }
        try (Database database = Database.open(file, both, true, Database.Commits.NONE)) {
            assertThat(database.<Long>read(sql -> sql.number("SELECT COUNT(*) FROM things WHERE colour = 'none'")))
                    .isEqualTo(1);
        }
        try (Database backup =
                Database.open(folder.resolve("store.db.before-migration"), first, true, Database.Commits.NONE)) {
            assertThat(backup.<Long>read(sql -> sql.number("SELECT COUNT(*) FROM things")))
                    .isEqualTo(1);
        }
    }

    @Test
    void aClosedDatabaseSaysSo() {
        Database database = open();
        database.close();
        assertThatThrownBy(() -> database.write(sql -> null)).hasMessageContaining("is closed");
        assertThatThrownBy(() -> database.read(sql -> null)).hasMessageContaining("is closed");
    }

    @Test
    void wrongSqlNamesTheStatement() {
        try (Database database = open()) {
            assertThatThrownBy(() -> database.write(sql -> sql.update("UPDATE nowhere SET x = 1")))
                    .isInstanceOf(SqlFault.class)
                    .hasMessageContaining("UPDATE nowhere");
        }
    }
}
