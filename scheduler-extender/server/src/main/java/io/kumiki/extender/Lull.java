package io.kumiki.extender;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// A pause for a thread that is told much in a short time: what comes meanwhile awakens it once. Somebody who waits for
/// it ends the pause.
final class Lull {
    private final Semaphore hurried = new Semaphore(0);

    /// By the one thread that pauses.
    void rest(Duration longest) throws InterruptedException {
        if (hurried.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS)) {
            hurried.drainPermits();
        }
    }

    /// By anybody; one who comes just before a pause makes it a short one.
    void hurry() {
        if (hurried.availablePermits() == 0) {
            hurried.release();
        }
    }
}
