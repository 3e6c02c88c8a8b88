package io.kumiki.runs;

/// Keys of a task's notes that the run loop writes.
final class Notes {
    static final String SIMULATED = "Simulated";
    /// Why the pod is pending; the engine takes it back when the step starts.
    static final String WHY = "why";
    static final String TRANSITION = "transitionMillis";
    static final String UPLOAD = "uploadMillis";
    static final String NODE = "node";
    static final String IMAGE = "image";
    static final String LOG = "log";

    private Notes() {}
}
