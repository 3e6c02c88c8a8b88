package io.kumiki.store;

import io.kumiki.store.sql.Database;
import io.kumiki.store.sql.Schema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The truth about runs, pipelines and artifacts. Blocking; callable from any thread.
public final class Store implements AutoCloseable {
    private static final Schema SCHEMA = new Schema("runs", Store.class, List.of("0001_runs.sql"));

    private final Database database;
    private final Changes changes;
    private final @Nullable Path temporary;

    private Store(Path file, boolean durable, @Nullable Path temporary) {
        this.changes = new Changes();
        this.database = Database.open(file, SCHEMA, durable, changes);
        this.temporary = temporary;
        changes.start(database.read(sql -> sql.number("SELECT n FROM counters WHERE name = 'change'")));
    }

    /// Opens or creates the file. A damaged or newer one is refused with its name and nothing is changed.
    public static Store open(Path sqliteFile) {
        return new Store(sqliteFile, true, null);
    }

    /// For tests: a file that is not forced to disk and is gone when closed.
    public static Store memory() {
        try {
            Path folder = Files.createTempDirectory("kumiki-store");
            return new Store(folder.resolve("store.db"), false, folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns after the commit is on disk. The function runs on the writer thread, so it computes and calls its
    /// Tx, and waits for nothing.
    /// When it throws, its own changes are rolled back and the same exception reaches the caller.
    public <T extends @Nullable Object> T write(Function<Tx, T> work) {
        return database.<T>write(sql -> work.apply(new Tx(sql)));
    }

    /// One consistent snapshot for the whole function.
    public <T extends @Nullable Object> T read(Function<Tx, T> work) {
        return database.<T>read(sql -> work.apply(new Tx(sql)));
    }

    /// Told after each commit, in commit order, on one thread that belongs to the store.
    public AutoCloseable onCommit(Consumer<List<Change>> listener) {
        return changes.listen(listener);
    }

    /// The newest change committed.
    public long seq() {
        return changes.newest();
    }

    @Override
    public void close() {
        database.close();
        changes.close();
        if (temporary != null) {
            try (var files = Files.list(temporary)) {
                for (Path file : files.toList()) {
                    Files.deleteIfExists(file);
                }
                Files.deleteIfExists(temporary);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
