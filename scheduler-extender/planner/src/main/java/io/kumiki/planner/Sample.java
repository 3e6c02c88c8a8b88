package io.kumiki.planner;

import io.kumiki.placement.GangSpec;
import io.kumiki.placement.RoomSteps;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/// GPUs and queue at one moment.
///
/// @param second since 1970
/// @param total milli-GPUs; free ones only on nodes that may be used
/// @param fragmented share of the free GPUs that the waiting mix cannot use, or what runs, where nobody waits
public record Sample(long second, long total, long allocated, long free, double fragmented, int waiting, int running) {
    private static final int SHAPES = 20;

    static Sample of(Scene scene) {
        Room room = scene.room();
        long total = 0;
        long idle = 0;
        long free = 0;
        for (int n = 0; n < room.nodes.size(); n++) {
            total += room.view.node(n).gpus() * 1000L;
            idle += room.view.idleMilli(n);
            free += room.nodes.get(n).usable() ? room.view.idleMilli(n) : 0;
        }
        List<Plan> waiting = scene.queue();
        List<Plan> running = scene.state.plans.values().stream()
                .filter(plan -> plan.phase.holds())
                .toList();
        return new Sample(
                scene.second(),
                total,
                total - idle,
                free,
                free == 0 ? 0 : lost(waiting.isEmpty() ? running : waiting, room, free),
                waiting.size(),
                running.size());
    }

    private static double lost(List<Plan> mix, Room room, long free) {
        double lost = 0;
        long weights = 0;
        for (Plan plan : distinct(mix)) {
            try {
                Map<String, BitSet> able = room.able(plan.fact, new BitSet());
                for (GangSpec.Role role : Room.spec(plan.fact).roles()) {
                    long each = role.demand().totalGpuMilli();
                    long weight = each * Math.max(1, role.min());
                    if (each > 0) {
                        long usable = usable(role, able.getOrDefault(role.name(), new BitSet()), room);
                        lost += weight * (1 - (double) usable / free);
                        weights += weight;
                    }
                }
            } catch (IllegalArgumentException e) {
                // A spec that cannot be read asks for nothing.
            }
        }
        return weights == 0 ? 0 : lost / weights;
    }

    private static List<Plan> distinct(List<Plan> mix) {
        List<Plan> distinct = new ArrayList<>();
        List<Object> known = new ArrayList<>();
        for (Plan plan : mix) {
            Object alike = Starts.alike(plan);
            if (!known.contains(alike)) {
                known.add(alike);
                distinct.add(plan);
            }
            if (distinct.size() == SHAPES) {
                break;
            }
        }
        return distinct;
    }

    private static long usable(GangSpec.Role role, BitSet able, Room room) {
        long usable = 0;
        for (int n = able.nextSetBit(0); n >= 0; n = able.nextSetBit(n + 1)) {
            if (role.demand().allows(room.view.node(n).model())) {
                long members = RoomSteps.of(room.view, role.demand(), n).pods();
                usable +=
                        Math.min(room.view.idleMilli(n), members * role.demand().totalGpuMilli());
            }
        }
        return usable;
    }
}
