/// A pipeline as written: components, DAGs, tasks and executors, linked and indexed once.
/// Knows nothing of a run.
/// Built by the reader from JSON trees, read by the engine and by whoever draws the graph.
@NullMarked
package io.kumiki.pipelines.ir;

import org.jspecify.annotations.NullMarked;
