package io.kumiki.store.objects;

import io.kumiki.runtime.life.Folders;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/// Files of bytes, named by id, in 256 folders. A file is complete and on disk before its name is told to anyone,
/// and never changes.
final class Blobs {
    private static final int BUFFER = 128 * 1024;
    private static final long LOOK_AT_SPACE_EVERY = 64L * 1024 * 1024;
    private static final HexFormat HEX = HexFormat.of();

    record Blob(String id, long size, byte[] md5) {}

    private final Path bytes;
    private final Path temporary;
    private final Path marker;
    private final LongSupplier freeSpace;
    private final long keepFree;
    private final boolean posix;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Integer> pins = new HashMap<>();
    private final Set<String> doomed = new HashSet<>();

    Blobs(Path folder, LongSupplier freeSpace, long keepFree) throws IOException {
        this.bytes = folder.resolve("bytes");
        this.temporary = folder.resolve("temporary");
        this.freeSpace = freeSpace;
        this.keepFree = keepFree;
        this.posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
        Files.createDirectories(temporary, folderAttributes());
        Files.createDirectories(bytes, folderAttributes());
        for (int i = 0; i < 256; i++) {
            Path sub = bytes.resolve(HEX.toHexDigits((byte) i));
            if (!Files.isDirectory(sub)) {
                Files.createDirectory(sub, folderAttributes());
            }
        }
        Folders.syncNamesOf(bytes.resolve("any"));
        forgetTemporary();
        this.marker = temporary.resolve("started");
        Files.createFile(marker, fileAttributes());
    }

    /// Written when this process began, by the file system's own clock.
    Path marker() {
        return marker;
    }

    String newId() {
        byte[] id = new byte[16];
        random.nextBytes(id);
        return HEX.formatHex(id);
    }

    /// Reads to the end, then makes file and name durable.
    Blob write(InputStream body, long largest) throws IOException {
        refuseWhenFull();
        String id = newId();
        Path file = temporary.resolve(id);
        boolean done = false;
        try (FileChannel out = FileChannel.open(
                file, EnumSet.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), fileAttributes())) {
            MessageDigest md5 = md5();
            long size = pour(body, out, md5, largest);
            publish(id, file, out);
            done = true;
            return new Blob(id, size, md5.digest());
        } finally {
            if (!done) {
                Files.deleteIfExists(file);
            }
        }
    }

    /// The same bytes under a new id, without copying them where the file system has links.
    String link(String id) throws IOException {
        String copy = newId();
        try {
            // A link has its original's age; young files are left alone by the sweep.
            Files.setLastModifiedTime(path(id), FileTime.from(Instant.now()));
            Files.createLink(path(copy), path(id));
            Folders.sync(folderOf(copy));
            return copy;
        } catch (UnsupportedOperationException | java.nio.file.FileSystemException e) {
            if (e instanceof NoSuchFileException missing) {
                throw missing;
            }
            try (InputStream in = Files.newInputStream(path(id))) {
                return write(in, Long.MAX_VALUE).id;
            }
        }
    }

    FileChannel open(String id) throws IOException {
        return FileChannel.open(path(id), StandardOpenOption.READ);
    }

    /// Keeps files that are read one after another from vanishing before their turn.
    synchronized void pin(List<String> ids) {
        ids.forEach(id -> pins.merge(id, 1, Integer::sum));
    }

    void unpin(List<String> ids) {
        for (String id : ids) {
            boolean last;
            synchronized (this) {
                last = pins.computeIfPresent(id, (key, n) -> n == 1 ? null : n - 1) == null && doomed.remove(id);
            }
            if (last) {
                remove(id);
            }
        }
    }

    /// After the commit that forgot it. A file that stays behind in a crash is found by the next sweep.
    void delete(List<String> ids) {
        for (String id : ids) {
            boolean now;
            synchronized (this) {
                now = !pins.containsKey(id);
                if (!now) {
                    doomed.add(id);
                }
            }
            if (now) {
                remove(id);
            }
        }
    }

    Path folder(int n) {
        return bytes.resolve(HEX.toHexDigits((byte) n));
    }

    void refuseWhenFull() {
        long free = freeSpace.getAsLong();
        if (free < keepFree) {
            throw new ObjectFault(
                    ObjectFault.Code.DISK_FULL,
                    "wanted " + (keepFree >> 20) + " MiB free on the disk of " + bytes.getParent() + ", found "
                            + (free >> 20) + " MiB; free some space and try again");
        }
    }

    static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }

    private long pour(InputStream body, FileChannel out, MessageDigest md5, long largest) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long size = 0;
        long look = LOOK_AT_SPACE_EVERY;
        while (true) {
            int n = body.readNBytes(buffer, 0, BUFFER);
            if (n == 0) {
                return size;
            }
            size += n;
            if (size > largest) {
                throw new ObjectFault(
                        ObjectFault.Code.TOO_LARGE,
                        "wanted at most " + largest + " bytes in one request, found more; upload in parts");
            }
            if (size > look) {
                refuseWhenFull();
                look += LOOK_AT_SPACE_EVERY;
            }
            md5.update(buffer, 0, n);
            var chunk = ByteBuffer.wrap(buffer, 0, n);
            put(out, chunk);
        }
    }

    /// The disk's failures are ours to explain; the body's belong to whoever sends it.
    private void put(FileChannel out, ByteBuffer chunk) {
        try {
            while (chunk.hasRemaining()) {
                out.write(chunk);
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void publish(String id, Path file, FileChannel out) {
        try {
            out.force(false);
            Files.move(file, path(id), StandardCopyOption.ATOMIC_MOVE);
            Folders.sync(folderOf(id));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private ObjectFault failed(IOException e) {
        boolean full = String.valueOf(e.getMessage()).contains("No space left")
                || String.valueOf(e.getMessage()).contains("quota");
        return new ObjectFault(
                full ? ObjectFault.Code.DISK_FULL : ObjectFault.Code.IO,
                "could not write below " + bytes.getParent() + ": " + e.getMessage(),
                e);
    }

    private void remove(String id) {
        try {
            Files.deleteIfExists(path(id));
        } catch (IOException ignored) {
            // The sweep at the next start finds it.
        }
    }

    private Path path(String id) {
        return folderOf(id).resolve(id);
    }

    private Path folderOf(String id) {
        return bytes.resolve(id.substring(0, 2));
    }

    private void forgetTemporary() throws IOException {
        try (var files = Files.list(temporary)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private FileAttribute<?>[] fileAttributes() {
        return posix ? attributes("rw-------") : new FileAttribute<?>[0];
    }

    private FileAttribute<?>[] folderAttributes() {
        return posix ? attributes("rwx------") : new FileAttribute<?>[0];
    }

    private static FileAttribute<?>[] attributes(String permissions) {
        return new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        };
    }
}
