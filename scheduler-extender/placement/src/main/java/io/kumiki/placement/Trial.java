package io.kumiki.placement;

import java.util.HashMap;
import java.util.Map;

/// What is left of a view while one gang is tried; the view itself is not touched. A node is copied when something
/// is first taken from it.
final class Trial {
    /// A role, and the room for its members as the view has it.
    record Wanted(GangSpec.Role role, MemberRooms rooms) {}

    private final ClusterView view;
    private final Map<Integer, Left> touched = new HashMap<>();

    Trial(ClusterView view) {
        this.view = view;
    }

    private static final class Left {
        int cpu;
        int memory;
        int pods;
        final int[] remnants;
        final Map<String, Long> extendedTaken = new HashMap<>();

        Left(ClusterView view, int n) {
            cpu = view.cpuFree(n);
            memory = view.memoryFree(n);
            pods = view.podsFree(n);
            remnants = view.remnants(n).clone();
        }
    }

    boolean isUntouched() {
        return touched.isEmpty();
    }

    /// Members of this role that the node could still take.
    int room(Wanted of, int n) {
        Left left = touched.isEmpty() ? null : touched.get(n);
        if (left == null) {
            return of.rooms().at(n);
        }
        Demand demand = of.role().demand();
        if (!of.rooms().able(n) || !demand.allows(view.node(n).model())) {
            return 0;
        }
        int room = amounts(demand, left.cpu, left.memory, left.pods);
        room = extended(demand, view, n, left.extendedTaken, room);
        return wantsDevices(demand, room) ? Math.min(room, devices(demand, left.remnants)) : room;
    }

    /// Members that the node could take as the view has it.
    static int room(ClusterView view, Demand demand, int n) {
        if (!demand.allows(view.node(n).model())) {
            return 0;
        }
        int room = amounts(demand, view.cpuFree(n), view.memoryFree(n), view.podsFree(n));
        room = extended(demand, view, n, Map.of(), room);
        if (!wantsDevices(demand, room)) {
            return room;
        }
        return Math.min(
                room,
                demand.gpuMilli() == ClusterView.WHOLE
                        ? view.wholeDevices(n) / demand.gpus()
                        : devices(demand, view.remnants(n)));
    }

    private static int amounts(Demand demand, int cpu, int memory, int pods) {
        int room = pods;
        room = demand.cpuMilli() == 0 ? room : Math.min(room, cpu / demand.cpuMilli());
        room = demand.memoryMib() == 0 ? room : Math.min(room, memory / demand.memoryMib());
        return Math.max(0, room);
    }

    private static int extended(Demand demand, ClusterView view, int n, Map<String, Long> taken, int most) {
        if (most == 0 || demand.extended().isEmpty()) {
            return most;
        }
        long room = most;
        for (var wanted : demand.extended().entrySet()) {
            if (wanted.getValue() > 0) {
                long free = view.extendedFree(n, wanted.getKey()) - taken.getOrDefault(wanted.getKey(), 0L);
                room = Math.min(room, Math.max(0, free) / wanted.getValue());
            }
        }
        return (int) room;
    }

    private static boolean wantsDevices(Demand demand, int room) {
        return room > 0 && demand.gpus() > 0 && demand.gpuMilli() > 0;
    }

    static int devices(Demand demand, int[] remnants) {
        int devices = 0;
        for (int remnant : remnants) {
            devices += remnant / demand.gpuMilli();
        }
        return devices / demand.gpus();
    }

    /// One member more on the node: the smallest remnants that do.
    GangPlacement.Slot take(Demand demand, int n) {
        Left left = touched.computeIfAbsent(n, _ -> new Left(view, n));
        int[] devices = new int[demand.gpus()];
        for (int found = 0; found < devices.length; found++) {
            int best = -1;
            for (int d = 0; d < left.remnants.length; d++) {
                if (left.remnants[d] >= demand.gpuMilli() && (best < 0 || left.remnants[d] < left.remnants[best])) {
                    best = d;
                }
            }
            left.remnants[best] -= demand.gpuMilli();
            devices[found] = best;
        }
        change(left, demand, 1);
        return new GangPlacement.Slot(n, devices);
    }

    void giveBack(Demand demand, GangPlacement.Slot slot) {
        Left left = touched.computeIfAbsent(slot.node(), n -> new Left(view, n));
        for (int device : slot.devices()) {
            left.remnants[device] += demand.gpuMilli();
        }
        change(left, demand, -1);
    }

    private static void change(Left left, Demand demand, int sign) {
        left.cpu -= sign * demand.cpuMilli();
        left.memory -= sign * demand.memoryMib();
        left.pods -= sign;
        if (!demand.extended().isEmpty()) {
            demand.extended()
                    .forEach((resource, amount) -> left.extendedTaken.merge(resource, sign * amount, Long::sum));
        }
    }
}
