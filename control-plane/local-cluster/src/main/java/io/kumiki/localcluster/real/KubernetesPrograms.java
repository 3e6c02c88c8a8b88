package io.kumiki.localcluster.real;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Kubernetes' own programs, built once by `control-plane/conformance/kubernetes/build.sh` into the user's cache.
///
/// @param folder where they lie
public record KubernetesPrograms(Path folder) {
    /// There are none, and why.
    public static final class Missing extends IOException {
        private static final long serialVersionUID = 1;

        Missing(String why) {
            super(why);
        }
    }

    /// Builds what is missing, which takes minutes the first time; throws [Missing] where that is impossible.
    public static KubernetesPrograms built(String... programs) throws IOException, InterruptedException {
        Path script = script();
        if (script == null) {
            throw new Missing("control-plane/conformance/kubernetes/build.sh lies neither in KUMIKI_HOME nor above the"
                    + " working folder");
        }
        List<String> command = new ArrayList<>(List.of("sh", script.toString()));
        command.addAll(List.of(programs));
        List<String> printed = new ArrayList<>();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                printed.add(line);
                if (line.startsWith("Building ")) {
                    System.err.println(line);
                }
            }
        }
        if (process.waitFor() != 0) {
            throw new Missing("no Kubernetes could be built (Go is wanted): " + String.join(" ", printed));
        }
        return new KubernetesPrograms(Path.of(printed.getLast()));
    }

    /// Those that were built before, all of them in one folder of the cache; null where there are none.
    public static @Nullable KubernetesPrograms found(String... programs) throws IOException {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path folder = Path.of(cache == null ? System.getProperty("user.home") + "/.cache" : cache, "kumiki");
        if (!Files.isDirectory(folder)) {
            return null;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry ->
                            List.of(programs).stream().allMatch(program -> Files.isExecutable(entry.resolve(program))))
                    .findFirst()
                    .map(KubernetesPrograms::new)
                    .orElse(null);
        }
    }

    public Path program(String name) {
        return folder.resolve(name);
    }

    private static @Nullable Path script() {
        String home = System.getenv("KUMIKI_HOME");
        for (Path at = Path.of(home == null ? "" : home).toAbsolutePath(); at != null; at = at.getParent()) {
            Path script = at.resolve("control-plane/conformance/kubernetes/build.sh");
            if (Files.isRegularFile(script)) {
                return script;
            }
        }
        return null;
    }
}
