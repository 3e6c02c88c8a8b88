package io.kumiki.store;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteListTest extends ListContract {
    @TempDir
    Path folder;

    @Override
    protected Store open() {
        return Store.open(folder.resolve("store.db"));
    }
}
