package io.kumiki.runtime.bench;

import java.util.List;

/// One benchmark: what it measures, and how.
public interface Benchmark {
    /// @param n how large (steps, iterations, samples: the benchmark says)
    record Size(int n, int rounds) {}

    String name();

    String measures();

    int defaultSize();

    default int defaultRounds() {
        return 5;
    }

    List<Figure> run(Size size) throws Exception;
}
