package io.kumiki.model.run;

/// Where a run stands. A terminal state never changes, except that a retry opens a failed run again.
public enum RunState {
    PENDING,
    RUNNING,
    /// Asked to stop: running steps end within their grace period, exit tasks do not start.
    CANCELING,
    SUCCEEDED,
    FAILED,
    /// Stopped by a person. KFP's own clients know no such end and would poll for ever, so v2beta1 reports it as
    /// FAILED.
    CANCELED;

    public boolean terminal() {
        return this == SUCCEEDED || this == FAILED || this == CANCELED;
    }
}
