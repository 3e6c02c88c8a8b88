package io.kumiki.conformance.kube;

import io.kumiki.conformance.cluster.KubernetesPrograms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

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

    private final Path program;
    private final Path kubeconfig;
    private final Path home;
    private final Map<String, String> more;

    private Kubectl(Path program, Path kubeconfig, Path home, Map<String, String> more) {
        this.program = program;
        this.kubeconfig = kubeconfig;
        this.home = home;
        this.more = more;
    }

    Kubectl with(Path otherConfig) {
        return new Kubectl(program, otherConfig, home, more);
    }

    Kubectl with(String variable, String value) {
        return new Kubectl(program, kubeconfig, home, Map.of(variable, value));
    }

    /// With more variables in its environment.
    Kubectl with(Map<String, String> variables) {
        return new Kubectl(program, kubeconfig, home, variables);
    }

    /// Where Go is missing the suite is skipped with one line; in CI that is a failure.
    static Kubectl required(Path kubeconfig, Path home) {
        return new Kubectl(KubernetesPrograms.required("kubectl").program("kubectl"), kubeconfig, home, Map.of());
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

    /// Running until it is ended; standard error joins its output.
    Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment());
        return builder.start();
    }

    private Map<String, String> environment() {
        Map<String, String> all = new HashMap<>(more);
        all.putAll(Map.of(
                "KUBECONFIG",
                kubeconfig.toString(),
                "HOME",
                home.toString(),
                "KUBECACHEDIR",
                home.resolve("cache").toString()));
        return all;
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
}
