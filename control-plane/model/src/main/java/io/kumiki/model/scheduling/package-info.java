/// Kumiki's own kinds for scheduling: gangs, quotas, the tree of places.
/// Knows no planner.
/// Jackson reads them from Kubernetes objects; their definitions are made from these records.
@NullMarked
package io.kumiki.model.scheduling;

import org.jspecify.annotations.NullMarked;
