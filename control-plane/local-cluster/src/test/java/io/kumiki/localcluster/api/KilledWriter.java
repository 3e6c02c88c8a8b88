package io.kumiki.localcluster.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.model.Json;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/// The process that {@link JournalKillsIT} kills: the journal and the object store above it, without a server. Eight
/// writers create, change and delete a few names each, and say every write after it was acknowledged.
final class KilledWriter {
    static final String NAMESPACE = "n";
    static final String OPENING = "opening";
    static final int WRITERS = 8;
    private static final int NAMES = 8;
    private static final WriteOptions BY = WriteOptions.by("test");

    private final Cluster cluster;
    private final Map<String, Integer> live = new ConcurrentHashMap<>();

    private KilledWriter(Cluster cluster) {
        this.cluster = cluster;
    }

    static Cluster open(SqliteJournal journal) {
        return new Cluster(ClusterSettings.simulated(Instant::now, System.nanoTime()), journal);
    }

    /// @param arguments the file; a seed
    public static void main(String[] arguments) throws Exception {
        // Loads the library first: who is killed at this word is killed while it reads the file.
        DriverManager.getConnection("jdbc:sqlite::memory:").close();
        say(OPENING);
        Cluster cluster = open(new SqliteJournal(Path.of(arguments[0]), 0));
        if (cluster.get(ResourceType.NAMESPACES, "", NAMESPACE) == null) {
            ObjectNode namespace = Json.object();
            namespace.putObject("metadata").put("name", NAMESPACE);
            cluster.create(ResourceType.NAMESPACES, "", namespace, BY);
        }
        var writer = new KilledWriter(cluster);
        cluster.list(ResourceType.CONFIG_MAPS, NAMESPACE, io.kumiki.kube.Selection.ALL)
                .items()
                .forEach(item -> writer.live.put(item.at("/metadata/name").asText(), 1));
        var random = new SplittableRandom(Long.parseLong(arguments[1]));
        try (var writers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int w = 0; w < WRITERS; w++) {
                String prefix = "w" + w + "-";
                SplittableRandom own = random.split();
                writers.submit(() -> writer.write(prefix, own));
            }
        }
    }

    private void write(String prefix, SplittableRandom random) {
        for (int turn = 0; ; turn++) {
            String name = prefix + random.nextInt(NAMES);
            if (!live.containsKey(name)) {
                tell("created", cluster.create(ResourceType.CONFIG_MAPS, NAMESPACE, map(name, turn, random), BY));
                live.put(name, turn);
            } else if (random.nextInt(3) == 0) {
                tell("deleted", cluster.delete(ResourceType.CONFIG_MAPS, NAMESPACE, name, Deletion.NOW));
                live.remove(name);
            } else {
                tell("changed", cluster.update(ResourceType.CONFIG_MAPS, NAMESPACE, map(name, turn, random), "", BY));
            }
        }
    }

    private static ObjectNode map(String name, int turn, SplittableRandom random) {
        ObjectNode map = Json.object();
        map.putObject("metadata").put("name", name);
        map.putObject("data")
                .put("turn", turn + "-" + Long.toHexString(random.nextLong()))
                .put("much", "x".repeat(random.nextInt(4_000)));
        return map;
    }

    private static void tell(String what, ObjectNode object) {
        say(String.join(
                " ",
                what,
                object.at("/metadata/name").asText(),
                object.at("/metadata/resourceVersion").asText(),
                object.at("/metadata/uid").asText(),
                object.at("/data/turn").asText(),
                "."));
    }

    private static void say(String line) {
        synchronized (System.out) {
            System.out.println(line);
        }
    }
}
