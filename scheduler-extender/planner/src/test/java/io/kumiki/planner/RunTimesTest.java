package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kumiki.planner.fact.Origin;
import io.kumiki.planner.learned.RunTimes;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RunTimesTest {
    private static RunTimes.Job job(String namespace, long gpus) {
        return new RunTimes.Job(namespace, Origin.UNKNOWN, gpus * 1000, null);
    }

    @Test
    void withoutExperienceTheTailSpeaks() {
        var times = new RunTimes(3600);
        assertThat(times.remaining(job("n", 1), 0, 0.5)).isEqualTo(3600);
        assertThat(times.remaining(job("n", 1), 3600, 0.5))
                .as("the longer it ran, the longer it will")
                .isEqualTo(7200);
    }

    /// Many of one's own count, few do not; the wider classes share the rest.
    @Test
    void aClassCountsAsMuchAsIsKnownOfIt() {
        var times = new RunTimes(3600);
        for (int i = 0; i < 50; i++) {
            times.finished(job("long", 1), 10_000);
        }
        times.finished(job("short", 1), 10);
        assertThat(times.remaining(job("short", 1), 0, 0.5))
                .as("one is no rule")
                .isEqualTo(10_000);
        for (int i = 0; i < 20; i++) {
            times.finished(job("short", 1), 10);
        }
        assertThat(times.remaining(job("short", 1), 0, 0.5)).isEqualTo(10);
        assertThat(times.remaining(job("new", 1), 0, 0.9)).isEqualTo(10_000);
    }

    /// Whoever outlived all of its own class is like the wider ones.
    @Test
    void whoeverLivedLongerIsJudgedByThoseThatDidToo() {
        var times = new RunTimes(3600);
        for (int i = 0; i < 30; i++) {
            times.finished(job("short", 1), 10);
            times.finished(job("long", 1), 10_000);
        }
        assertThat(times.remaining(job("short", 1), 0, 0.5)).isEqualTo(10);
        assertThat(times.remaining(job("short", 1), 11, 0.5)).isEqualTo(9_989);
        assertThat(times.remaining(job("short", 1), 100_000, 0.5)).isGreaterThan(90_000);
    }

    /// What really remains lies below each quantile as often as it should.
    @Test
    void quantilesHold() {
        var random = new SplittableRandom(7);
        var times = new RunTimes(3600);
        int below = 0;
        int judged = 0;
        for (int i = 0; i < 3000; i++) {
            long seconds = Math.round(60 * Math.pow(random.nextDouble(), -1.2));
            long elapsed = random.nextInt(120);
            if (i > 300 && seconds > elapsed) {
                judged++;
                below += seconds - elapsed <= times.remaining(job("n", 1), elapsed, 0.8) ? 1 : 0;
            }
            times.finished(job("n", 1), seconds);
        }
        assertThat(below / (double) judged).isCloseTo(0.8, within(0.04));
    }

    @Test
    void quantilesRise() {
        var random = new SplittableRandom(3);
        var times = new RunTimes(3600);
        for (int i = 0; i < 200; i++) {
            times.finished(job("n" + i % 3, 1 + i % 2), 1 + random.nextInt(5000));
            long elapsed = random.nextInt(6000);
            long before = 0;
            for (double q = 0.05; q < 1; q += 0.05) {
                long now = times.remaining(job("n" + random.nextInt(4), 1), elapsed, 0.5);
                assertThat(now).isPositive();
                long rising = times.remaining(job("n1", 1), elapsed, q);
                assertThat(rising).isGreaterThanOrEqualTo(before);
                before = rising;
            }
        }
    }
}
