package io.kumiki.runtime.life;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Names on disk. A file's contents are safe once the file is synced, its name only once its folder is.
public final class Folders {
    private Folders() {}

    public static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// For a new file whose folders may be new as well: all of their names.
    public static void syncNamesOf(Path file) throws IOException {
        for (Path up = file.toAbsolutePath().getParent(); up != null && up.getParent() != null; up = up.getParent()) {
            sync(up);
        }
    }
}
