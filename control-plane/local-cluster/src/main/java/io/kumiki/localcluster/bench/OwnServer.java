package io.kumiki.localcluster.bench;

import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// The embedded API server alone in a JVM of its own.
final class OwnServer implements Measured {
    private final String name;
    private final Path folder;
    private final Process process;
    private final BufferedReader answers;
    private final PrintStream orders;
    private final Endpoint endpoint;
    private final double startSeconds;

    private OwnServer(String name, Path folder, boolean durable, List<String> options) throws IOException {
        this.name = name;
        this.folder = folder;
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                OwnServer.class.getName(),
                folder.toString(),
                Boolean.toString(durable)));
        long start = System.nanoTime();
        this.process = new ProcessBuilder(command)
                .redirectError(folder.resolve("log").toFile())
                .start();
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        answer("ready");
        this.startSeconds = (System.nanoTime() - start) / 1e9;
        this.endpoint = Endpoint.of(folder.resolve("kubeconfig"));
    }

    /// The number behind a word; the JVM may print lines of its own before.
    private long answer(String word) throws IOException {
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith(word + " ")) {
                return Long.parseLong(line.substring(word.length() + 1));
            }
        }
        throw new IOException("the server ended: " + Files.readString(folder.resolve("log")));
    }

    /// @param options for the JVM: heap, recordings
    static OwnServer start(boolean durable, List<String> options) throws IOException {
        return new OwnServer(
                durable ? "kumiki, durable" : "kumiki, memory",
                Files.createTempDirectory("kumiki-bench"),
                durable,
                options);
    }

    /// Answers each line on standard input with the heap that is in use after a collection.
    public static void main(String[] arguments) throws IOException {
        // Nobody reads what is logged: it must not fill the pipe that carries the answers.
        PrintStream answers = System.out;
        System.setOut(System.err);
        var settings = LocalClusterSettings.in(Path.of(arguments[0]));
        Vertx vertx = Vertx.vertx();
        var cluster = LocalCluster.start(vertx, Boolean.parseBoolean(arguments[1]) ? settings : settings.inMemory());
        answers.println("ready " + cluster.port());
        try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            while (in.readLine() != null) {
                System.gc();
                System.gc();
                answers.println("heap "
                        + ManagementFactory.getMemoryMXBean()
                                .getHeapMemoryUsage()
                                .getUsed());
            }
        }
        cluster.close();
        System.exit(0);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public List<ProcessHandle> processes() {
        return List.of(process.toHandle());
    }

    @Override
    public double startSeconds() {
        return startSeconds;
    }

    @Override
    public double heapMiB() throws IOException {
        orders.println("heap");
        return answer("heap") / 1048576.0;
    }

    @Override
    public void close() {
        orders.close();
        try {
            process.waitFor();
            deleteTree(folder);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static void deleteTree(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println(folder + " could not be removed: " + e.getMessage());
        }
    }
}
