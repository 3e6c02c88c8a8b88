/// Runs, tasks, artifacts, pipelines and experiments in SQL: what has been acknowledged and must never be lost.
/// Knows neither the KFP wire format nor Kubernetes.
/// Callers pass a function to `Store.write`, which returns after the rows are on disk; changes are then told to
/// listeners in commit order.
@NullMarked
package io.kumiki.store;

import org.jspecify.annotations.NullMarked;
