package io.kumiki.extender;

import io.kumiki.planner.Event;
import io.kumiki.planner.Mirror;
import io.kumiki.planner.PlannerOptions;
import io.kumiki.planner.Scene;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What people ask about the planner's world, answered from a mirror on a thread of its own: the planner's thread is
/// never waited for and never made to wait.
public final class SchedulingView implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SchedulingView.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /// Copying a large cluster costs some ten milliseconds.
    private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private sealed interface Mail {}

    private record Seen(Event event) implements Mail {}

    private record Asked(CompletableFuture<Scene> answer) implements Mail {}

    private final LinkedBlockingQueue<Mail> mailbox = new LinkedBlockingQueue<>();
    private final Mirror mirror;
    private final InstantSource clock;
    private final Thread thread;
    private volatile boolean complete;
    private @Nullable Scene last;
    private long lastAt;

    SchedulingView(PlannerOptions options, InstantSource clock) {
        this.mirror = new Mirror(options);
        this.clock = clock;
        this.thread = Thread.ofPlatform().daemon().name("scheduling-view").start(this::run);
    }

    void tell(Event event) {
        mailbox.add(new Seen(event));
    }

    /// Everything that there is has been told.
    void complete() {
        complete = true;
    }

    /// How things stand, at most a moment ago; empty until everything has been read.
    public Optional<Scene> scene() {
        if (!complete) {
            return Optional.empty();
        }
        var asked = new Asked(new CompletableFuture<>());
        mailbox.add(asked);
        try {
            return Optional.of(asked.answer().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("no picture of the cluster within {}: {}", PATIENCE, e.toString());
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                switch (mailbox.take()) {
                    case Seen(Event event) -> see(event);
                    case Asked(var answer) -> answer.complete(picture());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void see(Event event) {
        try {
            mirror.on(event, clock.instant());
        } catch (RuntimeException e) {
            LOG.error("the mirror failed on {}", event, e);
        }
    }

    private Scene picture() {
        Scene scene = last;
        if (scene == null || System.nanoTime() - lastAt > FRESH_NANOS) {
            scene = mirror.scene(clock.instant());
            last = scene;
            lastAt = System.nanoTime();
        }
        return scene;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
