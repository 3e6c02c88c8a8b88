package io.kumiki.runtime.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void doublesUpToTheCapAndSpreads() {
        Backoff backoff = Backoff.standard(new SplittableRandom(7));
        Duration before = Duration.ZERO;
        for (int failures = 1; failures <= 100; failures++) {
            Duration wait = backoff.after(failures);
            double nominal = Math.min(300, Math.pow(2, failures - 1));
            assertThat(wait.toNanos() / 1e9).isBetween(nominal * 0.9, nominal * 1.1);
            assertThat(wait).isNotEqualTo(before);
            before = wait;
        }
    }
}
