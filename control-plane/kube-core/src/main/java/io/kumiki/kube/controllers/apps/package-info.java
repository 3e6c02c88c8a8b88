/// Deployments, ReplicaSets, StatefulSets, DaemonSets.
/// Knows no thread, clock or store; the world is read, plans come out.
/// A workload and its pods go in, the next steps towards its spec come out.
@NullMarked
package io.kumiki.kube.controllers.apps;

import org.jspecify.annotations.NullMarked;
