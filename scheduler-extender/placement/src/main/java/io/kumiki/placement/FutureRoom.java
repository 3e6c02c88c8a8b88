package io.kumiki.placement;

import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// What is free while a queue runs ahead, by what those who wait want.
final class FutureRoom {
    private final ClusterView view;
    private final CountedRooms counted;
    private final Map<Forecast.Shape, ShapeRooms> rooms = new IdentityHashMap<>();
    private @Nullable Outside outside;

    /// As whoever may not use the nodes sees it that are kept for another.
    private record Outside(Forecast.Kept of, CountedRooms counted, Map<Forecast.Shape, ShapeRooms> rooms) {}

    /// @param view changed in place, by nobody else
    FutureRoom(ClusterView view, Topology topology) {
        this.view = view;
        this.counted = new CountedRooms(view, topology);
    }

    ShapeRooms of(Forecast.Shape shape) {
        return rooms.computeIfAbsent(shape, s -> new ShapeRooms(s, counted));
    }

    /// Without the nodes that are kept.
    ShapeRooms of(Forecast.Shape shape, Forecast.Kept without) {
        Outside known = outside;
        if (known == null || known.of() != without) {
            known = new Outside(without, counted.without(without.nodes()), new IdentityHashMap<>());
            outside = known;
        }
        CountedRooms there = known.counted();
        return known.rooms().computeIfAbsent(shape, s -> new ShapeRooms(s, there));
    }

    void take(List<BackfillPlanner.Held> held) {
        held.forEach(each -> view.place(each.demand(), each.node(), each.devices()));
        changed(held, false);
    }

    void release(List<BackfillPlanner.Held> held) {
        held.forEach(each -> view.release(each.demand(), each.node(), each.devices()));
        changed(held, true);
    }

    private void changed(List<BackfillPlanner.Held> held, boolean freed) {
        var nodes = new BitSet();
        held.forEach(each -> nodes.set(each.node()));
        Outside other = outside;
        nodes.stream().forEach(n -> {
            counted.changed(n, freed);
            if (other != null) {
                other.counted().changed(n, freed);
            }
        });
    }

    /// Where and when it will start; null where it would not even with everybody gone.
    ///
    /// @param running first who ends first; not changed
    Forecast.@Nullable Kept keep(Forecast.Waiting head, PriorityQueue<BackfillPlanner.Running> running, long now) {
        ClusterView later = view.copy();
        ShapeRooms room = of(head.shape()).on(later);
        var ends = new PriorityQueue<>(running);
        for (var end = ends.poll(); end != null; end = ends.poll()) {
            for (BackfillPlanner.Held held : end.held()) {
                later.release(held.demand(), held.node(), held.devices());
                room.changed(held.node(), true);
            }
            GangPlacement.Placed placed = room.fit();
            if (placed != null) {
                var nodes = new BitSet();
                placed.slots().forEach(row -> row.forEach(slot -> nodes.set(slot.node())));
                return new Forecast.Kept(head.id(), Math.max(now, end.expectedEnd()), nodes);
            }
        }
        return null;
    }
}
