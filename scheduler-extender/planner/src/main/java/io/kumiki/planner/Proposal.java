package io.kumiki.planner;

import io.kumiki.planner.words.Text;
import java.util.List;

/// Moves after which a node would be wholly free.
///
/// @param lostGpuSeconds work that would have to be repeated
public record Proposal(String node, int gpusFreed, long lostGpuSeconds, List<Move> moves, Text text) {
    /// @param gpus milli
    public record Move(String namespace, String name, long gpus, String to) {}
}
