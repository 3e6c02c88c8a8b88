package io.kumiki.app.bench;

import io.kumiki.localcluster.bench.ApiServerBench;
import io.kumiki.localcluster.bench.ScheduleBench;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.store.bench.Commits;
import io.kumiki.store.bench.ListRuns;
import java.util.List;

/// Where benchmarks are registered.
public final class Benchmarks {
    public static final List<Benchmark> ALL = List.of(
            new StartUp(),
            new HelloRun(),
            new Transition(),
            new CachedChain(),
            new FanOut(),
            new Commits(),
            new ListRuns(),
            new ApiServerBench(),
            new ScheduleBench());

    private Benchmarks() {}
}
