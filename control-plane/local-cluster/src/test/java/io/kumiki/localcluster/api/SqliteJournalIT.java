package io.kumiki.localcluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WriteOptions;
import io.kumiki.model.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
