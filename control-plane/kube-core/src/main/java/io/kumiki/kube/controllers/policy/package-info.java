/// Disruption budgets: how many pods of a workload may go at a time.
/// Knows no thread, clock or store; the world is read, plans come out.
/// A budget and its pods go in, what evictions may still take comes out.
@NullMarked
package io.kumiki.kube.controllers.policy;

import org.jspecify.annotations.NullMarked;
