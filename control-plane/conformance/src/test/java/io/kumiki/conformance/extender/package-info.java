/// The extender's contract with the real kube-scheduler: one rig for all cases, faults on the wire between the two.
/// Knows nothing of how the extender decides.
/// Pods and faults go in; what is bound, held and said comes out.
@NullMarked
package io.kumiki.conformance.extender;

import org.jspecify.annotations.NullMarked;
