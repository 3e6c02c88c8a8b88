package io.kumiki.localcluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WriteOptions;
import io.kumiki.model.Json;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteJournalIT {
    private static final WriteOptions TEST = WriteOptions.by("test");

    @TempDir
    Path folder;

    private static Cluster open(SqliteJournal journal) {
        return new Cluster(ClusterSettings.simulated(Instant::now, System.nanoTime()), journal);
    }

    static ObjectNode map(String name) {
        ObjectNode map = Json.object();
        map.putObject("metadata").put("name", name);
        map.putObject("data").put("k", name);
        return map;
    }

    /// Runs in a process of its own and says each name only after its write was acknowledged.
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws Exception {
            SqliteJournal journal = new SqliteJournal(Path.of(arguments[0]), 0);
            Cluster cluster = open(journal);
            if (cluster.get(ResourceType.NAMESPACES, "", "n") == null) {
                ObjectNode namespace = Json.object();
                namespace.putObject("metadata").put("name", "n");
                cluster.create(ResourceType.NAMESPACES, "", namespace, TEST);
            }
            try (var writers = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int w = 0; w < 8; w++) {
                    String prefix = arguments[1] + "-" + w + "-";
                    writers.submit(() -> {
                        for (int i = 0; ; i++) {
                            JsonNode made = cluster.create(ResourceType.CONFIG_MAPS, "n", map(prefix + i), TEST)
                                    .path("metadata");
                            synchronized (System.out) {
                                System.out.println(prefix + i + " "
                                        + made.path("resourceVersion").asText() + " "
                                        + made.path("uid").asText());
                            }
                        }
                    });
                }
            }
        }
    }

    /// `-Dkumiki.kills=200` for a long evening; PowerCutIT in conformance covers 200 more points by replay.
    private static final int KILLS = Integer.getInteger("kumiki.kills", 25);

    private final Set<String> acknowledged = new HashSet<>();
    private final Set<String> uids = new HashSet<>();
    private long highest;

    @Test
    void nothingAcknowledgedIsLostByKill() throws Exception {
        Path file = folder.resolve("cluster.db");
        var random = new SplittableRandom(20261129);
        for (int round = 0; round < KILLS; round++) {
            long seen = highest;
            writeUntilKilled(file, round, random.nextInt(1, 400));
            try (SqliteJournal journal = new SqliteJournal(file, 0)) {
                Cluster cluster = open(journal);
                Set<String> found = new HashSet<>();
                var listed = cluster.list(ResourceType.CONFIG_MAPS, "n", Selection.ALL);
                for (ObjectNode item : listed.items()) {
                    found.add(item.at("/metadata/name").asText() + " "
                            + item.at("/metadata/uid").asText());
                }
                assertThat(found).as("round %d", round).containsAll(acknowledged);
                assertThat(listed.revision()).isGreaterThanOrEqualTo(highest);
                goesOnOrIsTooOld(cluster, seen, listed.revision());
                highest = listed.revision();
            }
        }
        System.out.printf("after %d kills: %d acknowledged creates, all found%n", KILLS, acknowledged.size());
        assertThat(acknowledged).hasSizeGreaterThan(KILLS * 50);
    }

    /// A watcher that was at a revision before the kill hears everything after it, or is told to begin anew.
    private static void goesOnOrIsTooOld(Cluster cluster, long seen, long now) throws Exception {
        List<Long> heard = new ArrayList<>();
        cluster.watch(ResourceType.CONFIG_MAPS, "n", Selection.ALL, now, event -> heard.add(event.revision()))
                .close();
        assertThat(heard).isEmpty();
        if (seen > 0 && seen < now) {
            assertThatThrownBy(() -> cluster.watch(ResourceType.CONFIG_MAPS, "n", Selection.ALL, seen, event -> {}))
                    .isInstanceOfSatisfying(
                            ApiFault.class, fault -> assertThat(fault.code()).isEqualTo(410));
        }
    }

    private void writeUntilKilled(Path file, int round, int most) throws Exception {
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        file.toString(),
                        "r" + round)
                .redirectError(errors.toFile())
                .start();
        int heard = 0;
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ");
                // The last line may be torn by the kill.
                if (words.length == 3 && line.startsWith("r") && words[2].length() == 36) {
                    heard++;
                    acknowledged.add(words[0] + " " + words[2]);
                    assertThat(uids.add(words[2])).as("a uid is given once").isTrue();
                    assertThat(Long.parseLong(words[1]))
                            .as("revisions go on above everything seen before")
                            .isGreaterThan(highest);
                }
                if (heard == most) {
                    // By its handle, which leaves the pipe open: what was printed before the kill is still read.
                    process.toHandle().destroyForcibly();
                }
            }
        }
        process.waitFor();
        assertThat(heard).as(Files.readString(errors)).isGreaterThanOrEqualTo(most);
    }

    @Test
    void watchersHearInOrderAndOnlyOfDurableWrites() throws Exception {
        try (SqliteJournal journal = new SqliteJournal(folder.resolve("cluster.db"), 0)) {
            Cluster cluster = open(journal);
            ObjectNode namespace = Json.object();
            namespace.putObject("metadata").put("name", "n");
            cluster.create(ResourceType.NAMESPACES, "", namespace, TEST);
            List<Long> heard = java.util.Collections.synchronizedList(new ArrayList<>());
            var over = new java.util.concurrent.CountDownLatch(1);
            cluster.watch(
                    ResourceType.CONFIG_MAPS,
                    "n",
                    Selection.ALL,
                    cluster.list(ResourceType.CONFIG_MAPS, "n", Selection.ALL).revision(),
                    event -> {
                        heard.add(event.revision());
                        if (event.stored().key().name().equals("last")) {
                            over.countDown();
                        }
                    });
            try (var writers = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int w = 0; w < 16; w++) {
                    int n = w;
                    writers.submit(() -> {
                        for (int i = 0; i < 50; i++) {
                            cluster.create(ResourceType.CONFIG_MAPS, "n", map("m" + n + "-" + i), TEST);
                        }
                    });
                }
            }
            cluster.create(ResourceType.CONFIG_MAPS, "n", map("last"), TEST);
            assertThat(over.await(20, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
            assertThat(heard).hasSize(801).isSorted();
        }
    }

    @Test
    void aFullDiskRefusesWhatIsNewAndLetsDelete() {
        Path file = folder.resolve("cluster.db");
        try (SqliteJournal journal = new SqliteJournal(file, 0)) {
            Cluster cluster = open(journal);
            ObjectNode namespace = Json.object();
            namespace.putObject("metadata").put("name", "n");
            cluster.create(ResourceType.NAMESPACES, "", namespace, TEST);
            cluster.create(ResourceType.CONFIG_MAPS, "n", map("a"), TEST);
        }
        try (SqliteJournal journal = new SqliteJournal(file, Long.MAX_VALUE)) {
            Cluster cluster = open(journal);
            assertThatThrownBy(() -> cluster.create(ResourceType.CONFIG_MAPS, "n", map("b"), TEST))
                    .isInstanceOfSatisfying(
                            ApiFault.class, fault -> assertThat(fault.code()).isEqualTo(507));
            cluster.delete(ResourceType.CONFIG_MAPS, "n", "a", Deletion.DEFAULT);
            assertThat(cluster.get(ResourceType.CONFIG_MAPS, "n", "a")).isNull();
        }
    }

    @Test
    void aDamagedFileIsNamed() throws Exception {
        Path file = folder.resolve("cluster.db");
        Files.write(file, new byte[8192]);
        Files.writeString(file, "this is no database, it only stands where one should be".repeat(100));
        assertThatThrownBy(() -> new SqliteJournal(file, 0)).hasMessageContaining("cluster.db");
    }
}
