package io.kumiki.conformance.kfp;

import io.kumiki.app.KumikiClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A real Kumiki process: `up --data DIR --ports auto --no-open`, as a newcomer starts it.
public final class RunningKumiki implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    public final Path data;
    private final List<String> options;
    private final Map<String, String> environment;
    private Process process;
    private int starts;

    private RunningKumiki(Path data, Map<String, String> environment, List<String> options) {
        this.data = data;
        this.environment = environment;
        this.options = options;
        this.process = launch();
    }

    public static RunningKumiki start(Path data, Map<String, String> environment, String... options) {
        var kumiki = new RunningKumiki(data, environment, List.of(options));
        kumiki.awaitReady();
        return kumiki;
    }

    /// On the same folder.
    void restart() {
        process = launch();
        awaitReady();
    }

    /// SIGKILL: no hook runs, nothing is written any more.
    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    KumikiClient client() {
        try {
            var endpoints = io.kumiki.model.Json.parse(Files.readAllBytes(data.resolve("endpoints.json")));
            return new KumikiClient(
                    URI.create(endpoints.path("dashboard").asText()),
                    Files.readString(data.resolve("token")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What it printed since its last start.
    String log() {
        try {
            return new String(Files.readAllBytes(logFile()), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path logFile() {
        return data.resolveSibling(data.getFileName() + "-" + starts + ".log");
    }

    private Process launch() {
        starts++;
        var command = new ArrayList<String>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.kumiki.app.Kumiki",
                "up",
                "--data",
                data.toString(),
                "--ports",
                "auto",
                "--no-open"));
        command.addAll(options);
        try {
            var builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(logFile().toFile());
            builder.environment().putAll(environment);
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitReady() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!log().contains("Kumiki is ready")) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                process.destroyForcibly();
                throw new IllegalStateException("Kumiki did not become ready:\n" + log());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
    }
}
