package io.kumiki.planner;

import io.kumiki.placement.BackfillPlanner;
import io.kumiki.placement.ClusterView;
import io.kumiki.placement.Demand;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What gangs hold, as the view counts it.
final class Holdings {
    private final State state;

    Holdings(State state) {
        this.state = state;
    }

    /// The slots of a gang as the view counts them; those on nodes that are gone hold nothing.
    ///
    /// @param taken devices of each node that were not free or are another gang's already
    List<BackfillPlanner.Held> of(Plan plan, Room room, int[][] taken) {
        List<BackfillPlanner.Held> held = new ArrayList<>();
        Occupancy there = Occupancy.of(plan, state);
        for (int r = 0; r < plan.rows.size(); r++) {
            Plan.Row row = plan.rows.get(r);
            Demand demand = Shape.demand(row.amounts);
            for (int i = 0; i < row.nodes.size(); i++) {
                if (!there.holds(r, i)) {
                    continue;
                }
                Integer n = room.index.get(row.nodes.get(i));
                int[] devices = n == null ? null : devices(demand, row.devices.get(i), n, room.view, taken);
                if (n != null && devices != null) {
                    held.add(new BackfillPlanner.Held(demand, n, devices));
                }
            }
        }
        return held;
    }

    /// What a pod without a gang holds; nothing where its node is gone.
    List<BackfillPlanner.Held> of(PodFact pod, Room room, int[][] taken) {
        Demand demand = Shape.demand(pod.requests());
        Integer n = room.index.get(pod.node());
        int[] devices = n == null ? null : devices(demand, pod.devices(), n, room.view, taken);
        return n == null || devices == null ? List.of() : List.of(new BackfillPlanner.Held(demand, n, devices));
    }

    /// The numbered devices, or any that are wholly taken: which ones is the node's own affair.
    private static int @Nullable [] devices(Demand demand, String given, int n, ClusterView view, int[][] taken) {
        if (demand.gpus() == 0) {
            return new int[0];
        }
        if (!given.isEmpty()) {
            return Room.Devices.read(given).stream().mapToInt(Integer::intValue).toArray();
        }
        int[] remnants = view.remnants(n);
        if (taken[n] == null) {
            taken[n] = remnants.clone();
        }
        int[] devices = new int[demand.gpus()];
        int found = 0;
        for (int d = 0; d < remnants.length && found < devices.length; d++) {
            if (taken[n][d] == 0) {
                taken[n][d] = ClusterView.WHOLE;
                devices[found++] = d;
            }
        }
        return found == devices.length ? devices : null;
    }
}
