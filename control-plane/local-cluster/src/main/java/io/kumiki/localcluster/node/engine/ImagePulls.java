package io.kumiki.localcluster.node.engine;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Images on their way, one for each start of a container that waits for its own. The same image is fetched by one
/// start at a time; who comes after finds it here. A failure is tried again after 10 s, doubled to 5 minutes.
public final class ImagePulls {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    private final ContainerEngine engine;
    private final Clock clock;
    private final Map<String, Pull> pulls = new ConcurrentHashMap<>();
    private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

    /// How far it has come.
    public sealed interface Stage {
        /// @param first nobody has been told yet
        record Fetching(String progress, boolean first) implements Stage {}

        /// @param took null when it was here already
        record Here(@Nullable Duration took) implements Stage {}

        /// @param first nobody has been told yet
        record Failed(String message, Instant again, boolean first) implements Stage {}
    }

    /// What is wanted.
    ///
    /// @param always also when it is here
    public record Wish(
            String image, boolean always, @Nullable RegistryLogin login) {}

    private static final class Pull {
        volatile String progress = "";
        volatile @Nullable String failure;
        volatile boolean done;
        volatile @Nullable Duration took;
        boolean told;
        int failures;

        @Nullable
        Instant again;

        @Nullable
        Thread thread;

        synchronized void giveUp() {
            if (thread != null) {
                thread.interrupt();
            }
        }
    }

    public ImagePulls(ContainerEngine engine, Clock clock) {
        this.engine = engine;
        this.clock = clock;
    }

    /// Begins or goes on; never waits.
    ///
    /// @param start who waits for it
    public Stage look(String start, Wish wish) {
        Pull pull = pulls.computeIfAbsent(start, key -> new Pull());
        synchronized (pull) {
            if (pull.done) {
                pulls.remove(start);
                return new Stage.Here(pull.took);
            }
            if (pull.failure != null) {
                return failed(pull, wish);
            }
            if (pull.thread == null) {
                begin(pull, wish);
            }
            boolean first = !pull.told;
            pull.told = true;
            return new Stage.Fetching(pull.progress, first);
        }
    }

    private Stage failed(Pull pull, Wish wish) {
        String why = String.valueOf(pull.failure);
        if (pull.again == null) {
            pull.failures++;
            pull.again = clock.instant().plus(pause(pull.failures));
            return new Stage.Failed(why, pull.again, true);
        }
        if (clock.instant().isBefore(pull.again)) {
            return new Stage.Failed(why, pull.again, false);
        }
        pull.failure = null;
        pull.again = null;
        begin(pull, wish);
        return new Stage.Fetching("", true);
    }

    static Duration pause(int failures) {
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 10));
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }

    private void begin(Pull pull, Wish wish) {
        pull.progress = "";
        pull.thread = Thread.ofVirtual().name("pull " + wish.image()).start(() -> {
            try {
                fetch(pull, wish);
                pull.done = true;
            } catch (EngineFault e) {
                pull.failure = e.getMessage();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void fetch(Pull pull, Wish wish) throws EngineFault, InterruptedException {
        String exact = ImageName.of(wish.image()).exact();
        ReentrantLock lock = locks.computeIfAbsent(exact, key -> new ReentrantLock());
        lock.lockInterruptibly();
        try {
            if (!wish.always() && engine.image(exact) != null) {
                return;
            }
            long began = System.nanoTime();
            engine.pull(exact, wish.login(), so -> pull.progress = so);
            if (engine.image(exact) == null) {
                throw new EngineFault(500, "the engine reported no error, and the image is not there");
            }
            pull.took = Duration.ofNanos(System.nanoTime() - began);
        } finally {
            lock.unlock();
        }
    }

    /// Nobody waits any more: what is on its way is given up.
    ///
    /// @param starts the beginning that all of their names have
    public void leave(String starts) {
        pulls.forEach((start, pull) -> {
            if (start.startsWith(starts) && pulls.remove(start, pull)) {
                pull.giveUp();
            }
        });
    }
}
