package io.kumiki.model.run;

/// Where a task stands. The words are those of the dashboard's state language.
public enum TaskState {
    /// Its upstreams, its cache look-up, its back-off or a loop's window hold it.
    WAITING,
    /// Its pod has been asked for and no container has started.
    STARTING,
    RUNNING,
    /// Asked to stop; its pod still lives.
    STOPPING,
    SUCCEEDED,
    /// Outputs taken from an earlier task; counts as success.
    CACHED,
    SKIPPED,
    FAILED,
    STOPPED;

    public boolean terminal() {
        return compareTo(SUCCEEDED) >= 0;
    }

    public boolean success() {
        return this == SUCCEEDED || this == CACHED;
    }
}
