/// The scheduler loop of the embedded cluster: the pure cycle of kube-core driven by watches, scheduler extenders
/// called over real HTTP.
/// Filter and score are serial, as in kube-scheduler; each bind runs on its own thread with the node's resources
/// assumed.
/// A bind that is held for minutes therefore delays no other pod.
@NullMarked
package io.kumiki.localcluster.scheduler;

import org.jspecify.annotations.NullMarked;
