package io.kumiki.model.run;

public enum TaskKind {
    /// The pipeline's own DAG; exactly one in a run, its path is empty.
    ROOT,
    /// A nested pipeline, a condition branch or an exit handler's body.
    DAG,
    /// A ParallelFor; its children are ITERATIONs.
    LOOP,
    ITERATION,
    /// Runs one pod.
    CONTAINER,
    IMPORTER,
    CREATE_PVC,
    DELETE_PVC
}
