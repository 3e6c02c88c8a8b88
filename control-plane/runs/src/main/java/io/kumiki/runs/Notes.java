package io.kumiki.runs;

/// Keys of a task's notes that the run loop writes.
final class Notes {
    static final String SIMULATED = "Simulated";
    /// Why the pod is pending.
    static final String WAITING = "waiting";
    static final String TRANSITION = "transitionMillis";
    static final String UPLOAD = "uploadMillis";
    static final String NODE = "node";
    static final String IMAGE = "image";
    static final String LOG = "log";

    private Notes() {}
}
