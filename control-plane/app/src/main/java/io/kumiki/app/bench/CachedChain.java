package io.kumiki.app.bench;

import io.kumiki.app.KumikiClient;
import io.kumiki.model.Json;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.time.Duration;
import java.util.List;

/// A chain of steps that all come from the cache: no pod, so what remains is look-up, decision and commit.
final class CachedChain implements Benchmark {
    @Override
    public String name() {
        return "cached";
    }

    @Override
    public String measures() {
        return "a chain of N steps (1,000), all from the cache: whole run and per step";
    }

    @Override
    public int defaultSize() {
        return 1_000;
    }

    @Override
    public List<Figure> run(Size size) throws Exception {
        double[] seconds = new double[size.rounds()];
        try (var kumiki = OwnKumiki.start("--nodes", "8 x cpu=256 memory=512Gi pods=4000");
                KumikiClient client = kumiki.client()) {
            var spec = Json.object();
            spec.set("pipeline_spec", BenchPipelines.chain(size.n(), true));
            // Every step but the first sees the same input, so two real steps fill the cache for the rest.
            Runs.seconds(client.await(client.run("fill", spec, Json.object()), Duration.ofMinutes(10)));
            for (int i = 0; i < seconds.length; i++) {
                seconds[i] = Runs.seconds(
                        client.await(client.run("cached-" + i, spec, Json.object()), Duration.ofMinutes(5)));
            }
        }
        String kase = size.n() + " steps";
        return List.of(
                new Figure(name(), kase, "created → finished, median", Figure.percentile(seconds, 0.5), "s"),
                new Figure(name(), kase, "created → finished, max", Figure.percentile(seconds, 1), "s"),
                new Figure(name(), kase, "per step, median", 1000 * Figure.percentile(seconds, 0.5) / size.n(), "ms"));
    }
}
