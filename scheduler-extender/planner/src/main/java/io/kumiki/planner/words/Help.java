package io.kumiki.planner.words;

import org.jspecify.annotations.Nullable;

/// A change after which a waiting gang would start at once; it was really placed on a changed copy.
///
/// @param amount nodes, GPUs, units of the resource, or the new minimum; null where there is none
public record Help(Change change, @Nullable Long amount, Text text) {
    /// The cheapest first: what its owner can do alone, what somebody grants, what others lose, what is bought.
    public enum Change {
        relaxTopology,
        lowerMin,
        otherType,
        raiseQuota,
        freeGpus,
        addNodes
    }
}
