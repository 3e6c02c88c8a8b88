package io.kumiki.conformance.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// Kubernetes' own programs, built by `kubernetes/build.sh` into the user's cache.
///
/// @param folder where they lie
public record KubernetesPrograms(Path folder) {
    /// Builds what is missing. Where Go is missing the caller's suite is skipped with one line; in CI that is a
    /// failure.
    public static KubernetesPrograms required(String... programs) {
        List<String> command = new ArrayList<>(List.of(script().toString()));
        command.addAll(List.of(programs));
        List<String> printed = new ArrayList<>();
        if (run(command, printed) == 0) {
            return new KubernetesPrograms(Path.of(printed.getLast()));
        }
        String why = "no Kubernetes could be built (Go is wanted): " + String.join(" ", printed);
        if ("true".equals(System.getenv("CI"))) {
            throw new IllegalStateException(why);
        }
        System.out.println("SKIPPED: " + why);
        Assumptions.abort(why);
        throw new AssertionError();
    }

    public Path program(String name) {
        return folder.resolve(name);
    }

    private static int run(List<String> command, List<String> printed) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    printed.add(line);
                    if (line.startsWith("Building ")) {
                        System.out.println(line);
                    }
                }
            }
            return process.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path script() {
        return module().resolve("kubernetes/build.sh");
    }

    /// This module's folder: Maven and an IDE start tests in different places.
    public static Path module() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            for (Path here : List.of(at, at.resolve("control-plane/conformance"))) {
                if (Files.isRegularFile(here.resolve("kubernetes/build.sh"))) {
                    return here;
                }
            }
        }
        throw new IllegalStateException(
                "kubernetes/build.sh of control-plane/conformance is not above the working folder");
    }
}
