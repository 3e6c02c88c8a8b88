package io.kumiki.planner;

import io.kumiki.placement.BackfillPlanner;
import io.kumiki.placement.EarliestStart;
import io.kumiki.placement.Promise;
import io.kumiki.planner.words.Party;
import java.util.ArrayList;
import java.util.BitSet;
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
    record Kept(Party who, int priority, Promise promise, Set<String> nodes) {
        /// @param before what was kept by the pass before
        Kept since(@Nullable Kept before) {
            return before == null || !before.who().uid().equals(who.uid())
                    ? this
                    : new Kept(who, priority, promise.after(before.promise()), nodes);
        }
    }

    /// The nodes on which the gang will start, as far as run times are known.
    @Nullable
    Kept keep(Plan plan, Room room) {
        List<BackfillPlanner.Running> running = new ArrayList<>();
        int[][] taken = new int[room.nodes.size()][];
        for (Plan other : state.plans.values()) {
            if (other.phase.holds()) {
                running.add(new BackfillPlanner.Running(
                        other.fact.key(),
                        holdings.of(other, room, taken),
                        state.second + state.knowledge.remaining(other, state.second)));
            }
        }
        EarliestStart start = EarliestStart.of(room.view, running, later -> room.place(plan.fact, later, new BitSet()));
        if (start == null) {
            return null;
        }
        var nodes = new TreeSet<String>();
        start.nodes().stream().forEach(node -> nodes.add(room.nodes.get(node).name()));
        return new Kept(plan.party(), plan.fact.spec().priority(), Promise.of(start.at()), nodes);
    }
}
