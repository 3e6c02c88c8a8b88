package io.kumiki.agent;

/// Tells the publishing sidecar that the main container has ended (SIGTERM to a native sidecar).
@FunctionalInterface
public interface StopSignal {
    void await() throws InterruptedException;
}
