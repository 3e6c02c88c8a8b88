package io.kumiki.store;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The truth about runs, pipelines and artifacts. Blocking; callable from any thread.
public final class Store implements AutoCloseable {
    private Store() {}

    /// Opens or creates the file. A damaged or newer one is refused with its name and nothing is changed.
    public static Store open(Path sqliteFile) {
        throw new UnsupportedOperationException();
    }

    /// For tests: gone when closed.
    public static Store memory() {
        throw new UnsupportedOperationException();
    }

    /// Returns after the commit is on disk. The function runs on the writer thread, so it computes and calls its Tx, and waits for nothing.
    /// When it throws, its own changes are rolled back and the same exception reaches the caller.
    public <T extends @Nullable Object> T write(Function<Tx, T> work) {
        throw new UnsupportedOperationException();
    }

    /// One consistent snapshot for the whole function.
    public <T extends @Nullable Object> T read(Function<Tx, T> work) {
        throw new UnsupportedOperationException();
    }

    /// Told after each commit, in commit order, on one thread that belongs to the store.
    public AutoCloseable onCommit(Consumer<List<Change>> listener) {
        throw new UnsupportedOperationException();
    }

    /// The newest change committed.
    public long seq() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
