package io.kumiki.localcluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` of a real process at 200 random moments: while it opens the journal that the last kill left, and under
/// load after a random number of acknowledged writes. Names are used again and again, so the file stays small and a
/// kill costs little more than the start of a JVM. {@link ServerKillsIT} does the same to the whole server.
class JournalKillsIT {
    /// `-Dkumiki.kills=N` for another number.
    private static final int KILLS = Integer.getInteger("kumiki.kills", 200);

    private static final int MOST_WRITES = 300;
    private static final int ONE_OF_SO_MANY_WHILE_OPENING = 10;

    @TempDir
    Path folder;

    private final AcknowledgedWrites told = new AcknowledgedWrites();
    private int whileOpening;
    private int unanswered;

    @Test
    void nothingAcknowledgedIsLostByKill() throws Exception {
        Path file = folder.resolve("cluster.db");
        var random = new SplittableRandom(20261129);
        long begin = System.nanoTime();
        for (int round = 0; round < KILLS; round++) {
            boolean opening = round > 0 && random.nextInt(ONE_OF_SO_MANY_WHILE_OPENING) == 0;
            long before = told.atStart();
            killed(file, round, opening ? 0 : random.nextInt(1, MOST_WRITES));
            try (SqliteJournal journal = new SqliteJournal(file, 0)) {
                Cluster cluster = KilledWriter.open(journal);
                var listed = cluster.list(ResourceType.CONFIG_MAPS, KilledWriter.NAMESPACE, Selection.ALL);
                unanswered += told.check("round " + round, listed);
                goesOnOrIsTooOld(cluster, before, listed.revision());
            }
        }
        System.out.printf(
                "%d kills (%d while opening) in %d s: %d acknowledged writes, all found; %d more had been carried out%n",
                KILLS, whileOpening, (System.nanoTime() - begin) / 1_000_000_000, told.writes(), unanswered);
        assertThat(told.writes()).isGreaterThan(KILLS * 50);
        assertThat(whileOpening).isPositive();
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

    /// @param after so many acknowledged writes, 0 for when it begins to open the file
    private void killed(Path file, int round, int after) throws Exception {
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        withoutLogging(),
                        KilledWriter.class.getName(),
                        file.toString(),
                        String.valueOf(round))
                .redirectError(errors.toFile())
                .start();
        int heard = 0;
        boolean reached = false;
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                heard += heard(line);
                if (!reached && (after == 0 ? line.equals(KilledWriter.OPENING) : heard == after)) {
                    reached = true;
                    // By its handle, which leaves the pipe open: what was printed before the kill is still read.
                    process.toHandle().destroyForcibly();
                }
            }
        }
        process.waitFor();
        assertThat(reached).as(Files.readString(errors)).isTrue();
        if (heard == 0) {
            whileOpening++;
        }
    }

    /// The last line may be torn by the kill.
    private int heard(String line) {
        String[] words = line.split(" ");
        if (words.length != 6 || !words[5].equals(".")) {
            return 0;
        }
        long revision = Long.parseLong(words[2]);
        switch (words[0]) {
            case "created" -> told.created(words[1], revision, words[3], words[4]);
            case "changed" -> told.changed(words[1], revision, words[3], words[4]);
            case "deleted" -> told.deleted(words[1], words[3]);
            default -> throw new AssertionError(line);
        }
        return 1;
    }

    /// Setting up the log takes as long as everything else that the process does.
    private static String withoutLogging() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("logback-"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
