package io.kumiki.placement;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/// Which of the running gangs would have to end so that one that waits starts: the first in the given order that
/// make room together, without those of them that are not needed, the last looked at first.
public final class Relief {
    private final Topology topology;
    private final BitSet avoided;

    /// @param avoided nodes that are kept for somebody else
    public Relief(Topology topology, BitSet avoided) {
        this.topology = topology;
        this.avoided = avoided;
    }

    /// Empty where even all of them make no room.
    public Optional<List<BackfillPlanner.Running>> needed(
            ClusterView view, Forecast.Shape shape, List<BackfillPlanner.Running> order) {
        ClusterView later = view.copy();
        var rooms = new ShapeRooms(shape, new CountedRooms(later, topology).without(avoided));
        List<BackfillPlanner.Running> gone = new ArrayList<>();
        for (BackfillPlanner.Running next : order) {
            gone.add(next);
            change(later, rooms, next, true);
            if (rooms.fits()) {
                return Optional.of(without(later, rooms, gone));
            }
        }
        return Optional.empty();
    }

    private List<BackfillPlanner.Running> without(
            ClusterView later, ShapeRooms rooms, List<BackfillPlanner.Running> gone) {
        List<BackfillPlanner.Running> needed = new ArrayList<>(gone);
        for (int i = gone.size() - 2; i >= 0; i--) {
            BackfillPlanner.Running back = gone.get(i);
            change(later, rooms, back, false);
            if (rooms.fits()) {
                needed.remove(back);
            } else {
                change(later, rooms, back, true);
            }
        }
        return needed;
    }

    private static void change(ClusterView later, ShapeRooms rooms, BackfillPlanner.Running of, boolean release) {
        for (BackfillPlanner.Held held : of.held()) {
            if (release) {
                later.release(held.demand(), held.node(), held.devices());
            } else {
                later.place(held.demand(), held.node(), held.devices());
            }
            rooms.changed(held.node(), release);
        }
    }
}
