package io.kumiki.app.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.app.KumikiClient;
import io.kumiki.model.Json;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Upstream process ended → next pod's create request, over a chain of steps whose outputs are parameters.
/// Both ends are taken by the process itself and read from each task's notes.
final class Transition implements Benchmark {
    @Override
    public String name() {
        return "transition";
    }

    @Override
    public String measures() {
        return "upstream process ended → next pod's create request, over a chain of N (100) steps";
    }

    @Override
    public int defaultSize() {
        return 100;
    }

    @Override
    public int defaultRounds() {
        return 1;
    }

    @Override
    public List<Figure> run(Size size) throws Exception {
        List<Double> gaps = new ArrayList<>();
        List<Double> uploads = new ArrayList<>();
        try (var kumiki = OwnKumiki.start();
                KumikiClient client = kumiki.client()) {
            for (int round = 0; round < size.rounds(); round++) {
                String id = client.run("transition", BenchPipelines.chain(size.n(), false), Json.object());
                Runs.seconds(client.await(id, Duration.ofMinutes(10)));
                for (JsonNode task : client.get("/api/v1/runs/" + id).path("tasks")) {
                    JsonNode notes = task.path("notes");
                    if (notes.has("transitionMillis")) {
                        gaps.add(notes.path("transitionMillis").asDouble());
                    }
                    if (notes.has("uploadMillis")) {
                        uploads.add(notes.path("uploadMillis").asDouble());
                    }
                }
            }
        }
        double[] gap = gaps.stream().mapToDouble(Double::doubleValue).toArray();
        double[] upload = uploads.stream().mapToDouble(Double::doubleValue).toArray();
        String kase = gap.length + " transitions";
        return List.of(
                new Figure(name(), kase, "p50", Figure.percentile(gap, 0.5), "ms"),
                new Figure(name(), kase, "p99", Figure.percentile(gap, 0.99), "ms"),
                new Figure(name(), kase, "max", Figure.percentile(gap, 1), "ms"),
                new Figure(name(), kase, "of it uploading, p50", Figure.percentile(upload, 0.5), "ms"),
                new Figure(name(), kase, "of it uploading, p99", Figure.percentile(upload, 0.99), "ms"));
    }
}
