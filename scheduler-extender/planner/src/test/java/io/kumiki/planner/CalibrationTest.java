package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kumiki.planner.learned.Calibration;
import io.kumiki.planner.learned.Estimate;
import io.kumiki.planner.learned.RunTimes;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private static Estimate told(long now, long wait, double width) {
        return new Estimate(
                now + wait, now + Math.round(wait / width), now + Math.round(wait * width), RunTimes.From.learned);
    }

    /// Starts are log-normally off what was said; the bar says four times too much, or too little.
    private static double inside(double width) {
        var random = new SplittableRandom(5);
        var calibration = new Calibration();
        int inside = 0;
        int judged = 0;
        for (int i = 0; i < 2000; i++) {
            long now = i * 1000L;
            long wait = 1000 + random.nextInt(100_000);
            long start = now + Math.round(wait * Math.exp(0.5 * random.nextGaussian()));
            Estimate raw = told(now, wait, width);
            Estimate said = calibration.of(raw, now);
            if (i > 200) {
                judged++;
                inside += said.low() <= start && start <= said.high() ? 1 : 0;
            }
            assertThat(said.at()).isEqualTo(raw.at());
            calibration.told("g" + i, raw, now);
            calibration.started("g" + i, start);
        }
        return inside / (double) judged;
    }

    @Test
    void eightOfTenStartWithinTheBarHoweverWideItWas() {
        assertThat(inside(1.1)).isCloseTo(0.8, within(0.03));
        assertThat(inside(10)).isCloseTo(0.8, within(0.03));
    }

    @Test
    void aFewChangeNothingNorDoForecastsOfAnotherKind() {
        var calibration = new Calibration();
        Estimate raw = told(0, 1000, 2);
        for (int i = 0; i < 19; i++) {
            calibration.told("g" + i, raw, 0);
            calibration.started("g" + i, 5000);
        }
        assertThat(calibration.of(raw, 0)).isEqualTo(raw);
        calibration.told("last", raw, 0);
        calibration.gone("last");
        calibration.started("last", 5000);
        assertThat(calibration.of(raw, 0)).isEqualTo(raw);
        calibration.told("more", raw, 0);
        calibration.started("more", 5000);
        assertThat(calibration.of(raw, 0).high()).isEqualTo(5000);
        var declared = new Estimate(1000L, 900L, 1100L, RunTimes.From.declared);
        assertThat(calibration.of(declared, 0)).isEqualTo(declared);
    }

    @Test
    void openBarsStayOpen() {
        var calibration = new Calibration();
        for (int i = 0; i < 30; i++) {
            calibration.told("g" + i, told(0, 1000, 2), 0);
            calibration.started("g" + i, 5000);
        }
        var open = new Estimate(1000L, 900L, null, RunTimes.From.learned);
        assertThat(calibration.of(open, 0)).isEqualTo(open);
    }
}
