package io.kumiki.extender;

import io.kumiki.planner.Decided;
import io.kumiki.planner.EstimateWrites;
import io.kumiki.planner.Event;
import io.kumiki.planner.History;
import io.kumiki.planner.Mirror;
import io.kumiki.planner.PlannerOptions;
import io.kumiki.planner.Sample;
import io.kumiki.planner.Scene;
import io.kumiki.planner.learned.Estimate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What people ask about the planner's world, answered from a mirror on a thread of its own: the planner's thread is
/// never waited for and never made to wait. Beside that it keeps the decision log and tells the planner when waiting
/// gangs will start.
public final class SchedulingView implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SchedulingView.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /// A picture in which nothing happened since is good for so long: its times move.
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(2);
    /// Pictures are made one after the other no faster than this, and in at most a fifth of this thread's time.
    private static final long LEAST_GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /// What is told in the meantime is seen together.
    private static final Duration PAUSE = Duration.ofNanos(LEAST_GAP_NANOS);

    private static final int GAP_PER_COST = 4;
    /// Where running the queue ahead and explaining it takes longer, that is done every ten seconds only, beside this
    /// thread, and pictures carry what was found out last.
    private static final long DEAR_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int SAMPLE_TICKS = 30;
    private static final int FORECAST_TICKS = 10;
    private static final int WRITES_A_SECOND = 20;
    private static final int LOG_EVENTS = 20_000;
    private static final Duration LOG_AGE = Duration.ofHours(1);

    private sealed interface Mail {}

    private record Seen(Event event) implements Mail {}

    private record Asked(CompletableFuture<Scene> answer) implements Mail {}

    private record Complete() implements Mail {}

    private record Foreseen(Scene scene, long nanos) implements Mail {}

    private final LinkedBlockingQueue<Mail> mailbox = new LinkedBlockingQueue<>();
    private final Lull lull = new Lull();
    private final Mirror mirror;
    private final InstantSource clock;
    private final @Nullable DecisionLog log;
    private final Consumer<Event> planner;
    private final History history = new History(14);
    private final EstimateWrites writes = new EstimateWrites(WRITES_A_SECOND);
    private final AtomicBoolean forecasting = new AtomicBoolean();
    private final CountDownLatch allTold = new CountDownLatch(1);
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean complete;
    private volatile Map<String, Estimate> estimates = Map.of();
    private volatile @Nullable Scene forecast;
    private @Nullable Scene last;
    private long lastAt;
    private long lastCost;
    private long told = -1;
    private long lastForeseen;
    private boolean dear;
    private long logged;
    private int checkpoint;
    private Instant begun = Instant.EPOCH;
    private int ticks;

    /// @param log null to keep none
    /// @param planner is told of estimates
    SchedulingView(PlannerOptions options, InstantSource clock, @Nullable DecisionLog log, Consumer<Event> planner) {
        this.mirror = new Mirror(options);
        this.clock = clock;
        this.log = log;
        this.planner = planner;
        this.thread = Thread.ofPlatform().daemon().name("scheduling-view").start(this::run);
    }

    void tell(Event event) {
        if (Mirror.tells(event)) {
            mailbox.add(new Seen(event));
        }
    }

    /// Everything that there is has been told. Until then nothing of it is read here: a start is for the planner first.
    void complete() {
        mailbox.add(new Complete());
        allTold.countDown();
    }

    /// How things stand, at most a moment ago; empty until everything has been read.
    public Optional<Scene> scene() {
        if (!complete) {
            return Optional.empty();
        }
        var asked = new Asked(new CompletableFuture<>());
        mailbox.add(asked);
        lull.hurry();
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

    /// The last picture whose queue was run ahead, some ten seconds old at most; else how things stand.
    public Optional<Scene> forecast() {
        Scene known = forecast;
        return known != null && young(known) ? Optional.of(known) : scene();
    }

    /// Calls back, on this view's thread, once a picture with something new in it can be had, and every ten seconds
    /// because times move; until closed. Several changes are one call.
    public AutoCloseable onChange(Runnable changed) {
        listeners.add(changed);
        return () -> listeners.remove(changed);
    }

    public History history() {
        return history;
    }

    /// Null where none is kept.
    public @Nullable DecisionLog log() {
        return log;
    }

    private void run() {
        if (log != null) {
            log.samples().forEach(history::add);
            log.learned().ifPresent(mirror::learned);
        }
        long tickAt = System.nanoTime();
        try {
            allTold.await();
            while (!Thread.currentThread().isInterrupted()) {
                long wait = Math.min(TICK_NANOS - (System.nanoTime() - tickAt), untilNews());
                Mail mail = wait <= 0 ? null : mailbox.poll(wait, TimeUnit.NANOSECONDS);
                try {
                    switch (mail) {
                        case null -> {
                            if (System.nanoTime() - tickAt >= TICK_NANOS) {
                                tickAt = System.nanoTime();
                                tick();
                            }
                        }
                        case Seen(Event event) -> see(event);
                        case Asked(var answer) -> answer.complete(picture());
                        case Complete ignored -> complete = true;
                        case Foreseen(Scene scene, long nanos) -> foreseen(scene, nanos);
                    }
                    if (untilNews() <= 0) {
                        told = mirror.version();
                        picture();
                        listeners.forEach(Runnable::run);
                    }
                    if (mail instanceof Seen && mailbox.isEmpty()) {
                        lull.rest(PAUSE);
                    }
                } catch (RuntimeException e) {
                    LOG.error("the mirror failed on {}", mail, e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void see(Event event) {
        if (!mirror.news(event)) {
            return;
        }
        Instant now = clock.instant();
        Decided decided = mirror.on(event, now);
        DecisionLog open = log;
        if (!complete || open == null) {
            return;
        }
        // What was there before is in the beginning of the first file.
        if (logged == 0
                || logged > Math.max(LOG_EVENTS, 2L * checkpoint)
                || begun.plus(LOG_AGE).isBefore(now)
                || open.gap()) {
            List<Event> everything = mirror.everything();
            checkpoint = everything.size();
            logged = 0;
            begun = now;
            open.begin(everything, mirror.runTimes(), now.toEpochMilli());
        } else {
            open.event(event, now.toEpochMilli());
        }
        logged++;
        if (decided != null) {
            open.decided(decided, now.toEpochMilli());
        }
    }

    /// How long whoever listens has to wait for the next picture.
    private long untilNews() {
        boolean news = complete && !listeners.isEmpty() && told != mirror.version();
        if (!news) {
            return Long.MAX_VALUE;
        }
        return last == null ? 0 : gap() - (System.nanoTime() - lastAt);
    }

    private long gap() {
        return Math.max(LEAST_GAP_NANOS, GAP_PER_COST * lastCost);
    }

    private Scene picture() {
        Scene scene = last;
        long began = System.nanoTime();
        long good = scene != null && scene.version() == mirror.version() ? FRESH_NANOS : gap();
        if (scene == null || began - lastAt >= good) {
            Scene known = forecast;
            scene = mirror.scene(clock.instant());
            if (dear && known != null && young(known)) {
                scene.knowing(known);
            }
            last = scene;
            lastAt = System.nanoTime();
            lastCost = lastAt - began;
        }
        return scene;
    }

    private void tick() {
        if (!complete) {
            return;
        }
        if (ticks % SAMPLE_TICKS == 0) {
            Sample sample = picture().sample();
            history.add(sample);
            if (log != null) {
                log.sample(sample, clock.millis());
            }
        }
        if (ticks % FORECAST_TICKS == 0 && forecasting.compareAndSet(false, true)) {
            forecast(picture());
        }
        ticks++;
        writes.due(estimates, clock.instant().getEpochSecond()).forEach(planner);
    }

    private void foreseen(Scene scene, long nanos) {
        forecast = scene;
        mirror.foreseen(scene);
        // Once may be an accident.
        dear = Math.min(nanos, lastForeseen) > DEAR_NANOS;
        lastForeseen = nanos;
        if (dear) {
            last = null;
        }
        told = -1;
    }

    private boolean young(Scene scene) {
        return clock.instant().getEpochSecond() - scene.second() < 2 * FORECAST_TICKS;
    }

    /// Beside this thread: whoever asks for a picture meanwhile gets one.
    private void forecast(Scene scene) {
        Thread.ofPlatform().daemon().name("forecast").start(() -> {
            long began = System.nanoTime();
            try {
                estimates = scene.estimates();
                planner.accept(new Event.Learned(scene.knowledge()));
                if (!listeners.isEmpty()) {
                    scene.waiting();
                    scene.proposals();
                }
                mailbox.add(new Foreseen(scene, System.nanoTime() - began));
            } catch (RuntimeException e) {
                LOG.error("the queue could not be run ahead", e);
            } finally {
                forecasting.set(false);
            }
        });
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (log != null) {
            log.close();
        }
    }
}
