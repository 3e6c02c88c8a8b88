package io.kumiki.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Runs the training example on a Kumiki that is started when none runs, shows it as it goes, and says where to
/// look.
final class DemoCommand {
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private DemoCommand() {}

    static int run(List<String> args) throws Exception {
        Path dir = Arguments.parse(args, Set.of(), Set.of("data")).dataFolder();
        if (KumikiClient.of(dir).isEmpty()) {
            start(dir);
        }
        try (var client = KumikiClient.of(dir).orElseThrow(() -> new IOException("Kumiki did not start in " + dir))) {
            String id = client.run("Train and evaluate", Examples.spec("train_and_evaluate"), Json.object());
            System.out.println("Watch it: " + client.dashboard().resolve("/runs/" + id));
            JsonNode run = follow(client, id);
            boolean done = run.path("state").asText().equals("SUCCEEDED");
            System.out.println(
                    done
                            ? "Done."
                            : "It ended " + run.path("state").asText() + ": "
                                    + run.at("/error/message").asText());
            metrics(client.get("/api/v1/runs/" + id))
                    .forEach((name, value) -> System.out.printf("  %-18s %s%n", name, value));
            return done ? 0 : 1;
        }
    }

    private static void start(Path dir) throws IOException, InterruptedException {
        String home = System.getenv("KUMIKI_HOME");
        if (home == null) {
            throw new IOException("no Kumiki runs in " + dir + "; start one with ./kumiki up --detach");
        }
        int exit = new ProcessBuilder(Path.of(home, "kumiki").toString(), "up", "--detach", "--data", dir.toString())
                .inheritIO()
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException("Kumiki did not start in " + dir);
        }
    }

    /// Prints each task's state when it changes, until the run has ended.
    private static JsonNode follow(KumikiClient client, String id) throws IOException, InterruptedException {
        Map<String, String> shown = new HashMap<>();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            JsonNode run = client.get("/apis/v2beta1/runs/" + id);
            for (JsonNode task : run.at("/run_details/task_details")) {
                String name = task.path("display_name").asText();
                String state = task.path("state").asText();
                if (!state.equals("PENDING") && !state.equals(shown.put(name, state))) {
                    System.out.printf("  %-28s %s%n", name, state.toLowerCase(java.util.Locale.ROOT));
                }
            }
            if (Set.of("SUCCEEDED", "FAILED", "CANCELED")
                    .contains(run.path("state").asText())) {
                return run;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("the run has not ended after " + PATIENCE.toMinutes() + " minutes");
            }
            Thread.sleep(200);
        }
    }

    /// The scalar metrics that the run's Metrics artifacts hold.
    private static Map<String, String> metrics(JsonNode run) {
        Map<String, String> metrics = new java.util.TreeMap<>();
        for (JsonNode artifact : run.path("artifacts")) {
            if (artifact.path("type").asText().equals("system.Metrics")) {
                artifact.path("metadata").properties().forEach(e -> {
                    if (e.getValue().isNumber()) {
                        metrics.put(e.getKey(), e.getValue().asText());
                    }
                });
            }
        }
        return metrics;
    }
}
