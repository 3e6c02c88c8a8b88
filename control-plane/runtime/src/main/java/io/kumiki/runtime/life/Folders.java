package io.kumiki.runtime.life;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Names on disk, and trees of them. A file's contents are safe once the file is synced, its name only once its folder
/// is.
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

    /// A tree with all that is in it; links are removed, not followed.
    public static void delete(Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException problem) throws IOException {
                Files.deleteIfExists(dir);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /// Bytes of the files of a tree, as far as they can be read; 0 when there is none.
    public static long size(Path tree) {
        long[] sum = {0};
        List<IOException> unread = new ArrayList<>();
        if (!Files.exists(tree)) {
            return 0;
        }
        try {
            Files.walkFileTree(tree, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    sum[0] += attributes.size();
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException problem) {
                    // Files come and go while a container runs.
                    unread.add(problem);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            unread.add(e);
        }
        return sum[0];
    }
}
