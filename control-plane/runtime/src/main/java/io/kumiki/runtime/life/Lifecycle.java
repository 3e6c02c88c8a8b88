package io.kumiki.runtime.life;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts parts in the order given and stops them in reverse. A part that cannot start stops those before it;
/// a part that does not stop in time is named and left behind.
public final class Lifecycle implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

    @FunctionalInterface
    public interface Start<T> {
        T start() throws Exception;
    }

    @FunctionalInterface
    public interface Stop<T> {
        void stop(T part) throws Exception;
    }

    private record Started(String name, AutoCloseable stop) {}

    private final Duration patience;
    private final Deque<Started> started = new ArrayDeque<>();
    private boolean stopped;

    /// @param patience how long one part may take to stop
    public Lifecycle(Duration patience) {
        this.patience = patience;
    }

    /// Starts a part now and remembers how to stop it.
    public synchronized <T> T start(String name, Start<T> start, Stop<? super T> stop) {
        if (stopped) {
            throw new IllegalStateException("cannot start " + name + ": already stopping");
        }
        long from = System.nanoTime();
        try {
            T part = start.start();
            started.push(new Started(name, () -> stop.stop(part)));
            LOG.debug("{} started in {} ms", name, (System.nanoTime() - from) / 1_000_000);
            return part;
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            close();
            throw new StartFailed(name, e);
        }
    }

    public <T extends AutoCloseable> T start(String name, Start<T> start) {
        return start(name, start, AutoCloseable::close);
    }

    /// Something to do at the end, at this place of the order.
    public void atStop(String name, AutoCloseable action) {
        start(name, () -> action, AutoCloseable::close);
    }

    @Override
    public synchronized void close() {
        stopped = true;
        while (!started.isEmpty()) {
            stop(started.pop());
        }
    }

    private void stop(Started part) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofVirtual().name("stop " + part.name()).start(() -> {
            try {
                part.stop().close();
                done.complete(null);
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        try {
            done.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn("{} did not stop within {}; going on without it", part.name(), patience);
        } catch (ExecutionException e) {
            LOG.warn("{} failed while stopping", part.name(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("interrupted while stopping {}", part.name());
        }
    }

    public static final class StartFailed extends RuntimeException {
        private static final long serialVersionUID = 1;

        StartFailed(String name, Throwable cause) {
            super("could not start " + name + ": " + cause.getMessage(), cause);
        }
    }
}
