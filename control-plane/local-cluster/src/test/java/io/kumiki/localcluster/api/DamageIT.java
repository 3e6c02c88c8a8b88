package io.kumiki.localcluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Journal;
import io.kumiki.kube.store.ObjectKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A damaged file stops the start with its name, or does not matter: nothing is ever silently missing or changed.
class DamageIT {
    private static final int OBJECTS = 200;

    @TempDir
    Path folder;

    private static Journal.Entry entry(long revision, String name, String text) {
        return new Journal.Entry(
                revision,
                new ObjectKey("configmaps", "n", name),
                ("{\"metadata\":{\"name\":\"" + name + "\"},\"data\":{\"k\":\"" + text.repeat(60) + "\"}}")
                        .getBytes(StandardCharsets.UTF_8));
    }

    /// One transaction for each object.
    private static void fill(Journal journal, int from, int to) {
        journal.load(e -> {});
        for (int i = from; i <= to; i++) {
            journal.append(List.of(entry(i, "m" + i, "text" + i)));
            journal.await(i);
        }
    }

    private static Map<String, String> read(Path file) {
        Map<String, String> found = new TreeMap<>();
        try (SqliteJournal journal = new SqliteJournal(file, 0)) {
            journal.load(
                    e -> found.put(e.key().name() + " " + e.revision(), new String(e.json(), StandardCharsets.UTF_8)));
        }
        return found;
    }

    /// Returns whether the damage was noticed.
    private static boolean refused(Path file, Map<String, String> whole, String how) {
        Map<String, String> found;
        try {
            found = read(file);
        } catch (IllegalStateException e) {
            assertThat(e).as(how).hasMessageContaining(file.getFileName().toString());
            return true;
        }
        assertThat(found).as(how).isEqualTo(whole);
        return false;
    }

    private Path copy(byte[] database) throws IOException {
        Path file = Files.createTempDirectory(folder, "copy").resolve("cluster.db");
        Files.write(file, database);
        return file;
    }

    @Test
    void aBitThatFlipped() throws Exception {
        Path file = folder.resolve("cluster.db");
        try (SqliteJournal journal = new SqliteJournal(file, 0)) {
            fill(journal, 1, OBJECTS);
        }
        Map<String, String> whole = read(file);
        assertThat(whole).hasSize(OBJECTS);
        byte[] good = Files.readAllBytes(file);
        SplittableRandom random = new SplittableRandom(4);
        int noticed = 0;
        for (int i = 0; i < 250; i++) {
            byte[] bad = good.clone();
            int at = random.nextInt(bad.length);
            bad[at] ^= (byte) (1 << random.nextInt(8));
            noticed += refused(copy(bad), whole, "a bit of byte " + at) ? 1 : 0;
        }
        // The rest fell into bytes that nothing stands in.
        assertThat(noticed).isGreaterThan(150);
    }

