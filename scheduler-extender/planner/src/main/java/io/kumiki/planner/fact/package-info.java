/// What the planner knows of the cluster, as records, and what the scheduler would say of it.
@NullMarked
package io.kumiki.planner.fact;

import org.jspecify.annotations.NullMarked;
