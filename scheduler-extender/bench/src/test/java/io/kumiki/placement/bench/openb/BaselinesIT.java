package io.kumiki.placement.bench.openb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A comparison is worth something only if the rival is right: our rivals must reproduce their published curves,
/// and we must beat FGD's.
class BaselinesIT {
    private static final Path DATA = Path.of("../../../shared/data/openb-fgd");

    @BeforeEach
    void dataIsHere() {
        boolean here = Files.isDirectory(DATA);
        if (!here) {
            System.out.println("SKIPPED: the openb data set is not beside the checkout");
        }
        assumeTrue(here);
    }

    private static double mean(String workload, Policy.Factory policy, int load, int seeds) throws IOException {
        var data = new OpenbTrace(DATA);
        var nodes = data.nodes();
        var pods = data.pods(workload);
        var orders = data.arrivals(workload).entrySet().stream().limit(seeds).toList();
        double sum = 0;
        for (var order : orders) {
            sum += OpenbReplay.run(nodes, pods, order.getValue(), policy, order.getKey())
                    .curve()
                    .at(load);
        }
        return sum / orders.size();
    }

    /// One seed differs from the mean of ten by a few tenths.
    @Test
    void rivalsReproduceThePublishedFigures() throws IOException {
        assertThat(mean("default", Policy.FGD, 130, 3)).isCloseTo(95.39, within(0.25));
        assertThat(mean("gpushare100", Policy.FGD, 130, 3)).isCloseTo(86.90, within(0.4));
        assertThat(mean("default", Policy.BEST_FIT, 130, 3)).isCloseTo(93.08, within(0.4));
        assertThat(mean("default", Policy.RANDOM, 130, 3)).isCloseTo(87.47, within(0.8));
    }

    @Test
    void oursBeatsFgdOnTheSameArrivals() throws IOException {
        for (String workload : new String[] {"cpu250", "gpuspec33", "multigpu50"}) {
            assertThat(mean(workload, Policy.OURS, 130, 2))
                    .as(workload)
                    .isGreaterThan(mean(workload, Policy.FGD, 130, 2));
        }
    }
}
