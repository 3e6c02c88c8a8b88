package io.kumiki.localcluster.node;

/// An image whose container runs inside this process (the artifact agent): it costs a thread instead of a process.
/// A crash of Kumiki ends it, so it must be repeatable: it is started again when its pod is adopted.
@FunctionalInterface
public interface BuiltInImage {
    /// Runs the container to its end and returns its exit code. An interrupt is SIGKILL: return at once.
    int run(BuiltInContainer container) throws InterruptedException;
}
