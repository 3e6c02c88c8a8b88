package io.kumiki.localcluster.node.process;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One start of a container, whatever runs it.
public interface RunningContainer {
    /// How it ended. `exitCode` is null when nobody knows; `error` says why it never started; `at` is null when
    /// that is now; `outOfMemory`: whoever runs it says that it was killed for want of memory.
    record End(
            @Nullable Integer exitCode,
            @Nullable String error,
            @Nullable Instant at,
            boolean outOfMemory) {
        public static final End UNKNOWN = new End(null, null, null);

        public End(@Nullable Integer exitCode, @Nullable String error, @Nullable Instant at) {
            this(exitCode, error, at, false);
        }
    }

    /// Waits until it has ended and nothing of it is left.
    End await() throws InterruptedException;

    /// SIGTERM. False when it has ended already.
    boolean terminate() throws InterruptedException;

    /// The way in for other processes; null when there is no process to enter (code of our own).
    @Nullable
    Entrance entrance();

    /// What an attached client types to; null when it has neither an input nor a terminal.
    default @Nullable Console console() {
        return null;
    }

    /// SIGKILL, to everything of it.
    void kill() throws InterruptedException;
}
