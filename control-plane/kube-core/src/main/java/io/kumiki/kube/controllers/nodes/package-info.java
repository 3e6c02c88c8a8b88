/// Nodes that are lost, the pods on them, and what would otherwise pile up: ended pods, old events.
/// Knows no thread, clock or store; the world is read, plans come out.
/// Leases, conditions and taints go in; taints, evictions and removals come out.
@NullMarked
package io.kumiki.kube.controllers.nodes;

import org.jspecify.annotations.NullMarked;
