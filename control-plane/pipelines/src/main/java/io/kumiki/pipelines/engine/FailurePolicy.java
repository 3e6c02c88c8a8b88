package io.kumiki.pipelines.engine;

/// What a failure does to the rest of its DAG. Running tasks finish and exit tasks run either way.
public enum FailurePolicy {
    /// Nothing new starts: KFP's own.
    FAST,
    /// Everything that does not depend on the failure still runs.
    SLOW
}
