package io.kumiki.localcluster.node.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Looks at processes of this machine: when one started, and which belong to a container (its environment says so,
/// and children inherit it).
final class ProcessTree {
    private static final Path PROC = Path.of("/proc");

    private ProcessTree() {}

    /// Start time as the wrapper writes it; empty when there is no such process. With the pid it names one process
    /// for ever.
    static Optional<String> startTime(long pid) {
        Path stat = PROC.resolve(pid + "/stat");
        try {
            if (Files.isDirectory(PROC.resolve("self"))) {
                String line = Files.readString(stat, StandardCharsets.ISO_8859_1);
                String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
                // A zombie has ended; only its parent has not looked yet.
                return fields[0].equals("Z") ? Optional.empty() : Optional.of(fields[19]);
            }
            String started =
                    output("ps", "-o", "lstart=", "-p", Long.toString(pid)).strip();
            return started.isEmpty() ? Optional.empty() : Optional.of(started.replaceAll(" +", "_"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// Tells this run of the machine from others: start times count from its boot. "-" where the system has none.
    static String bootId() {
        try {
            return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            return "-";
        }
    }

    /// The process that many generations below the given one, always its oldest child.
    static @Nullable ProcessHandle below(ProcessHandle top, int generations) {
        ProcessHandle at = top;
        for (int i = 0; i < generations; i++) {
            at = at.children()
                    .filter(ProcessHandle::isAlive)
                    .min(Comparator.comparingLong(ProcessHandle::pid))
                    .orElse(null);
            if (at == null) {
                return null;
            }
        }
        return at;
    }

    /// The words a process was started with; empty where the system does not say.
    static String commandLine(long pid) {
        try {
            return Files.readString(PROC.resolve(pid + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    /// Every living process whose environment carries all the given `NAME=value` words, and every descendant of one
    /// of those.
    static Set<ProcessHandle> marked(List<String> words) {
        Set<ProcessHandle> found = new LinkedHashSet<>();
        for (long pid : pids(words)) {
            ProcessHandle.of(pid).ifPresent(handle -> {
                found.add(handle);
                handle.descendants().forEach(found::add);
            });
        }
        return found;
    }

    private static List<Long> pids(List<String> words) {
        List<Long> pids = new ArrayList<>();
        if (!Files.isDirectory(PROC.resolve("self"))) {
            return pidsByPs(words);
        }
        List<byte[]> needles = words.stream()
                .map(word -> ("\0" + word + "\0").getBytes(StandardCharsets.UTF_8))
                .toList();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path entry : entries) {
                if (carries(entry.resolve("environ"), needles)) {
                    pids.add(Long.valueOf(
                            Objects.requireNonNull(entry.getFileName()).toString()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return pids;
    }

    private static boolean carries(Path environ, List<byte[]> needles) {
        try (InputStream in = Files.newInputStream(environ)) {
            byte[] text = in.readAllBytes();
            byte[] framed = new byte[text.length + 2];
            System.arraycopy(text, 0, framed, 1, text.length);
            String haystack = new String(framed, StandardCharsets.ISO_8859_1);
            for (byte[] needle : needles) {
                if (!haystack.contains(new String(needle, StandardCharsets.ISO_8859_1))) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            // Ended meanwhile, or another user's: not ours either way.
            return false;
        }
    }

    private static List<Long> pidsByPs(List<String> words) {
        try {
            return output("ps", "-Axww", "-E", "-o", "pid=,command=")
                    .lines()
                    .filter(line -> words.stream().allMatch(word -> (line + " ").contains(" " + word + " ")))
                    .map(line -> Long.valueOf(line.strip().split(" ")[0]))
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static String output(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (InputStream in = process.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
