package io.kumiki.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/// Seeds one after the other on every core; the first failure ends it.
final class Seeds {
    private Seeds() {}

    static void each(long first, int count, LongConsumer of) {
        int cores = Runtime.getRuntime().availableProcessors();
        var next = new AtomicLong(first);
        var failed = new AtomicBoolean();
        try (var threads = Executors.newFixedThreadPool(cores)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < cores; i++) {
                Callable<Void> work = () -> {
                    for (long seed = next.getAndIncrement(); seed < first + count; seed = next.getAndIncrement()) {
                        if (failed.get()) {
                            return null;
                        }
                        try {
                            of.accept(seed);
                        } catch (Throwable e) {
                            failed.set(true);
                            throw e;
                        }
                    }
                    return null;
                };
                all.add(threads.submit(work));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError error) {
                throw error;
            }
            throw new AssertionError(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
