package io.kumiki.store.objects;

import io.kumiki.store.sql.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Once after each start: removes files that no row names. They are what a crash leaves between a file and its row.
final class Sweep {
    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

    private final Database database;
    private final Blobs blobs;
    private final Thread thread =
            Thread.ofPlatform().daemon().name("objects-sweep").unstarted(this::run);
    private volatile boolean stopping;

    Sweep(Database database, Blobs blobs) {
        this.database = database;
        this.blobs = blobs;
    }

    void start() {
        thread.start();
    }

    void close() {
        stopping = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            int removed = 0;
            // Files of this process may wait for their row: only older ones are looked at.
            FileTime started = Files.getLastModifiedTime(blobs.marker());
            for (int n = 0; n < 256 && !stopping; n++) {
                removed += sweep(blobs.folder(n), started);
            }
            if (removed > 0) {
                LOG.info("removed {} files of objects that were never acknowledged", removed);
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("could not look for files without a row; the next start tries again", e);
        }
    }

    private int sweep(Path folder, FileTime started) throws IOException {
        int removed = 0;
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (stopping) {
                    return removed;
                }
                if (isOlder(file, started) && !isNamed(file.getFileName().toString())) {
                    Files.deleteIfExists(file);
                    removed++;
                }
            }
        }
        return removed;
    }

    private boolean isNamed(String blob) {
        return database.<Boolean>read(sql -> ObjectRows.named(sql, blob));
    }

    private static boolean isOlder(Path file, FileTime started) throws IOException {
        try {
            return Files.getLastModifiedTime(file).compareTo(started) < 0;
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
