package io.kumiki.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// DIR: everything a Kumiki on a laptop keeps. Held by one process at a time, readable by its owner only.
final class DataFolder implements AutoCloseable {
    /// Raised when the layout of DIR changes; older folders are backed up and migrated, newer ones refused.
    static final int FORMAT = 1;

    /// DIR cannot be used; the message names the file and what to do.
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    private final Path dir;
    private final FileChannel channel;
    private final FileLock lock;

    private DataFolder(Path dir, FileChannel channel, FileLock lock) {
        this.dir = dir;
        this.channel = channel;
        this.lock = lock;
    }

    static DataFolder open(Path dir) {
        try {
            Files.createDirectories(dir);
            Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx------"));
            var channel = FileChannel.open(dir.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new Refused(dir + " is in use by another Kumiki"
                        + pid(dir).map(p -> " (process " + p + ")").orElse("") + ". Stop it with './kumiki down --data "
                        + dir + "' or choose another folder with --data.");
            }
            try {
                checkFormat(dir);
            } catch (Refused | IOException e) {
                channel.close();
                throw e;
            }
            return new DataFolder(dir, channel, lock);
        } catch (IOException e) {
            throw new Refused("cannot use " + dir + ": " + e.getMessage());
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static void checkFormat(Path dir) throws IOException {
        Path file = dir.resolve("format");
        if (!Files.exists(file)) {
            writePrivate(file, FORMAT + "\n");
            return;
        }
        String text = Files.readString(file).strip();
        int found;
        try {
            found = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new Refused(file + " is damaged: it should hold one whole number and holds '" + text + "'.");
        }
        if (found > FORMAT) {
            throw new Refused(dir + " was written by a newer Kumiki (format " + found + ", this one knows " + FORMAT
                    + "). Use that version, or another folder with --data.");
        }
        if (found < 1) {
            throw new Refused(file + " is damaged: " + found + " is no format.");
        }
    }

    Path path() {
        return dir;
    }

    Path file(String name) {
        return dir.resolve(name);
    }

    /// A secret kept in a file of its own, made on first use.
    String secret(String name, int bytes) {
        Path file = dir.resolve(name);
        try {
            if (Files.exists(file)) {
                String text = Files.readString(file).strip();
                if (!text.matches("[A-Za-z0-9_-]{16,}")) {
                    throw new Refused(file + " is damaged. Remove it, and a new one is made at the next start.");
                }
                return text;
            }
            byte[] random = new byte[bytes];
            new SecureRandom().nextBytes(random);
            String text = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
            writePrivate(file, text + "\n");
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What the last process in this folder wrote, so that its ports can be taken again.
    Optional<JsonNode> lastEndpoints() {
        return readJson(dir, "endpoints.json");
    }

    void write(String name, ObjectNode content) {
        try {
            writePrivate(
                    dir.resolve(name),
                    Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void write(String name, String content) {
        try {
            writePrivate(dir.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void remove(String name) {
        try {
            Files.deleteIfExists(dir.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Optional<JsonNode> readJson(Path dir, String name) {
        Path file = dir.resolve(name);
        try {
            return Files.exists(file) ? Optional.of(Json.parse(Files.readAllBytes(file))) : Optional.empty();
        } catch (IOException | Json.Malformed e) {
            throw new Refused(file + " is damaged: " + e.getMessage());
        }
    }

    static Optional<Long> pid(Path dir) {
        return readJson(dir, "process.json")
                .map(json -> json.path("pid").asLong())
                .filter(pid -> pid > 0);
    }

    /// Written beside and renamed, so that a reader never sees half a file.
    private static void writePrivate(Path file, String text) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.deleteIfExists(part);
        Files.createFile(part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(part, text);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
