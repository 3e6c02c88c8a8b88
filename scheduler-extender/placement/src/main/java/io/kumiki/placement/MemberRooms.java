package io.kumiki.placement;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// How many members of one demand each node of a view could take, and each place of the topology: counted once, and
/// from then on where somebody says that a node has changed.
final class MemberRooms {
    private static final long UNKNOWN = -1;

    private final Demand demand;
    private final Topology topology;
    private final IntPredicate able;
    private final int[] rooms;
    /// By level, the whole cluster last; counted when first asked for.
    private final long[] @Nullable [] sums;
    private final long[] most;
    private long changes;
    private long frees;

    /// @param able nodes that the members may use at all
    MemberRooms(Demand demand, ClusterView view, Topology topology, IntPredicate able) {
        this.demand = demand;
        this.topology = topology;
        this.able = able;
        this.rooms = new int[view.size()];
        this.sums = new long[topology.levels().size() + 1][];
        this.most = new long[sums.length];
        Arrays.fill(most, UNKNOWN);
        for (int n = 0; n < rooms.length; n++) {
            rooms[n] = able.test(n) ? Trial.room(view, demand, n) : 0;
        }
    }

    private MemberRooms(MemberRooms of, IntPredicate able) {
        demand = of.demand;
        topology = of.topology;
        this.able = able;
        rooms = of.rooms.clone();
        sums = new long[of.sums.length][];
        for (int i = 0; i < sums.length; i++) {
            long[] sum = of.sums[i];
            sums[i] = sum == null ? null : sum.clone();
        }
        most = of.most.clone();
    }

    MemberRooms copy() {
        return new MemberRooms(this, able);
    }

    /// The same, but for these nodes.
    MemberRooms without(BitSet nodes) {
        var without = new MemberRooms(this, n -> !nodes.get(n) && able.test(n));
        for (int n = nodes.nextSetBit(0); n >= 0 && n < rooms.length; n = nodes.nextSetBit(n + 1)) {
            without.set(n, 0);
        }
        return without;
    }

    boolean able(int n) {
        return able.test(n);
    }

    int at(int n) {
        return rooms[n];
    }

    long in(Topology.Place place) {
        if (place.domain() >= 0) {
            return sums(place.level())[place.domain()];
        }
        long sum = 0;
        for (int n : place.nodes()) {
            sum += rooms[n];
        }
        return sum;
    }

    /// Per domain of the level; the caller does not change it.
    long[] sums(int level) {
        int index = index(level);
        long[] known = sums[index];
        if (known == null) {
            known = new long[level < 0 ? 1 : topology.domains(level)];
            for (int n = 0; n < rooms.length; n++) {
                known[level < 0 ? 0 : topology.domainOf(level, n)] += rooms[n];
            }
            sums[index] = known;
        }
        return known;
    }

    /// Of the domain of the level that has most.
    long most(int level) {
        int index = index(level);
        if (most[index] == UNKNOWN) {
            most[index] = Arrays.stream(sums(level)).max().orElse(0);
        }
        return most[index];
    }

    private int index(int level) {
        return level < 0 ? sums.length - 1 : level;
    }

    /// @param freed something was given back, at least
    void changed(ClusterView view, int n, boolean freed) {
        if (able.test(n)) {
            changes++;
            frees += freed ? 1 : 0;
            set(n, Trial.room(view, demand, n));
        }
    }

    private void set(int n, int room) {
        int more = room - rooms[n];
        rooms[n] = room;
        for (int index = 0; index < sums.length && more != 0; index++) {
            long[] known = sums[index];
            if (known != null) {
                int d = index == sums.length - 1 ? 0 : topology.domainOf(index, n);
                long before = known[d];
                known[d] += more;
                if (most[index] != UNKNOWN) {
                    most[index] =
                            more > 0 ? Math.max(most[index], known[d]) : before == most[index] ? UNKNOWN : most[index];
                }
            }
        }
    }

    /// How often one of the nodes changed.
    long changes() {
        return changes;
    }

    /// How often something was given back on one of the nodes.
    long frees() {
        return frees;
    }
}
