package io.kumiki.conformance.power;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.Journal;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.localcluster.api.SqliteJournal;
import io.kumiki.model.Json;
import io.kumiki.store.Store;
import io.kumiki.store.objects.DiskObjects;
import io.kumiki.store.objects.ObjectStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// The process that is recorded. Before each operation on a key it notes `try`, after the acknowledgement `ack`, in
/// a file that is recorded like all others, so that the recording orders notes and effects. Every key belongs to one
/// thread, and its operations are numbered.
final class PowerChild {
    static final String NOTES = "notes";
    private static final WriteOptions BY = WriteOptions.by("power");
    private static final int THREADS = 4;

    private final FileChannel notes;
    private final int operations;

    private PowerChild(Path folder, int operations) throws IOException {
        this.notes = FileChannel.open(
                folder.resolve(NOTES), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        this.operations = operations;
    }

    /// Does one operation: its number is the value; a multiple of five deletes.
    private interface Doing {
        void carryOut(String key, int number) throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        var child = new PowerChild(folder, Integer.parseInt(arguments[2]));
        switch (arguments[1]) {
            case "cluster" -> child.cluster(folder);
            case "rows" -> child.rows(folder);
            default -> child.objects(folder);
        }
    }

    private void cluster(Path folder) throws Exception {
        try (Journal journal = new SqliteJournal(folder.resolve("cluster.db"), 0)) {
            Cluster cluster = new Cluster(ClusterSettings.simulated(Instant::now, 7), journal);
            ObjectNode namespace = Json.object();
            namespace.putObject("metadata").put("name", "n");
            cluster.create(ResourceType.NAMESPACES, "", namespace, BY);
            work((key, number) -> {
                if (number % 5 == 0) {
                    cluster.delete(ResourceType.CONFIG_MAPS, "n", key, Deletion.DEFAULT);
                    return;
                }
                ObjectNode map = Json.object();
                map.putObject("metadata").put("name", key);
                map.putObject("data").put("number", Integer.toString(number)).put("fill", "x".repeat(number % 7 * 900));
                if (number % 5 == 1) {
                    cluster.create(ResourceType.CONFIG_MAPS, "n", map, BY);
                } else {
                    cluster.update(ResourceType.CONFIG_MAPS, "n", map, "", BY);
                }
            });
        }
    }

    private void rows(Path folder) throws Exception {
        try (Store store = Store.open(folder.resolve("store.db"))) {
            work((key, number) -> store.write(tx -> {
                if (number % 5 == 0) {
                    tx.settings().delete(key);
                } else {
                    tx.settings()
                            .put(key, Json.object().put("number", number).put("fill", "x".repeat(number % 7 * 900)));
                }
                return number;
            }));
        }
    }

    private void objects(Path folder) throws Exception {
        try (ObjectStorage storage = DiskObjects.open(folder.resolve("objects"))) {
            storage.createBucket("bucket");
            work((key, number) -> {
                if (number % 5 == 0) {
                    storage.delete("bucket", key);
                } else if (number % 5 == 3) {
                    storage.put("bucket", key + "-source", bytes(number));
                    storage.copy("bucket", key + "-source", "bucket", key, null);
                } else {
                    storage.put("bucket", key, bytes(number));
                }
            });
        }
    }

    /// The number, and so much of it that a torn file shows: small ones stand in the index, large ones are files.
    static byte[] bytes(int number) {
        byte[] all = new byte[4 + number % 11 * 6_000];
        Arrays.fill(all, (byte) number);
        ByteBuffer.wrap(all).putInt(number);
        return all;
    }

    private void work(Doing doing) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int thread = t;
            threads.add(Thread.ofPlatform().start(() -> one(thread, doing)));
        }
        for (Thread each : threads) {
            each.join();
        }
    }

    private void one(int thread, Doing doing) {
        int[] numbers = new int[6];
        SplittableRandom random = new SplittableRandom(thread);
        try {
            for (int i = 0; i < operations / THREADS; i++) {
                int k = random.nextInt(numbers.length);
                String key = "k" + thread + "-" + k;
                numbers[k]++;
                note("try " + key + " " + numbers[k]);
                doing.carryOut(key, numbers[k]);
                note("ack " + key + " " + numbers[k]);
            }
        } catch (Exception e) {
            throw new IllegalStateException("an operation failed without any fault", e);
        }
    }

    private void note(String line) throws IOException {
        notes.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII)));
    }
}
