/// Jobs and CronJobs.
/// Knows no thread, clock or store; the world is read, plans come out.
/// A Job and its pods go in; pods to make, pods counted and the Job's verdict come out.
@NullMarked
package io.kumiki.kube.controllers.batch;

import org.jspecify.annotations.NullMarked;
