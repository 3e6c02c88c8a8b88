package io.kumiki.planner;

import io.kumiki.placement.BackfillPlanner;
import io.kumiki.placement.ClusterView;
import io.kumiki.placement.GangPlacement;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// When and where a gang without room will start.
final class Outlook {
    private final State state;
    private final Holdings holdings;

    Outlook(State state) {
        this.state = state;
        this.holdings = new Holdings(state);
    }

    /// What the first of the queue that found no room will start on; whoever comes after it keeps off.
    ///
    /// @param start when it will start, as far as is known, in seconds since 1970
    record Kept(Party who, int priority, long start, Set<String> nodes) {}

    /// The nodes on which the gang will start, as far as run times are known: gangs end one after the other on a
    /// copy until it fits.
    @Nullable
    Kept keep(Plan plan, Room room) {
        List<Plan> ends = state.plans.values().stream()
                .filter(other -> other.phase.holds())
                .sorted(Comparator.comparingLong(this::expectedEnd).thenComparing(other -> other.fact.key()))
                .toList();
        ClusterView later = room.view.copy();
        int[][] taken = new int[room.nodes.size()][];
        for (Plan other : ends) {
            for (BackfillPlanner.Held held : holdings.of(other, room, taken)) {
                later.release(held.demand(), held.node(), held.devices());
            }
            if (room.place(plan.fact, later, new BitSet()) instanceof GangPlacement.Placed placed) {
                var nodes = new TreeSet<String>();
                placed.slots()
                        .forEach(row -> row.forEach(
                                slot -> nodes.add(room.nodes.get(slot.node()).name())));
                return new Kept(Party.of(plan), plan.fact.spec().priority(), expectedEnd(other), nodes);
            }
        }
        return null;
    }

    private long expectedEnd(Plan plan) {
        Long expected = plan.fact.spec().expectedSeconds();
        long from = plan.startedSecond == 0 ? state.second : plan.startedSecond;
        return Math.max(state.second, from + (expected == null ? state.options.usualSeconds() : expected));
    }
}
