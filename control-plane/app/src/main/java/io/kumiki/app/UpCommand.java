package io.kumiki.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.app.bench.BenchPipelines;
import io.kumiki.model.Json;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// Starts everything in this process and keeps it running until it is told to stop.
final class UpCommand {
    private static final int TRAINING_STEPS = 100;

    private UpCommand() {}

    static int run(List<String> args) throws Exception {
        var options = UpOptions.parse(args);
        var stop = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            stop.countDown();
                            awaitQuietly(stopped);
                        },
                        "shutdown"));
        try (var folder = DataFolder.open(options.data());
                var wiring = Wiring.start(folder, options)) {
            ready(folder, wiring, options);
            stop.await();
            System.out.println("Stopping. Running steps end within their grace period"
                    + (options.keepSteps()
                            ? " only if they want to: --keep-steps leaves them."
                            : " and run again at the next start."));
            folder.remove("process.json");
        } finally {
            stopped.countDown();
        }
        return 0;
    }

    private static void ready(DataFolder folder, Wiring wiring, UpOptions options) {
        long millis = System.currentTimeMillis()
                - ManagementFactory.getRuntimeMXBean().getStartTime();
        ObjectNode process = Json.object();
        process.put("pid", ProcessHandle.current().pid());
        process.put(
                "started",
                ProcessHandle.current()
                        .info()
                        .startInstant()
                        .map(Object::toString)
                        .orElse(""));
        process.put("version", Kumiki.VERSION);
        process.put("readyMillis", millis);
        folder.write("process.json", process);
        String url = wiring.invitation();
        System.out.println("Kumiki is ready  dashboard " + url + "  kubeconfig " + folder.file("kubeconfig"));
        System.out.flush();
        if (options.open()) {
            Browser.open(url);
        }
    }

    /// A whole short life in an empty folder, for the start-up cache: what is loaded here is loaded fast ever
    /// after, and what ran often is compiled sooner: the first steps of a day run almost like the hundredth.
    static int train(List<String> args) throws Exception {
        Path data = Files.createTempDirectory("kumiki-train");
        try {
            var options = UpOptions.parse(
                    List.of("--data", data.toString(), "--ports", "auto", "--no-open", "--nodes", "8 x gpu=8 rack=4"));
            try (var folder = DataFolder.open(data);
                    var wiring = Wiring.start(folder, options)) {
                ready(folder, wiring, options);
                try (var client = KumikiClient.of(data).orElseThrow(() -> new IOException("not running"))) {
                    client.get("/apis/v2beta1/healthz");
                    String id = client.run("train", Examples.spec("hello"), Json.object());
                    client.await(id, Duration.ofSeconds(60));
                    client.get("/api/v1/runs/" + id);
                    client.get("/api/v1/runs");
                    String chain = client.run("steps", BenchPipelines.chain(TRAINING_STEPS, false), Json.object());
                    client.await(chain, Duration.ofSeconds(60));
                }
                TrainingGangs.run(folder.file("kubeconfig"));
            }
            return 0;
        } finally {
            remove(data);
        }
    }

    private static void remove(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
