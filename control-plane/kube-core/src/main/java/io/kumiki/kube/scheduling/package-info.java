/// The scheduling cycle of the embedded Kubernetes: which nodes a pod fits on, which is best, and in
/// kube-scheduler's own words why none does.
/// Pure and single-threaded: the shell feeds nodes and pods, asks for a decision, and reports what became of it.
/// Extender calls and binds belong to the shell.
@NullMarked
package io.kumiki.kube.scheduling;

import org.jspecify.annotations.NullMarked;
