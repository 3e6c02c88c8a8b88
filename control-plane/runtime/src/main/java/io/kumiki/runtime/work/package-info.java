/// The loop that every kind shares: queue, retry, apply, status.
/// Knows no kind and decides nothing about any.
/// A watch event adds a key; a worker reads the caches, asks the pure Reconciler for a Plan, and the Applier
/// carries it out.
@NullMarked
package io.kumiki.runtime.work;

import org.jspecify.annotations.NullMarked;
