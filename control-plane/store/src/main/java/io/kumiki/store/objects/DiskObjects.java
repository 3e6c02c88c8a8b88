package io.kumiki.store.objects;

import java.nio.file.Path;

/// Object storage in a folder.
public final class DiskObjects {
    private DiskObjects() {}

    public static ObjectStorage open(Path folder) {
        throw new UnsupportedOperationException();
    }
}
