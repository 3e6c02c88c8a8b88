package io.kumiki.placement;

/// Members of one shape that a node could take, constraint by constraint: each step is what is left after it.
///
/// @param empty if nothing were on the node, whatever its GPU type
public record RoomSteps(int empty, int gpus, int extended, int cpu, int memory, int pods) {
    public static RoomSteps of(ClusterView view, Demand demand, int n) {
        NodeSpec node = view.node(n);
        int empty = Math.min(
                Math.min(per(node.cpuMilli(), demand.cpuMilli()), per(node.memoryMib(), demand.memoryMib())),
                Math.max(0, node.pods()));
        for (var wanted : demand.extended().entrySet()) {
            empty = Math.min(empty, per(node.extended().getOrDefault(wanted.getKey(), 0L), wanted.getValue()));
        }
        boolean devices = demand.gpus() > 0 && demand.gpuMilli() > 0;
        if (devices) {
            empty = Math.min(empty, node.gpus() * (ClusterView.WHOLE / demand.gpuMilli()) / demand.gpus());
        }
        int gpus = devices ? Math.min(empty, Trial.devices(demand, view.remnants(n))) : empty;
        int extended = gpus;
        for (var wanted : demand.extended().entrySet()) {
            extended = Math.min(extended, per(view.extendedFree(n, wanted.getKey()), wanted.getValue()));
        }
        int cpu = Math.min(extended, per(view.cpuFree(n), demand.cpuMilli()));
        int memory = Math.min(cpu, per(view.memoryFree(n), demand.memoryMib()));
        return new RoomSteps(empty, gpus, extended, cpu, memory, Math.min(memory, Math.max(0, view.podsFree(n))));
    }

    private static int per(long free, long each) {
        return each == 0 ? Integer.MAX_VALUE : (int) Math.min(Integer.MAX_VALUE, Math.max(0, free) / each);
    }
}
