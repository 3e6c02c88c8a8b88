package io.kumiki.localcluster.node.engine;

import io.kumiki.localcluster.node.engine.ContainerEngine.Image;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
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
        record Here(Image image, @Nullable Duration took) implements Stage {}

        /// @param first nobody has been told yet
        record Failed(String message, Instant again, boolean first) implements Stage {}
    }

    /// What is wanted.
    ///
    /// @param always also when it is here
    /// @param logins of its registry, tried one after the other; asked for when it is about to be fetched
    public record Wish(String image, boolean always, Supplier<List<RegistryLogin>> logins) {}

    private static final class Pull {
        volatile String progress = "";
        volatile @Nullable String failure;
        volatile @Nullable Image image;
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
            Image here = pull.image;
            if (here != null) {
                pulls.remove(start);
                return new Stage.Here(here, pull.took);
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
        List<RegistryLogin> logins = wish.logins().get();
        pull.thread = Thread.ofVirtual().name("pull " + wish.image()).start(() -> {
            try {
                pull.image = fetch(pull, wish, logins);
            } catch (EngineFault e) {
                pull.failure = e.getMessage();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private Image fetch(Pull pull, Wish wish, List<RegistryLogin> logins) throws EngineFault, InterruptedException {
        String exact = ImageName.of(wish.image()).exact();
        ReentrantLock lock = locks.computeIfAbsent(exact, key -> new ReentrantLock());
        lock.lockInterruptibly();
        try {
            Image here = wish.always() ? null : engine.image(exact);
            if (here != null) {
                return here;
            }
            long began = System.nanoTime();
            pull(pull, exact, logins);
            Image image = engine.image(exact);
            if (image == null) {
                throw new EngineFault(500, "the engine reported no error, and the image is not there");
            }
            pull.took = Duration.ofNanos(System.nanoTime() - began);
            return image;
        } finally {
            lock.unlock();
        }
    }

    private void pull(Pull pull, String exact, List<RegistryLogin> logins) throws EngineFault, InterruptedException {
        if (logins.isEmpty()) {
            engine.pull(exact, null, so -> pull.progress = so);
            return;
        }
        Set<String> refusals = new LinkedHashSet<>();
        for (RegistryLogin login : logins) {
            try {
                engine.pull(exact, login, so -> pull.progress = so);
                return;
            } catch (EngineFault e) {
                refusals.add(String.valueOf(e.getMessage()));
            }
        }
        throw new EngineFault(500, String.join("; ", refusals));
    }

    /// Whether a start waits for its image already.
    public boolean waits(String start) {
        return pulls.containsKey(start);
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
