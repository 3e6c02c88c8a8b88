package io.kumiki.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.store.list.ListQuery;
import io.kumiki.store.objects.DiskObjects;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.store.objects.StoredObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// kill -9 at random moments: everything that was acknowledged is there afterwards, whole.
class CrashIT {
    private static final int ROUNDS = 8;

    @TempDir
    Path folder;

    private final Set<String> inserted = new HashSet<>();
    private final Set<String> finished = new HashSet<>();
    /// Key → size and filling. A key that is overwritten may show a newer version that was never acknowledged.
    private final Map<String, String> objects = new HashMap<>();
    private final Set<String> deleted = new HashSet<>();

    @Test
    void nothingAcknowledgedIsLost() throws Exception {
        var random = new SplittableRandom(20261124);
        for (int round = 0; round < ROUNDS; round++) {
            writeUntilKilled(round, random.nextInt(100, 2500));
            verify();
        }
        System.out.printf(
                "after %d kills: %d runs, %d finished, %d objects acknowledged and found%n",
                ROUNDS, inserted.size(), finished.size(), objects.size());
        assertThat(finished).hasSizeGreaterThan(50);
        assertThat(objects).hasSizeGreaterThan(50);
    }

    private void writeUntilKilled(int round, int lines) throws IOException, InterruptedException {
        var command = List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "io.kumiki.store.CrashWriter",
                folder.toString(),
                "round" + round);
        Process writer = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var out = new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
            int seen = 0;
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.endsWith(" .")) {
                    acknowledge(line.substring(0, line.length() - 2).split(" "));
                    seen++;
                }
                if (seen == lines) {
                    writer.toHandle().destroyForcibly();
                }
            }
            assertThat(seen).as("lines before the kill").isGreaterThanOrEqualTo(lines);
        }
        assertThat(writer.waitFor()).as("ended by SIGKILL").isEqualTo(137);
    }

    private void acknowledge(String[] words) {
        switch (words[0]) {
            case "run" -> inserted.add(words[1]);
            case "done" -> finished.add(words[1]);
            case "object" -> {
                objects.put(words[1], words[2] + " " + words[3]);
                deleted.remove(words[1]);
            }
            case "deleted" -> {
                objects.remove(words[1]);
                deleted.add(words[1]);
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    private void verify() throws IOException {
        try (Store store = Store.open(folder.resolve("store.db"))) {
            for (String id : inserted) {
                RunRecord run = store.read(tx -> tx.runs().get(id));
                assertThat(run).as("run %s", id).isNotNull();
                List<TaskRecord> tasks = store.read(tx -> tx.tasks().ofRun(id));
                if (finished.contains(id)) {
                    assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
                }
                // A transaction is whole or absent.
                assertThat(tasks).hasSize(run.state() == RunState.SUCCEEDED ? 2 : 0);
            }
            long total = store.<Long>read(tx -> tx.runs()
                    .list(ListQuery.newest(Map.of("namespace", "kubeflow"), 1))
                    .total());
            long counted = store.<Long>read(tx -> tx.sql().number("SELECT COUNT(*) FROM runs"));
            assertThat(total).as("the counters agree with the rows").isEqualTo(counted);
            assertThat(store.seq()).isGreaterThanOrEqualTo(inserted.size());
        }
        try (ObjectStorage storage = DiskObjects.open(folder.resolve("objects"))) {
            for (var entry : objects.entrySet()) {
                verify(storage, entry.getKey(), entry.getValue());
            }
            for (String key : deleted) {
                assertThat(storage.head("bucket", key)).as("deleted %s", key).isNull();
            }
        }
        try (var torn = Files.list(folder.resolve("objects/temporary"))) {
            assertThat(torn.map(file -> file.getFileName().toString())).containsOnly("started");
        }
    }

    private static void verify(ObjectStorage storage, String key, String acknowledged) throws IOException {
        // A delete may have happened without its acknowledgement; only every seventh key is ever deleted.
        int n = key.endsWith("same") ? 1 : Integer.parseInt(key.substring(key.lastIndexOf('/') + 1));
        if (n % 7 == 0 && n > 0 && n % 2 == 0 && storage.head("bucket", key) == null) {
            return;
        }
        try (StoredObject object = storage.get("bucket", key)) {
            byte[] bytes = object.bytes();
            assertThat(bytes.length).as("%s is whole", key).isEqualTo((int)
                    object.head().size());
            byte[] expected = new byte[bytes.length];
            java.util.Arrays.fill(expected, bytes[0]);
            assertThat(bytes).as("%s is of one version", key).isEqualTo(expected);
            if (!key.endsWith("same")) {
                assertThat(bytes.length + " " + (bytes[0] & 0xff)).as(key).isEqualTo(acknowledged);
            }
        }
    }
}
