package io.kumiki.store.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskObjectsTest extends ObjectStorageContract {
    @TempDir
    Path folder;

    private final AtomicLong free = new AtomicLong(Long.MAX_VALUE);

    @Override
    protected ObjectStorage open() {
        return DiskObjects.open(folder, new DiskSettings(1L << 30, free::get, false, InstantSource.system()));
    }

    private List<Path> files() throws IOException {
        try (var all = Files.walk(folder.resolve("bytes"))) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private static byte[] large(int of) {
        byte[] bytes = new byte[DiskObjects.SMALL + 1];
        java.util.Arrays.fill(bytes, (byte) of);
        return bytes;
    }

    private byte[] read(String key) throws IOException {
        try (StoredObject object = storage.get("bucket", key)) {
            return object.bytes();
        }
    }

    @Test
    void smallBytesNeedNoFileAndGoWithTheirRow() throws Exception {
        byte[] most = java.util.Arrays.copyOf(large(7), DiskObjects.SMALL);
        storage.put("bucket", "empty", new byte[0]);
        storage.put("bucket", "most", most);
        storage.copy("bucket", "most", "bucket", "copy", null);
        assertThat(files()).isEmpty();
        storage.put("bucket", "most", large(1));
        assertThat(files()).hasSize(1);
        storage.put("bucket", "most", new byte[] {1});
        assertThat(files()).isEmpty();
        storage.close();
        storage = open();
        assertThat(read("empty")).isEmpty();
        assertThat(read("most")).containsExactly(1);
        assertThat(read("copy")).isEqualTo(most);
        try (StoredObject part = storage.get("bucket", "copy", DiskObjects.SMALL - 2, 10)) {
            assertThat(part.bytes()).containsExactly(7, 7);
        }
        storage.delete("bucket", "most");
        storage.delete("bucket", "copy");
        storage.delete("bucket", "empty");
        try (var index = java.sql.DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("index.db"));
                var rows = index.createStatement().executeQuery("SELECT count(*) FROM small")) {
            assertThat(rows.getInt(1)).isZero();
        }
    }

    @Test
    void overwrittenDeletedAndAbandonedBytesLeaveTheDisk() throws IOException {
        storage.put("bucket", "k", large(1));
        storage.put("bucket", "k", large(2));
        assertThat(files()).hasSize(1);
        storage.copy("bucket", "k", "bucket", "copy", null);
        assertThat(files()).hasSize(2);
        storage.delete("bucket", "k");
        storage.delete("bucket", "copy");
        assertThat(files()).isEmpty();
    }

    @Test
    void belowTheReserveNothingIsWrittenAndReadingGoesOn() throws IOException {
        storage.put("bucket", "k", "kept".getBytes(StandardCharsets.UTF_8));
        free.set((1L << 30) - 1);
        assertThatThrownBy(() -> storage.put("bucket", "new", new byte[1]))
                .isInstanceOfSatisfying(ObjectFault.class, fault -> {
                    assertThat(fault.code()).isEqualTo(ObjectFault.Code.DISK_FULL);
                    assertThat(fault).hasMessageContaining("1024 MiB free").hasMessageContaining("1023 MiB");
                });
        try (StoredObject object = storage.get("bucket", "k")) {
            assertThat(object.bytes()).hasSize(4);
        }
        assertThat(storage.delete("bucket", "k")).isTrue();
    }

    @Test
    void theStartForgetsTornFilesAndKeepsEverythingWithARow() throws Exception {
        storage.put("bucket", "k", large(3));
        storage.close();
        Path torn = Files.writeString(folder.resolve("temporary/0123456789abcdef0123456789abcdef"), "half");
        Path orphan = Files.writeString(folder.resolve("bytes/ab/abcdef0123456789abcdef0123456789"), "no row");
        for (Path file : files()) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
        }
        storage = open();
        assertThat(torn).doesNotExist();
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (Files.exists(orphan) && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(orphan).doesNotExist();
        assertThat(read("k")).isEqualTo(large(3));
    }

    @Test
    void filesAreForTheirOwnerOnly() throws IOException {
        storage.put("bucket", "k", large(1));
        assertThat(Files.getPosixFilePermissions(files().getFirst())).hasSize(2);
        assertThat(Files.getPosixFilePermissions(folder.resolve("index.db"))).hasSize(2);
        assertThat(Files.getPosixFilePermissions(folder.resolve("bytes"))).hasSize(3);
    }
}
