package io.kumiki.app.bench;

import io.kumiki.runtime.bench.Benchmark;
import java.util.List;

/// Where benchmarks are registered.
public final class Benchmarks {
    public static final List<Benchmark> ALL =
            List.of(new StartUp(), new HelloRun(), new Transition(), new CachedChain(), new FanOut());

    private Benchmarks() {}
}
