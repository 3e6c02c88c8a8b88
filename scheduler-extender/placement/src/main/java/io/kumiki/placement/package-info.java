/// Where gangs and GPUs go: cluster view, topology, placement, explanation.
/// Knows no Kubernetes client, clock or thread.
/// A view and a demand come in, a placement with its reasons comes out.
@NullMarked
package io.kumiki.placement;

import org.jspecify.annotations.NullMarked;
