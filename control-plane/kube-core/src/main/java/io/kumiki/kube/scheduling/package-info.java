/// The scheduler of the embedded Kubernetes: which pod is tried, which nodes it fits on, which is best, who must go
/// for it, and in kube-scheduler's own words why nothing helps.
/// Pure and single-threaded: the shell tells [Scheduler] what happened, asks for the next [Attempt] and reports what
/// became of it. Extender calls, writes and binds belong to the shell.
@NullMarked
package io.kumiki.kube.scheduling;

import org.jspecify.annotations.NullMarked;
