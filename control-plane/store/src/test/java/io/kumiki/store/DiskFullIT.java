package io.kumiki.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A disk that is really full: the write fails, and when there is room again the next one succeeds without a restart.
class DiskFullIT {
    @TempDir
    Path folder;

    @Test
    void writesGoOnWhenThereIsRoomAgain() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        mount(disk);
        try {
            Path filling = disk.resolve("filling");
            try (Store store = Store.open(disk.resolve("store.db"))) {
                put(store, 0);
                Files.write(filling, new byte[(int) disk.toFile().getUsableSpace() - 64 * 1024]);
                int n = 0;
                RuntimeException full = null;
                while (full == null) {
                    assertThat(++n).isLessThan(1_000);
                    try {
                        put(store, n);
                    } catch (RuntimeException e) {
                        full = e;
                    }
                }
                assertThat(full).hasMessageContaining("full");
                Files.delete(filling);
                put(store, n + 1);
                int last = n;
                assertThat(store.<Object>read(tx -> tx.settings().get("k" + (last - 1))))
                        .isNotNull();
                assertThat(store.<Object>read(tx -> tx.settings().get("k" + (last + 1))))
                        .isNotNull();
            }
        } finally {
            new ProcessBuilder("umount", disk.toString()).start().waitFor(10, TimeUnit.SECONDS);
        }
    }

    private static void put(Store store, int n) {
        store.write(tx -> {
            tx.settings().put("k" + n, Json.object().put("fill", "x".repeat(4_000)));
            return n;
        });
    }

    private static void mount(Path disk) throws InterruptedException {
        String why;
        try {
            Process mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk.toString())
                    .redirectErrorStream(true)
                    .start();
            why = new String(mount.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (mount.waitFor() == 0) {
                return;
            }
        } catch (IOException e) {
            why = String.valueOf(e.getMessage());
        }
        System.out.println("SKIPPED: a full disk needs a small one, and this user may not mount: " + why);
        Assumptions.abort(why);
    }
}
