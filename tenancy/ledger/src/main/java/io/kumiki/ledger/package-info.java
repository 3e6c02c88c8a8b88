/// The quota ledger: what the planner has decided, shared through Hazelcast with dashboards and the other members.
/// Publishes after the fact and is never asked for permission: losing it loses nothing, the planner says it again.
/// One entry a quota tree, tagged with epoch and sequence; an older one never replaces a newer one.
@NullMarked
package io.kumiki.ledger;

import org.jspecify.annotations.NullMarked;
