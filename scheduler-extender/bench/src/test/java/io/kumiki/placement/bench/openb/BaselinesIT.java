package io.kumiki.placement.bench.openb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A comparison is worth something only if the rival is right: our rivals must reproduce the means of the published
/// curves over all ten seeds.
class BaselinesIT {
    @BeforeEach
    void dataIsHere() {
        Openb.assumeThere();
    }

    @Test
    void fgd() throws IOException {
        reproduces("default", "FGD", Policy.FGD);
    }

    @ParameterizedTest
    @CsvSource({"default", "gpushare100", "gpuspec33"})
    void bestFit(String workload) throws IOException {
        reproduces(workload, "BestFit", Policy.BEST_FIT);
    }

    @ParameterizedTest
    @CsvSource({"default", "gpushare100"})
    void random(String workload) throws IOException {
        reproduces(workload, "Random", Policy.RANDOM);
    }

    private static void reproduces(String workload, String name, Policy.Factory policy) throws IOException {
        double mean = Openb.curves(workload, policy, 10).values().stream()
                .mapToDouble(curve -> curve.at(130))
                .average()
                .orElseThrow();
        assertThat(mean).isCloseTo(Openb.trace().published(workload, name, 130), within(0.15));
    }
}
