package io.kumiki.localcluster;

import io.kumiki.kube.Cluster;
import io.kumiki.kube.controllers.ControllerSettings;
import io.kumiki.kube.controllers.Controllers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs the cluster's built-in controllers on one thread that sleeps until a change or a time wakes it.
final class ControllerLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControllerLoop.class);
    /// A machine that slept has another time than its thread: a wait that is due is looked at again after so long.
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final Cluster cluster;
    private final Clock clock;
    private final Thread thread;
    private volatile boolean closed;

    private ControllerLoop(Cluster cluster, Clock clock) {
        this.cluster = cluster;
        this.clock = clock;
        this.thread = Thread.ofPlatform().daemon().name("controllers").unstarted(this::run);
    }

    /// Returns at once: the controllers are made on their own thread, and begin with a look at all that is there.
    static ControllerLoop start(Cluster cluster, Clock clock) {
        ControllerLoop loop = new ControllerLoop(cluster, clock);
        loop.thread.start();
        return loop;
    }

    /// Ends after the decision that runs now.
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Controllers controllers = cluster.controllers(ControllerSettings.STANDARD);
        controllers.onWork(() -> LockSupport.unpark(thread));
        while (!closed) {
            if (!stepped(controllers)) {
                sleep(controllers);
            }
        }
    }

    /// What fails is tried again later; the others must not wait for it.
    private static boolean stepped(Controllers controllers) {
        try {
            return controllers.step();
        } catch (RuntimeException e) {
            LOG.error("a controller could not decide; it is tried again", e);
            return true;
        }
    }

    private void sleep(Controllers controllers) {
        @Nullable Instant due = controllers.nextDue();
        if (due == null) {
            LockSupport.park(this);
            return;
        }
        Duration wait = Duration.between(clock.instant(), due);
        if (wait.isPositive()) {
            LockSupport.parkNanos(this, (wait.compareTo(LONGEST) > 0 ? LONGEST : wait).toNanos());
        }
    }
}
