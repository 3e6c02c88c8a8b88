package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.pod.PodMounts;
import io.kumiki.localcluster.node.process.Mount;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a container leaves behind as its last words: the file at `terminationMessagePath`, or the end of its log when
/// the policy says so and it failed.
final class TerminationMessage {
    private static final int LONGEST = 4096;
    private static final int LOG_BYTES = 2048;
    private static final int LOG_LINES = 80;

    private TerminationMessage() {}

    /// Makes the file before the container starts and remembers, in the start's folder, where it lies on this machine.
    ///
    /// @param devices the layer over /dev, null where the container has none of its own
    static void prepare(JsonNode container, Path start, @Nullable Path root, List<Mount> mounts, @Nullable Path devices)
            throws IOException {
        Path path = Path.of("/")
                .resolve(container.path("terminationMessagePath").asText("/dev/termination-log"))
                .normalize();
        boolean mounted = mounts.stream().anyMatch(mount -> path.startsWith(Path.of(mount.target())));
        Path file;
        if (path.startsWith("/dev") && !mounted) {
            file = devices == null ? null : devices.resolve(Path.of("/dev").relativize(path));
        } else if (mounted || root != null) {
            file = PodMounts.hostPath(mounts, Objects.requireNonNullElse(root, Path.of("/")), path.toString());
        } else {
            file = null;
        }
        if (file == null) {
            return;
        }
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            Files.createFile(file);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        }
        Files.writeString(start.resolve("termination"), file.toString());
    }

    /// Whether a container's last words are to stand below a folder.
    static boolean below(String folder, JsonNode container) {
        return Path.of("/")
                .resolve(container.path("terminationMessagePath").asText("/dev/termination-log"))
                .normalize()
                .startsWith(folder);
    }

    /// For a container with a file system of its own: a file of the start's folder, mounted at the path.
    static Mount mount(JsonNode container, Path start) throws IOException {
        Path file = start.resolve("last-words");
        if (!Files.exists(file)) {
            Files.createFile(file);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        }
        Files.writeString(start.resolve("termination"), file.toString());
        return new Mount(file, container.path("terminationMessagePath").asText("/dev/termination-log"), false);
    }

    /// Null when there is nothing to say.
    static @Nullable String read(JsonNode container, PodFolder pod, Path start, Path log, int exitCode)
            throws IOException {
        String own = file(pod, start);
        if (!own.isEmpty()) {
            return own;
        }
        boolean fallback =
                container.path("terminationMessagePolicy").asText().equals("FallbackToLogsOnError") && exitCode != 0;
        String end = fallback ? tail(log) : "";
        return end.isEmpty() ? null : end;
    }

    /// Never follows a link out of the pod's own folder: the container made the file, and we may read what it may not.
    private static String file(PodFolder pod, Path start) throws IOException {
        try {
            Path file = Path.of(Files.readString(start.resolve("termination")));
            Path parent = Objects.requireNonNull(file.getParent());
            boolean inside = parent.toRealPath().startsWith(pod.path().toRealPath());
            if (!inside || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                return "";
            }
            try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                return new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8);
            }
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    private static String tail(Path log) throws IOException {
        if (!Files.exists(log)) {
            return "";
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(0, file.length() - LOG_BYTES);
            file.seek(from);
            byte[] bytes = new byte[(int) (file.length() - from)];
            file.readFully(bytes);
            List<String> lines =
                    new String(bytes, StandardCharsets.UTF_8).lines().toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        }
    }
}
