package io.kumiki.conformance.power;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.localcluster.api.SqliteJournal;
import io.kumiki.store.Store;
import io.kumiki.store.objects.DiskObjects;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.store.objects.StoredObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Records one process and cuts its power at many points. On every disk that this may leave, each key shows its last
/// acknowledged operation, or one that was tried after it. The cut that loses nothing is kill -9 at that system call.
class PowerCutIT {
    private static final int CUTS = 200;
    /// Opening an object storage makes 256 folders.
    private static final int COSTLY_CUTS = 20;
    private static final int OPERATIONS = 600;
    private static final long SEED = 20261129;

    private Path scratch;

    /// In memory where that is possible: the recorded disk is what loses things, not the one below it, and a real
    /// sync a thousand times over takes minutes.
    @BeforeEach
    void begin() throws IOException {
        Path memory = Path.of("/dev/shm");
        scratch = Files.isWritable(memory)
                ? Files.createTempDirectory(memory, "kumiki-power")
                : Files.createTempDirectory("kumiki-power");
    }

    @AfterEach
    void end() throws IOException {
        delete(scratch);
    }

    /// Reads a disk: for each key that is there its number.
    private interface Reader {
        Map<String, Integer> read(Path folder) throws Exception;
    }

    /// What the notes say of a key.
    private static final class Noted {
        int acknowledged;
        int tried;
    }

    @Test
    void theClustersObjects() throws Exception {
        survives("cluster", CUTS, folder -> {
            Map<String, Integer> found = new TreeMap<>();
            try (SqliteJournal journal = new SqliteJournal(folder.resolve("cluster.db"), 0)) {
                Cluster cluster = new Cluster(ClusterSettings.simulated(Instant::now, 8), journal);
                var listed = cluster.list(ResourceType.CONFIG_MAPS, "n", Selection.ALL);
                for (JsonNode map : listed.items()) {
                    String name = map.at("/metadata/name").asText();
                    if (!name.startsWith("k")) {
                        continue;
                    }
                    found.put(name, map.at("/data/number").asInt());
                    assertThat(map.at("/metadata/resourceVersion").asLong()).isLessThanOrEqualTo(listed.revision());
                }
            }
            return found;
        });
    }

    @Test
    void theStoresRows() throws Exception {
        survives("rows", CUTS, folder -> {
            Map<String, Integer> found = new TreeMap<>();
            try (Store store = Store.open(folder.resolve("store.db"))) {
                for (String key : keys()) {
                    JsonNode there = store.read(tx -> tx.settings().get(key));
                    if (there != null) {
                        found.put(key, there.path("number").asInt());
                    }
                }
            }
            return found;
        });
    }

    @Test
    void theObjectStoragesBytes() throws Exception {
        survives("objects", COSTLY_CUTS, folder -> {
            Map<String, Integer> found = new TreeMap<>();
            try (ObjectStorage storage = DiskObjects.open(folder.resolve("objects"))) {
                for (String key : keys()) {
                    if (storage.hasBucket("bucket") && storage.head("bucket", key) != null) {
                        found.put(key, number(storage, key));
                    }
                }
            }
            return found;
        });
    }

    private static int number(ObjectStorage storage, String key) throws IOException {
        try (StoredObject object = storage.get("bucket", key)) {
            byte[] bytes = object.bytes();
            int number = ByteBuffer.wrap(bytes).getInt();
            assertThat(bytes).as("%s is whole", key).isEqualTo(PowerChild.bytes(number));
            return number;
        }
    }

    private static List<String> keys() {
        return Stream.iterate(0, t -> t + 1)
                .limit(4)
                .flatMap(t -> Stream.iterate(0, k -> k + 1).limit(6).map(k -> "k" + t + "-" + k))
                .toList();
    }