    @Test
    void aFileThatEndsEarly() throws Exception {
        Path file = folder.resolve("cluster.db");
        try (SqliteJournal journal = new SqliteJournal(file, 0)) {
            fill(journal, 1, OBJECTS);
        }
        byte[] good = Files.readAllBytes(file);
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 40; i++) {
            int length = 1 + random.nextInt(good.length - 1);
            assertThat(refused(copy(Arrays.copyOf(good, length)), read(file), "cut to " + length))
                    .as("cut to %d of %d", length, good.length)
                    .isTrue();
        }
    }

    /// The log's last transaction may be lost with a flipped bit: it looks like one that a power cut tore.
    @Test
    void aLogThatIsDamagedInTheMiddle() throws Exception {
        Path file = folder.resolve("cluster.db");
        byte[] database;
        byte[] log;
        Path wal = folder.resolve("cluster.db-wal");
        try (SqliteJournal journal = new SqliteJournal(file, 0)) {
            fill(journal, 1, 60);
            database = Files.readAllBytes(file);
            log = Files.readAllBytes(wal);
        }
        Map<String, String> whole = read(file);
        assertThat(whole).hasSize(60);
        Map<String, String> butLast = new TreeMap<>(whole);
        butLast.keySet().removeIf(key -> key.endsWith(" 60"));
        SplittableRandom random = new SplittableRandom(6);
        int noticed = 0;
        for (int i = 0; i < 150; i++) {
            byte[] bad = log.clone();
            int at = random.nextInt(bad.length);
            bad[at] ^= (byte) (1 << random.nextInt(8));
            Path copy = copy(database);
            Files.write(copy.resolveSibling("cluster.db-wal"), bad);
            try {
                assertThat(read(copy)).as("log, byte %d of %d", at, log.length).isIn(whole, butLast);
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("cluster.db");
                noticed++;
            }
        }
        assertThat(noticed).isGreaterThan(120);
    }

    @Test
    void aNewerFormatIsRefusedAndAnOlderOneIsRead() throws Exception {
        Path file = folder.resolve("cluster.db");
        try (SqliteJournal journal = new SqliteJournal(file, 0)) {
            fill(journal, 1, 3);
        }
        sql(file, "PRAGMA user_version=99");
        assertThatThrownBy(() -> read(file))
                .hasMessageContaining("cluster.db")
                .hasMessageContaining("format 99 is newer");
        sql(file, "ALTER TABLE object DROP COLUMN sum");
        sql(file, "PRAGMA user_version=1");
        assertThat(read(file)).hasSize(3);
        sql(file, "UPDATE object SET json = x'7b7d' WHERE name = 'm2'");
        try (SqliteJournal journal = new SqliteJournal(file, 0)) {
            journal.load(e -> {});
            journal.append(List.of(entry(4, "m1", "new")));
            journal.await(4);
        }
        sql(file, "UPDATE object SET json = x'7b7d' WHERE name = 'm1'");
        assertThatThrownBy(() -> read(file))
                .hasMessageContaining("cluster.db")
                .hasMessageContaining("m1")
                .hasMessageContaining("nothing was changed");
    }

    @Test
    void aSequenceBehindItsObjects() throws Exception {
        Path file = folder.resolve("cluster.db");
        try (SqliteJournal journal = new SqliteJournal(file, 0)) {
            fill(journal, 1, 3);
        }
        sql(file, "DELETE FROM sequence");
        assertThatThrownBy(() -> read(file)).hasMessageContaining("cluster.db").hasMessageContaining("sequence");
    }

    private static void sql(Path file, String statement) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }

    /// A real disk that is really full: writes are refused, nothing that was acknowledged is lost, and when there is
    /// room again it goes on by itself.
    @Test
    void aDiskWithoutRoom() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        mount(disk);
        try {
            Path file = disk.resolve("cluster.db");
            Path filling = disk.resolve("filling");
            long revision = 0;
            try (SqliteJournal journal = new SqliteJournal(file, 0)) {
                fill(journal, 1, 5);
                revision = 5;
                byte[] rest = new byte[(int) disk.toFile().getUsableSpace() - 64 * 1024];
                Files.write(filling, rest);
                ApiFault fault = null;
                while (fault == null) {
                    revision++;
                    assertThat(revision).isLessThan(1_000);
                    try {
                        journal.admit(true);
                        journal.append(List.of(entry(revision, "m" + revision, "text" + revision)));
                        journal.await(revision);
                    } catch (ApiFault e) {
                        fault = e;
                    }
                }
                assertThat(fault.code()).as(fault.getMessage()).isEqualTo(507);
                assertThatThrownBy(() -> journal.admit(true)).isInstanceOf(ApiFault.class);
                Files.delete(filling);
                long last = revision;
                journal.await(last);
                journal.admit(true);
                journal.append(List.of(entry(last + 1, "after", "after")));
                journal.await(last + 1);
                revision = last + 1;
            }
            assertThat(read(file)).hasSize((int) revision);
        } finally {
            new ProcessBuilder("umount", disk.toString()).start().waitFor(10, TimeUnit.SECONDS);
        }
    }

    private static void mount(Path disk) throws InterruptedException {
        String why;
        try {
            Process mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk.toString())
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
