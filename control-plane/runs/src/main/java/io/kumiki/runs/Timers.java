package io.kumiki.runs;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Wakes runs at given times. What it does must be short: it only puts something into a mailbox.
final class Timers implements AutoCloseable {
    private final Clock clock;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("run-timers").daemon().factory());

    Timers(Clock clock) {
        this.clock = clock;
    }

    Future<?> at(Instant when, Runnable wake) {
        return after(Duration.between(clock.instant(), when), wake);
    }

    Future<?> after(Duration delay, Runnable wake) {
        try {
            return executor.schedule(wake, Math.max(0, delay.toMillis()), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // Closing: the next start finds what was meant to be done.
            return CompletableFuture.completedFuture(null);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
