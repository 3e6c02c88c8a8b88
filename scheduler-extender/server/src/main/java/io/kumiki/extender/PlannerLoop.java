package io.kumiki.extender;

import io.kumiki.planner.Decision;
import io.kumiki.planner.Event;
import io.kumiki.planner.Planner;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The planner's one thread: takes events in the order in which they came, hands out decisions.
final class PlannerLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PlannerLoop.class);
    private static final long TICK_MILLIS = 1000;
    /// What came while the planner was busy is heard together, so that its work does not grow with each event.
    private static final int TOGETHER = 2000;
    private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /// @param then run when everything that follows from the event has been decided
    private record Mail(Event event, long at, Runnable then) {
        Mail(Event event, long at) {
            this(event, at, () -> {});
        }
    }

    private final LinkedBlockingQueue<Mail> mailbox = new LinkedBlockingQueue<>();
    private final Planner planner;
    private final Consumer<Decision> hands;
    private final InstantSource clock;
    private volatile long working;
    private volatile Thread thread = Thread.currentThread();

    PlannerLoop(Planner planner, Consumer<Decision> hands, InstantSource clock) {
        this.planner = planner;
        this.hands = hands;
        this.clock = clock;
    }

    void start() {
        thread = Thread.ofPlatform().daemon().name("planner").start(this::run);
    }

    void tell(Event event) {
        mailbox.add(new Mail(event, System.nanoTime()));
    }

    /// @param then run on the planner's thread, when what follows from the event has been decided
    void tell(Event event, Runnable then) {
        mailbox.add(new Mail(event, System.nanoTime(), then));
    }

    /// The node of a steered pod's slot, by any thread; null where the planner has to be asked.
    @Nullable
    String slotOf(String uid) {
        return planner.steering().nodeOf(uid);
    }

    /// How long the oldest event has been waiting.
    Duration behind() {
        Mail oldest = mailbox.peek();
        long since = oldest == null ? working : oldest.at();
        return since == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - since);
    }

    private void run() {
        long tickAt = System.nanoTime();
        long settling = 0;
        try {
            while (!Thread.currentThread().isInterrupted()) {
                long wait = TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS) - (System.nanoTime() - tickAt);
                Mail mail = wait <= 0 ? null : mailbox.poll(wait, TimeUnit.NANOSECONDS);
                if (mail == null) {
                    tickAt = System.nanoTime();
                    mail = new Mail(new Event.Tick(), tickAt);
                }
                working = mail.at();
                handle(mail.event());
                List<Runnable> after = new ArrayList<>(List.of(mail.then()));
                // Waits for more as long as the last conclusions took: under load half of the time is left for events.
                long until = System.nanoTime() + Math.min(settling, LONGEST_NANOS);
                for (int n = 0; n < TOGETHER; n++) {
                    Mail more = mailbox.poll(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
                    if (more == null) {
                        break;
                    }
                    handle(more.event());
                    after.add(more.then());
                }
                long from = System.nanoTime();
                settle();
                after.forEach(Runnable::run);
                settling = System.nanoTime() - from;
                working = 0;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// One event that cannot be digested must not stop the others; it is told with what caused it.
    private void handle(Event event) {
        try {
            planner.hear(event, TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), clock.instant());
            // Answers of the filter verb wait for nothing else.
            planner.decided().forEach(hands);
        } catch (RuntimeException e) {
            LOG.error("the planner failed on {}", event, e);
        }
    }

    private void settle() {
        try {
            planner.settle().forEach(hands);
        } catch (RuntimeException e) {
            LOG.error("the planner failed", e);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
