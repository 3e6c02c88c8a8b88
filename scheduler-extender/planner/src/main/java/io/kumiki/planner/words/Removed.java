package io.kumiki.planner.words;

/// What took room from a waiting gang. Room on an empty cluster less all of these is what is left.
///
/// @param level `node`, a level of the tree of places, `cluster`, or the quota's name
/// @param slots members that would have had room without it
public record Removed(Constraint constraint, String level, long slots) {
    /// In the order in which they are taken off.
    public enum Constraint {
        gpuType,
        labels,
        taints,
        notReady,
        vetoed,
        gpus,
        extended,
        cpu,
        memory,
        pods,
        keptForOlder,
        topology,
        combination,
        quota,
        namespaceQuota
    }
}
