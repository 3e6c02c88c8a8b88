/// The kinds that run pods: apps, batch, and what looks at their pods (policy, discovery).
/// Knows what makes such an object a good one and nothing of what controllers do with it.
/// An object goes in; defaults, violations and columns come out.
@NullMarked
package io.kumiki.kube.kinds.workloads;

import org.jspecify.annotations.NullMarked;
