package io.kumiki.app.bench;

import io.kumiki.app.KumikiClient;
import io.kumiki.model.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A Kumiki process in an empty folder of its own, ended and removed afterwards.
final class OwnKumiki implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final Path data;
    final Process process;
    final double readySeconds;

    private OwnKumiki(Path data, Process process, double readySeconds) {
        this.data = data;
        this.process = process;
        this.readySeconds = readySeconds;
    }

    static OwnKumiki start(String... options) throws IOException, InterruptedException {
        return start(Files.createTempDirectory("kumiki-bench"), options);
    }

    static OwnKumiki start(Path data, String... options) throws IOException, InterruptedException {
        Files.deleteIfExists(data.resolve("process.json"));
        var command = new ArrayList<String>(
                List.of(launcher().toString(), "up", "--data", data.toString(), "--ports", "auto", "--no-open"));
        command.addAll(List.of(options));
        Path log = data.resolve("bench.log");
        long began = System.nanoTime();
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        while (!Files.readString(log).contains("Kumiki is ready")) {
            if (!process.isAlive() || System.nanoTime() - began > PATIENCE.toNanos()) {
                process.destroyForcibly();
                throw new IOException("Kumiki did not become ready: " + Files.readString(log));
            }
            Thread.sleep(10);
        }
        return new OwnKumiki(data, process, (System.nanoTime() - began) / 1e9);
    }

    private static Path launcher() {
        String home = System.getenv("KUMIKI_HOME");
        if (home == null) {
            throw new IllegalStateException("benchmarks run by ./kumiki bench, which tells where the launcher is");
        }
        return Path.of(home, "kumiki");
    }

    KumikiClient client() throws IOException {
        var endpoints = Json.parse(Files.readAllBytes(data.resolve("endpoints.json")));
        return new KumikiClient(
                URI.create(endpoints.path("dashboard").asText()),
                Files.readString(data.resolve("token")).strip());
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            process.onExit().get(30, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try (var files = Files.walk(data)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
