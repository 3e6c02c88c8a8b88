package io.kumiki.app.bench;

import io.kumiki.app.KumikiClient;
import io.kumiki.model.Json;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.time.Duration;
import java.util.List;

/// A ParallelFor whose iterations run on simulated nodes for no time: pods really created, scheduled and ended.
final class FanOut implements Benchmark {
    @Override
    public String name() {
        return "fanout";
    }

    @Override
    public String measures() {
        return "a ParallelFor of N (1,000) no-op iterations on simulated nodes";
    }

    @Override
    public int defaultSize() {
        return 1_000;
    }

    @Override
    public int defaultRounds() {
        return 3;
    }

    @Override
    public List<Figure> run(Size size) throws Exception {
        double[] seconds = new double[size.rounds()];
        try (var kumiki = OwnKumiki.start("--nodes", "8 x cpu=256 memory=512Gi pods=4000");
                KumikiClient client = kumiki.client()) {
            var spec = Json.object();
            spec.set("pipeline_spec", BenchPipelines.fanOut(size.n()));
            spec.set("platform_spec", BenchPipelines.onSimulatedNodes());
            for (int i = 0; i < seconds.length; i++) {
                seconds[i] = Runs.seconds(
                        client.await(client.run("fan-out-" + i, spec, Json.object()), Duration.ofMinutes(10)));
            }
        }
        String kase = size.n() + " iterations";
        return List.of(
                new Figure(name(), kase, "created → finished, median", Figure.percentile(seconds, 0.5), "s"),
                new Figure(name(), kase, "created → finished, max", Figure.percentile(seconds, 1), "s"));
    }
}
