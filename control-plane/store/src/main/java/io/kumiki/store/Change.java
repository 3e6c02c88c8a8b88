package io.kumiki.store;

import org.jspecify.annotations.Nullable;

/// One row that was inserted, changed or deleted by a commit. Readers fetch the row; a missing one was deleted.
///
/// @param runId the run it belongs to (for a run: its own id), null for pipelines and experiments
/// @param seq rises by one per change and goes on after a restart
public record Change(String kind, String id, @Nullable String runId, long seq) {
    public static final String EXPERIMENT = "experiment";
    public static final String PIPELINE = "pipeline";
    public static final String VERSION = "version";
    public static final String RUN = "run";
    public static final String TASK = "task";
    public static final String ARTIFACT = "artifact";
    public static final String INTENT = "intent";
}
