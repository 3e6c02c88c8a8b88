package io.kumiki.placement;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Rooms of a view that changes, by what members want: shapes of which the members want the same share them.
final class CountedRooms {
    private record Wanted(Demand demand, BitSet able) {}

    private final ClusterView view;
    private final Topology topology;
    private final @Nullable CountedRooms around;
    private final BitSet closed;
    private final Map<Wanted, MemberRooms> rooms = new HashMap<>();

    CountedRooms(ClusterView view, Topology topology) {
        this(view, topology, null, new BitSet());
    }

    private CountedRooms(ClusterView view, Topology topology, @Nullable CountedRooms around, BitSet closed) {
        this.view = view;
        this.topology = topology;
        this.around = around;
        this.closed = closed;
    }

    /// The same view as whoever may not use these nodes sees it; to be told of changes, too.
    CountedRooms without(BitSet nodes) {
        return new CountedRooms(view, topology, this, nodes);
    }

    /// The same rooms on an equal view that changes by itself; only those of one shape.
    CountedRooms on(ClusterView copy, Forecast.Shape shape) {
        var counted = new CountedRooms(copy, topology, null, closed);
        for (GangSpec variant : shape.variants()) {
            for (int r = 0; r < variant.roles().size(); r++) {
                Demand demand = variant.roles().get(r).demand();
                BitSet able = shape.able().get(r);
                counted.rooms.put(new Wanted(demand, able), of(demand, able).copy());
            }
        }
        return counted;
    }

    /// @param able nodes that the members may use at all; nobody changes it
    MemberRooms of(Demand demand, BitSet able) {
        return rooms.computeIfAbsent(
                new Wanted(demand, able),
                _ -> around == null
                        ? new MemberRooms(demand, view, topology, able::get)
                        : around.of(demand, able).without(closed));
    }

    /// @param freed something was given back on the node, at least
    void changed(int n, boolean freed) {
        rooms.values().forEach(of -> of.changed(view, n, freed));
    }

    ClusterView view() {
        return view;
    }

    Topology topology() {
        return topology;
    }
}
