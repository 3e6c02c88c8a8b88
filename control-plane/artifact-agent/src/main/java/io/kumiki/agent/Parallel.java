package io.kumiki.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/// Runs transfers side by side, a few at a time. An interrupt ends them all.
final class Parallel {
    private static final int AT_ONCE = 8;

    private Parallel() {}

    static <T> List<T> all(List<Callable<T>> work) throws InterruptedException {
        if (work.size() == 1) {
            return List.of(Parallel.<T>result(work.getFirst()));
        }
        var gate = new Semaphore(AT_ONCE);
        var executor = Executors.newVirtualThreadPerTaskExecutor();
        try {
            var futures = new ArrayList<Future<T>>();
            for (var w : work) {
                futures.add(executor.submit(() -> {
                    gate.acquire();
                    try {
                        return w.call();
                    } finally {
                        gate.release();
                    }
                }));
            }
            var out = new ArrayList<T>();
            for (var f : futures) {
                out.add(result(f::get));
            }
            return out;
        } finally {
            executor.shutdownNow();
        }
    }

    private static <T> T result(Callable<T> work) throws InterruptedException {
        try {
            return work.call();
        } catch (InterruptedException | RuntimeException e) {
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException r) {
                throw r;
            }
            throw new IllegalStateException(String.valueOf(e.getCause()), e.getCause());
        } catch (Exception e) {
            throw new IllegalStateException(e.toString(), e);
        }
    }
}
