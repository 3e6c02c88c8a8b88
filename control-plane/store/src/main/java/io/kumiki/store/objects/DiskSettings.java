package io.kumiki.store.objects;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// @param keepFree below this many free bytes nothing is written any more
/// @param free asks for free bytes; null asks the folder's file system
/// @param durable false only for tests: index commits are then not forced to disk
public record DiskSettings(long keepFree, @Nullable LongSupplier free, boolean durable, InstantSource clock) {
    public static final DiskSettings DEFAULT = new DiskSettings(1L << 30, null, true, InstantSource.system());

    LongSupplier freeSpace(Path folder) {
        if (free != null) {
            return free;
        }
        return () -> {
            try {
                return Files.getFileStore(folder).getUsableSpace();
            } catch (IOException e) {
                throw new ObjectFault(
                        ObjectFault.Code.IO, "cannot ask " + folder + " for free space: " + e.getMessage(), e);
            }
        };
    }
}
