package io.kumiki.placement;

/// The answer for one pod.
public sealed interface Placement {
    /// Exactly one node, with the devices on it: rounded scores and random ties would destroy the packing.
    record Placed(int node, int[] devices) implements Placement {}

    /// Some node could hold it, none has room now.
    record Waiting(Removed removed) implements Placement {}

    /// No node could hold it even if it were empty.
    record Impossible(Removed removed) implements Placement {}

    /// Which filter removed how many nodes: the sum is the number of nodes, so anybody can check it.
    record Removed(int model, int devices, int cpu, int memory, int pods) {
        int total() {
            return model + devices + cpu + memory + pods;
        }
    }
}
