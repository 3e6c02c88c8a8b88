package io.kumiki.pipelines.ir;

import java.time.Duration;

/// @param retries attempts beyond the first
public record RetryPolicy(int retries, Duration backoff, double factor, Duration longest) {
    /// How long to wait before retry number n, counted from 1.
    public Duration delay(int n) {
        double millis = backoff.toMillis() * Math.pow(factor, n - 1.0);
        return Duration.ofMillis((long) Math.min(millis, longest.toMillis()));
    }
}
