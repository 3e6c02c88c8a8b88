package io.kumiki.placement;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What is left on some nodes while one gang is tried; the view itself is not touched.
final class Trial {
    private final ClusterView view;
    private final GangPlacer.Allowed allowed;
    final List<Integer> nodes;
    private final int[] cpu;
    private final int[] memory;
    private final int[] pods;
    private final int[][] remnants;
    private final Map<Integer, Map<String, Long>> extended = new HashMap<>();

    Trial(ClusterView view, GangPlacer.Allowed allowed, List<Integer> nodes) {
        this.view = view;
        this.allowed = allowed;
        this.nodes = nodes;
        cpu = new int[nodes.size()];
        memory = new int[nodes.size()];
        pods = new int[nodes.size()];
        remnants = new int[nodes.size()][];
        for (int i = 0; i < nodes.size(); i++) {
            int n = nodes.get(i);
            cpu[i] = view.cpuFree(n);
            memory[i] = view.memoryFree(n);
            pods[i] = view.podsFree(n);
            remnants[i] = view.remnants(n).clone();
        }
    }

    /// Members of this role that the node could take as the view has it.
    static int room(ClusterView view, GangPlacer.Allowed allowed, GangSpec.Role role, int n) {
        return allowed.on(role, n)
                ? room(
                        view,
                        role.demand(),
                        n,
                        new Left(view.cpuFree(n), view.memoryFree(n), view.podsFree(n), view.remnants(n), Map.of()))
                : 0;
    }

    /// Members of this role that node i of the trial could still take.
    int room(GangSpec.Role role, int i) {
        int n = nodes.get(i);
        return allowed.on(role, n)
                ? room(view, role.demand(), n, new Left(cpu[i], memory[i], pods[i], remnants[i], taken(i)))
                : 0;
    }

    private Map<String, Long> taken(int i) {
        return extended.isEmpty() ? Map.of() : extended.getOrDefault(i, Map.of());
    }

    private record Left(int cpu, int memory, int pods, int[] remnants, Map<String, Long> extendedTaken) {}

    private static int room(ClusterView view, Demand demand, int n, Left left) {
        if (!demand.allows(view.node(n).model())) {
            return 0;
        }
        int room = left.pods();
        room = demand.cpuMilli() == 0 ? room : Math.min(room, left.cpu() / demand.cpuMilli());
        room = demand.memoryMib() == 0 ? room : Math.min(room, left.memory() / demand.memoryMib());
        for (var wanted : demand.extended().entrySet()) {
            if (wanted.getValue() > 0) {
                long free = view.extendedFree(n, wanted.getKey())
                        - left.extendedTaken().getOrDefault(wanted.getKey(), 0L);
                room = (int) Math.min(room, Math.max(0, free) / wanted.getValue());
            }
        }
        return room <= 0 || demand.gpus() == 0 || demand.gpuMilli() == 0
                ? Math.max(0, room)
                : Math.min(room, devices(demand, left.remnants()));
    }

    static int devices(Demand demand, int[] remnants) {
        int devices = 0;
        for (int remnant : remnants) {
            devices += remnant / demand.gpuMilli();
        }
        return devices / demand.gpus();
    }

    /// One member more on node i: the smallest remnants that do.
    GangPlacement.Slot take(Demand demand, int i) {
        int[] devices = new int[demand.gpus()];
        for (int found = 0; found < devices.length; found++) {
            int best = -1;
            for (int d = 0; d < remnants[i].length; d++) {
                if (remnants[i][d] >= demand.gpuMilli() && (best < 0 || remnants[i][d] < remnants[i][best])) {
                    best = d;
                }
            }
            remnants[i][best] -= demand.gpuMilli();
            devices[found] = best;
        }
        change(demand, i, 1);
        return new GangPlacement.Slot(nodes.get(i), devices);
    }

    void giveBack(Demand demand, int i, GangPlacement.Slot slot) {
        for (int device : slot.devices()) {
            remnants[i][device] += demand.gpuMilli();
        }
        change(demand, i, -1);
    }

    private void change(Demand demand, int i, int sign) {
        cpu[i] -= sign * demand.cpuMilli();
        memory[i] -= sign * demand.memoryMib();
        pods[i] -= sign;
        demand.extended()
                .forEach((resource, amount) ->
                        extended.computeIfAbsent(i, _ -> new HashMap<>()).merge(resource, sign * amount, Long::sum));
    }
}
