package io.kumiki.runtime.bench;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One benchmark: what it measures, and how.
public interface Benchmark {
    /// @param n how large (steps, iterations, samples: the benchmark says)
    /// @param options further ones, of those that the benchmark names
    record Size(int n, int rounds, Map<String, String> options) {
        public @Nullable String option(String name) {
            return options.get(name);
        }
    }

    String name();

    String measures();

    int defaultSize();

    default int defaultRounds() {
        return 5;
    }

    /// Further options that it understands, each with a value.
    default Set<String> options() {
        return Set.of();
    }

    List<Figure> run(Size size) throws Exception;
}
