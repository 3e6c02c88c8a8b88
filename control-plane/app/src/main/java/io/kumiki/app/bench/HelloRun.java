package io.kumiki.app.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.app.Examples;
import io.kumiki.app.KumikiClient;
import io.kumiki.model.Json;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The hello-world of the SDK: one lightweight Python component, its environment warm, nothing cached.
final class HelloRun implements Benchmark {
    @Override
    public String name() {
        return "hello";
    }

    @Override
    public String measures() {
        return "hello-world: created_at → finished_at of N (20) runs, warm environment";
    }

    @Override
    public int defaultSize() {
        return 20;
    }

    @Override
    public int defaultRounds() {
        return 1;
    }

    @Override
    public List<Figure> run(Size size) throws Exception {
        JsonNode spec = withoutCache(Examples.spec("hello"));
        List<Double> whole = new ArrayList<>();
        List<Double> outside = new ArrayList<>();
        try (var kumiki = OwnKumiki.start();
                KumikiClient client = kumiki.client()) {
            for (int i = 0; i <= size.n(); i++) {
                JsonNode run = client.await(client.run("hello-" + i, spec, Json.object()), Duration.ofMinutes(5));
                double seconds = Runs.seconds(run);
                if (i > 0) {
                    whole.add(seconds);
                    outside.add(seconds - inSteps(run));
                }
            }
        }
        double[] all = whole.stream().mapToDouble(Double::doubleValue).toArray();
        double[] control = outside.stream().mapToDouble(Double::doubleValue).toArray();
        return List.of(
                new Figure(name(), "1 step", "created → finished, median", Figure.percentile(all, 0.5), "s"),
                new Figure(name(), "1 step", "created → finished, max", Figure.percentile(all, 1), "s"),
                new Figure(
                        name(), "1 step", "outside the step's process, median", Figure.percentile(control, 0.5), "s"),
                new Figure(name(), "1 step", "outside the step's process, max", Figure.percentile(control, 1), "s"));
    }

    private static JsonNode withoutCache(JsonNode spec) {
        spec.findParents("cachingOptions")
                .forEach(task -> ((com.fasterxml.jackson.databind.node.ObjectNode) task).remove("cachingOptions"));
        return spec;
    }

    /// Seconds in which some step's own process ran.
    private static double inSteps(JsonNode run) {
        double sum = 0;
        for (JsonNode task : run.at("/run_details/task_details")) {
            if (task.hasNonNull("pod_name") && task.hasNonNull("start_time") && task.hasNonNull("end_time")) {
                sum += Duration.between(
                                        Instant.parse(task.path("start_time").asText()),
                                        Instant.parse(task.path("end_time").asText()))
                                .toNanos()
                        / 1e9;
            }
        }
        return sum;
    }
}