    private void survives(String what, int cuts, Reader reader) throws Exception {
        Path recorded = Files.createDirectory(scratch.resolve("disk"));
        List<RecordedDisk.Operation> log = record(what, recorded);
        RecordedDisk disk = new RecordedDisk(recorded);
        Map<String, Noted> notes = new HashMap<>();
        SplittableRandom random = new SplittableRandom(SEED);
        int opened = 0;
        int lastNote = 0;
        for (int i = 0; i < log.size(); i++) {
            RecordedDisk.Operation operation = log.get(i);
            disk.apply(operation);
            if (operation.path().endsWith("/" + PowerChild.NOTES) && operation.code() == 'W') {
                note(new String(operation.bytes(), StandardCharsets.US_ASCII), notes);
                lastNote = i;
            }
            if (notes.isEmpty() || random.nextInt(log.size()) >= cuts) {
                continue;
            }
            for (RecordedDisk.Cut cut : RecordedDisk.Cut.values()) {
                Path folder = Files.createDirectory(scratch.resolve("cut"));
                disk.leave(cut, random, folder);
                check(reader.read(folder), notes, what + ", operation " + i + " of " + log.size() + ", " + cut);
                delete(folder);
                opened++;
            }
        }
        System.out.printf("%s: %d operations recorded, %d disks opened%n", what, log.size(), opened);
        assertThat(lastNote).isPositive();
        assertThat(opened).isGreaterThan(cuts);
    }

    private static void note(String line, Map<String, Noted> notes) {
        String[] words = line.strip().split(" ");
        Noted noted = notes.computeIfAbsent(words[1], k -> new Noted());
        if (words[0].equals("ack")) {
            noted.acknowledged = Integer.parseInt(words[2]);
        } else {
            noted.tried = Integer.parseInt(words[2]);
        }
    }

    private static void check(Map<String, Integer> found, Map<String, Noted> notes, String where) {
        notes.forEach((key, noted) -> {
            Integer number = found.get(key);
            boolean right = false;
            for (int n = noted.acknowledged; n <= noted.tried; n++) {
                right |= n % 5 == 0 ? number == null : number != null && number == n;
            }
            assertThat(right)
                    .as(
                            "%s: %s shows %s; operation %d was acknowledged, %d tried",
                            where, key, number == null ? "nothing" : number, noted.acknowledged, noted.tried)
                    .isTrue();
        });
    }

    private List<RecordedDisk.Operation> record(String what, Path folder) throws Exception {
        Path log = scratch.resolve("log");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + Files.createDirectory(scratch.resolve("tmp")),
                "-cp",
                System.getProperty("java.class.path"),
                PowerChild.class.getName(),
                folder.toString(),
                what,
                Integer.toString(OPERATIONS));
        builder.environment().put("LD_PRELOAD", recorder().toString());
        builder.environment().put("POWER_LOG", log.toString());
        builder.environment().put("POWER_UNDER", folder.toString());
        Path said = scratch.resolve("said");
        Process process =
                builder.redirectErrorStream(true).redirectOutput(said.toFile()).start();
        assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(said)).isZero();
        return RecordedDisk.read(log);
    }

    /// Where no C compiler is, the suite is skipped with one line; in CI that is a failure.
    private Path recorder() throws IOException, InterruptedException {
        Path library = scratch.resolve("recorder.so");
        String why;
        try {
            Process compiler = new ProcessBuilder(
                            "cc", "-shared", "-fPIC", "-O2", "-o", library.toString(), source().toString(), "-lpthread")
                    .redirectErrorStream(true)
                    .start();
            String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (compiler.waitFor() == 0) {
                return library;
            }
            why = said;
        } catch (IOException e) {
            why = String.valueOf(e.getMessage());
        }
        why = "the recorder of power cuts could not be compiled (a C compiler on Linux is wanted): " + why;
        if ("true".equals(System.getenv("CI"))) {
            throw new IllegalStateException(why);
        }
        System.out.println("SKIPPED: " + why);
        Assumptions.abort(why);
        throw new AssertionError();
    }

    /// Maven and an IDE start in different folders.
    private static Path source() throws IOException {
        String tail = "src/test/c/recorder.c";
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            for (Path each : List.of(
                    at.resolve(tail), at.resolve("control-plane/conformance").resolve(tail))) {
                if (Files.exists(each)) {
                    return each;
                }
            }
        }
        throw new IOException(tail + " is not found");
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
