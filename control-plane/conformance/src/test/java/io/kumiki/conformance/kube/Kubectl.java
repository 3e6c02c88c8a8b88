package io.kumiki.conformance.kube;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// A current kubectl, built by `kubernetes/build.sh`, and one kubeconfig.
final class Kubectl {
    /// What one command printed.
    record Ran(int code, String out) {
        Ran ok() {
            if (code != 0) {
                throw new AssertionError("kubectl ended with " + code + ":\n" + out);
            }
            return this;
        }
    }

    private static final long PATIENCE_SECONDS = 120;
    /// A first build on a new machine compiles some thousand packages, beside whatever else runs.
    private static final long BUILD_SECONDS = 1_800;

    private final Path program;
    private final Path kubeconfig;
    private final Path home;

    private Kubectl(Path program, Path kubeconfig, Path home) {
        this.program = program;
        this.kubeconfig = kubeconfig;
        this.home = home;
    }

    Kubectl with(Path otherConfig) {
        return new Kubectl(program, otherConfig, home);
    }

    /// Where Go is missing the suite is skipped with one line; in CI that is a failure.
    static Kubectl required(Path kubeconfig, Path home) {
        Ran built = run(List.of(script().toString()), Map.of(), "", BUILD_SECONDS);
        if (built.code() == 0) {
            String folder = built.out().strip();
            return new Kubectl(Path.of(folder.substring(folder.lastIndexOf('\n') + 1), "kubectl"), kubeconfig, home);
        }
        String why = "no kubectl could be built (Go is wanted): " + built.out().strip();
        if ("true".equals(System.getenv("CI"))) {
            throw new IllegalStateException(why);
        }
        System.out.println("SKIPPED: " + why);
        Assumptions.abort(why);
        throw new AssertionError();
    }

    Ran run(String... arguments) {
        return feed("", arguments);
    }

    /// With a document on standard input.
    Ran feed(String input, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        return run(command, environment(), input, PATIENCE_SECONDS);
    }

    private Map<String, String> environment() {
        return Map.of(
                "KUBECONFIG",
                kubeconfig.toString(),
                "HOME",
                home.toString(),
                "KUBECACHEDIR",
                home.resolve("cache").toString());
    }

    private static Ran run(List<String> command, Map<String, String> environment, String input, long patience) {
        Path out = null;
        try {
            out = Files.createTempFile("kubectl", ".out");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            }
            if (!process.waitFor(patience, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " did not end; it printed:\n" + Files.readString(out));
            }
            return new Ran(process.exitValue(), Files.readString(out));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            if (out != null && !out.toFile().delete()) {
                out.toFile().deleteOnExit();
            }
        }
    }

    private static Path script() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            for (Path here : List.of(at, at.resolve("control-plane/conformance"))) {
                Path script = here.resolve("kubernetes/build.sh");
                if (Files.isRegularFile(script)) {
                    return script;
                }
            }
        }
        throw new IllegalStateException(
                "kubernetes/build.sh of control-plane/conformance is not above the working folder");
    }
}
