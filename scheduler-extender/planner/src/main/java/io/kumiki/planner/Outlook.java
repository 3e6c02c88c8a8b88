package io.kumiki.planner;

import io.kumiki.placement.BackfillPlanner;
import io.kumiki.placement.ClusterView;
import io.kumiki.placement.GangPlacement;
import io.kumiki.planner.words.Party;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    /// @param promise when it was first said to start: whoever is only taken to end in time must end
    ///     before that, so that wrong guesses cannot put off the start again and again
    record Kept(Party who, int priority, long start, long promise, Set<String> nodes) {
        /// @param before what was kept by the pass before
        Kept since(@Nullable Kept before) {
            return before == null || !before.who().uid().equals(who.uid())
                    ? this
                    : new Kept(who, priority, start, Math.min(promise, before.promise()), nodes);
        }

        /// Whether somebody who begins now leaves these nodes in time.
        ///
        /// @param declared seconds, null where nobody said
        /// @param learned seconds within which nearly all of its kind have ended, null where that is not known
        boolean endsBefore(long now, @Nullable Long declared, @Nullable Long learned) {
            return declared != null ? now + declared <= start : learned != null && now + learned <= promise;
        }
    }

    /// The nodes on which the gang will start, as far as run times are known: gangs end one after the other on a
    /// copy until it fits.
    @Nullable
    Kept keep(Plan plan, Room room) {
        Map<Plan, Long> ends = new HashMap<>();
        for (Plan other : state.plans.values()) {
            if (other.phase.holds()) {
                ends.put(other, state.second + state.knowledge.remaining(other, state.second));
            }
        }
        List<Plan> order = ends.keySet().stream()
                .sorted(Comparator.comparingLong((Plan other) -> ends.getOrDefault(other, 0L))
                        .thenComparing(other -> other.fact.key()))
                .toList();
        ClusterView later = room.view.copy();
        int[][] taken = new int[room.nodes.size()][];
        for (Plan other : order) {
            for (BackfillPlanner.Held held : holdings.of(other, room, taken)) {
                later.release(held.demand(), held.node(), held.devices());
            }
            if (room.place(plan.fact, later, new BitSet()) instanceof GangPlacement.Placed placed) {
                var nodes = new TreeSet<String>();
                placed.slots()
                        .forEach(row -> row.forEach(
                                slot -> nodes.add(room.nodes.get(slot.node()).name())));
                long start = ends.getOrDefault(other, state.second);
                return new Kept(plan.party(), plan.fact.spec().priority(), start, start, nodes);
            }
        }
        return null;
    }
}
