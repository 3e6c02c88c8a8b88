package io.kumiki.placement.bench.openb;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The data set beside the checkout, for tests.
final class Openb {
    private static final Path FOLDER = Path.of("../../../shared/data/openb-fgd");

    private Openb() {}

    static void assumeThere() {
        boolean here = Files.isDirectory(FOLDER);
        if (!here) {
            System.out.println("SKIPPED: the openb data set is not beside the checkout");
        }
        assumeTrue(here);
    }

    static OpenbTrace trace() {
        return new OpenbTrace(FOLDER);
    }

    /// Allocation by seed, of the first seeds.
    static Map<Integer, Curve> curves(String workload, Policy.Factory policy, int seeds) {
        try {
            OpenbTrace trace = trace();
            var nodes = trace.nodes();
            var pods = trace.pods(workload);
            List<Map.Entry<Integer, int[]>> orders =
                    trace.arrivals(workload).entrySet().stream().limit(seeds).toList();
            return orders.parallelStream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey,
                            order -> OpenbReplay.run(nodes, pods, order.getValue(), policy, order.getKey())
                                    .curve()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
