package io.kumiki.placement;

/// The answer for one pod.
public sealed interface Placement {
    /// Exactly one node, with the devices on it: rounded scores and random ties would destroy the packing.
    record Placed(int node, int[] devices) implements Placement {}

    /// Some node could hold it, none has room now.
    record Waiting(Removed removed) implements Placement {}

    /// No node could hold it even if it were empty.
    record Impossible(Removed removed) implements Placement {}

    /// Which filter removed how many nodes, so that anybody can check it.
    ///
    /// @param excluded nodes that may not be used: labels, taints, cordoned, kept for others
    /// @param extended nodes without enough of another countable resource
    record Removed(int excluded, int model, int devices, int extended, int cpu, int memory, int pods) {
        public Removed(int model, int devices, int cpu, int memory, int pods) {
            this(0, model, devices, 0, cpu, memory, pods);
        }

        int total() {
            return excluded + model + devices + extended + cpu + memory + pods;
        }
    }
}
