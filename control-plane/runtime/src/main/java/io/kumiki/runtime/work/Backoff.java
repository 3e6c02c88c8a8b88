package io.kumiki.runtime.work;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before the n-th retry: doubling from `first` to `most`, spread by up to a fifth so that many do
/// not return together.
public record Backoff(Duration first, Duration most, RandomGenerator random) {
    public static Backoff standard(RandomGenerator random) {
        return new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5), random);
    }

    /// @param failures how often it has failed in a row, from 1
    public Duration after(int failures) {
        long base = first.toNanos();
        long cap = most.toNanos();
        int doublings = Math.max(0, failures - 1);
        long wait = doublings >= 62 || base > cap >> doublings ? cap : base << doublings;
        long spread = (long) (wait * 0.2 * (random.nextDouble() - 0.5));
        return Duration.ofNanos(Math.max(0, wait + spread));
    }
}
