package io.kumiki.planner;

import io.kumiki.planner.words.Help;
import io.kumiki.planner.words.Removed;
import java.util.List;

/// Why a gang waits and what would help, checked on a copy.
///
/// @param total members that would have room if nothing were on the cluster and every node would do
/// @param left members that have room now, in the place with the most
public record Explanation(long total, List<Removed> removed, long left, List<Help> help) {
    public static final Explanation NONE = new Explanation(0, List.of(), 0, List.of());
}
