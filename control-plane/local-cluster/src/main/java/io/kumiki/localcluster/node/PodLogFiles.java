package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.runtime.life.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The log files of this node's containers. Processes append to them directly, so a line carries no time of its
/// own: once a second the
/// length of each growing log is noted with the time, and `sinceTime` and timestamps are as exact as that.
public final class PodLogFiles {
    private static final long KEEP_BYTES = 1L << 30;

    private final Path nodeFolder;
    private final Clock clock;
    private final Map<Path, Long> noted = new ConcurrentHashMap<>();

    PodLogFiles(Path nodeFolder, Clock clock) {
        this.nodeFolder = nodeFolder;
        this.clock = clock;
    }

    /// The log of a container's current start, or of the one before; null when there is none.
    public @Nullable Path find(JsonNode podMetadata, String container, boolean previous) {
        Path folder =
                PodFolder.logsOf(nodeFolder, podMetadata).resolve(container).normalize();
        if (!folder.startsWith(nodeFolder) || !Files.isDirectory(folder)) {
            return null;
        }
        List<Integer> numbers = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.log")) {
            for (Path file : files) {
                String name = Objects.requireNonNull(file.getFileName()).toString();
                numbers.add(Integer.valueOf(name.substring(0, name.length() - ".log".length())));
            }
        } catch (IOException e) {
            return null;
        }
        numbers.sort(Comparator.reverseOrder());
        int wanted = previous ? 1 : 0;
        return wanted < numbers.size() ? folder.resolve(numbers.get(wanted) + ".log") : null;
    }

    /// Notes how far each open log has come. One stat per running container and second.
    void tick(List<PodWorker> workers) {
        if (workers.isEmpty()) {
            noted.clear();
            return;
        }
        workers.forEach(worker -> worker.openLogs().forEach(this::note));
    }

    /// Notes the log's length if it grew; also when its container has ended.
    void note(Path log) {
        try {
            long size = Files.exists(log) ? Files.size(log) : 0;
            Long before = noted.put(log, size);
            if (size != (before == null ? 0 : before)) {
                Files.writeString(
                        times(log),
                        clock.millis() + " " + size + "\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            // The next second comes; without a note the times are only less exact.
            noted.remove(log);
        }
    }

    /// The notes of one log, oldest first: at `time` the file was `size` long.
    static List<Note> notes(Path log) throws IOException {
        List<Note> notes = new ArrayList<>();
        if (Files.exists(times(log))) {
            for (String line : Files.readAllLines(times(log), StandardCharsets.US_ASCII)) {
                String[] words = line.split(" ");
                notes.add(new Note(Instant.ofEpochMilli(Long.parseLong(words[0])), Long.parseLong(words[1])));
            }
        }
        return notes;
    }

    record Note(Instant time, long size) {}

    /// Removes the oldest logs of pods that are gone while all of them take more than 1 GiB.
    void keepWithin() throws IOException {
        Path logs = nodeFolder.resolve("logs");
        List<Path> folders = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(logs)) {
            found.forEach(folders::add);
        }
        folders.removeIf(this::isLive);
        folders.sort(Comparator.comparing(PodLogFiles::age));
        long total = folders.stream().mapToLong(Folders::size).sum();
        for (Path oldest : folders) {
            if (total <= KEEP_BYTES) {
                return;
            }
            total -= Folders.size(oldest);
            Folders.delete(oldest);
        }
    }

    private boolean isLive(Path logs) {
        String name = Objects.requireNonNull(logs.getFileName()).toString();
        return Files.exists(nodeFolder.resolve("pods").resolve(name.substring(name.lastIndexOf('_') + 1)));
    }

    private static Instant age(Path folder) {
        try {
            return Files.getLastModifiedTime(folder).toInstant();
        } catch (IOException e) {
            return Instant.EPOCH;
        }
    }

    private static Path times(Path log) {
        return log.resolveSibling(log.getFileName() + ".times");
    }
}
