package io.kumiki.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One search for the place of one gang, out of counted rooms.
///
/// 1. Take the narrowest level at which some domain has room for the whole gang, no wider than the required one,
///    starting at the preferred one.
/// 2. Among those domains take the one with the least room (best fit; ties to the first).
/// 3. Inside it fill the narrower domains: as soon as one holds the rest, the one with least room that does; else
///    the one with most. Where several roles do not fit that way, every mix of them on the nodes is tried, up to a
///    number of steps.
final class GangSearch {
    /// Steps of the exact search in one call: a few tens of milliseconds.
    private static final int STEPS = 200_000;

    private static final Comparator<GangSpec.Role> LARGEST_FIRST = Comparator.comparingLong(
                    (GangSpec.Role r) -> -r.demand().totalGpuMilli())
            .thenComparingInt(r -> -r.demand().cpuMilli());

    private final ClusterView view;
    private final Topology topology;
    private final GangSpec gang;
    /// Largest first.
    private final List<Trial.Wanted> roles;

    private final int widest;
    private final BitSet gaveUpAt = new BitSet();
    private boolean everGaveUp;
    private int steps = STEPS;

    /// @param rooms for the members of each role
    GangSearch(ClusterView view, Topology topology, GangSpec gang, Function<GangSpec.Role, MemberRooms> rooms) {
        this.view = view;
        this.topology = topology;
        this.gang = gang;
        this.roles = gang.roles().stream()
                .sorted(LARGEST_FIRST)
                .map(role -> new Trial.Wanted(role, rooms.apply(role)))
                .toList();
        this.widest = widest(topology, gang);
    }

    /// The level inside a domain of which all members must lie; -1 for the whole cluster.
    static int widest(Topology topology, GangSpec gang) {
        String required = gang.required();
        return required == null ? -1 : level(topology, required);
    }

    private static int level(Topology topology, String name) {
        int level = topology.level(name);
        if (level < 0) {
            throw new IllegalArgumentException("the topology has no level '" + name + "'; it has " + topology.levels());
        }
        return level;
    }

    /// Null where no place holds it.
    GangPlacement.@Nullable Placed placed() {
        String preferred = gang.preferred();
        int narrowest = preferred == null ? topology.levels().size() - 1 : Math.max(widest, level(topology, preferred));
        for (int level = narrowest; level >= widest; level--) {
            gaveUpAt.clear();
            List<Topology.Place> places = topology.places(level);
            for (int domain : candidates(level)) {
                List<List<GangPlacement.Slot>> slots = fill(places.get(domain));
                if (slots != null) {
                    return placed(slots, level, domain);
                }
            }
        }
        return null;
    }

    /// Whether not every mix of the roles was tried in some domain of the widest level.
    boolean gaveUp() {
        return !gaveUpAt.isEmpty();
    }

    /// The same, of any level.
    boolean everGaveUp() {
        return everGaveUp;
    }

    /// Domains in which every role's minimum has room when looked at alone, least room first.
    private int[] candidates(int level) {
        long[] room = roles.getFirst().rooms().sums(level).clone();
        long[] order = new long[room.length];
        int found = 0;
        for (int r = 1; r < roles.size(); r++) {
            long[] more = roles.get(r).rooms().sums(level);
            for (int d = 0; d < room.length; d++) {
                room[d] += more[d];
            }
        }
        for (int d = 0; d < room.length; d++) {
            boolean able = true;
            for (Trial.Wanted of : roles) {
                able &= of.rooms().sums(level)[d] >= of.role().min();
            }
            if (able) {
                order[found++] = room[d] * room.length + d;
            }
        }
        Arrays.sort(order, 0, found);
        return Arrays.stream(order, 0, found)
                .mapToInt(key -> (int) (key % room.length))
                .toArray();
    }

    /// Minimum of every role first, then as many more as fit; null where some minimum found no room.
    private @Nullable List<List<GangPlacement.Slot>> fill(Topology.Place place) {
        var trial = new Trial(view);
        List<List<GangPlacement.Slot>> slots = greedy(trial, place);
        if (slots == null && roles.size() > 1) {
            trial = new Trial(view);
            var search = new Combination(trial, roles, place.nodes(), steps);
            Combination.Outcome outcome = search.search();
            steps = search.stepsLeft();
            if (outcome == Combination.Outcome.GAVE_UP) {
                gaveUpAt.set(place.domain());
                everGaveUp = true;
            }
            slots = outcome == Combination.Outcome.FOUND ? search.slots() : null;
        }
        if (slots == null) {
            return null;
        }
        for (int r = 0; r < roles.size(); r++) {
            Trial.Wanted of = roles.get(r);
            new Take(trial, of, slots.get(r))
                    .from(place, of.role().max() - slots.get(r).size());
        }
        return slots;
    }

    private @Nullable List<List<GangPlacement.Slot>> greedy(Trial trial, Topology.Place place) {
        List<List<GangPlacement.Slot>> slots = new ArrayList<>();
        for (Trial.Wanted of : roles) {
            var taken = new ArrayList<GangPlacement.Slot>();
            new Take(trial, of, taken).from(place, of.role().min());
            if (taken.size() < of.role().min()) {
                return null;
            }
            slots.add(taken);
        }
        return slots;
    }

    /// Members of one role, put narrower place by narrower place. It comes to each place once, so what is counted
    /// there is not what itself has taken.
    private record Take(Trial trial, Trial.Wanted of, List<GangPlacement.Slot> taken, boolean counted) {
        Take(Trial trial, Trial.Wanted of, List<GangPlacement.Slot> taken) {
            this(trial, of, taken, trial.isUntouched());
        }

        void from(Topology.Place place, int wanted) {
            int left = wanted;
            if (left <= 0) {
                return;
            }
            boolean alone = place.parts().isEmpty();
            long[] rooms = alone ? nodes(place.nodes()) : parts(place.parts());
            while (left > 0) {
                int g = choose(rooms, left);
                if (g < 0) {
                    return;
                }
                int share = (int) Math.min(left, rooms[g]);
                if (alone) {
                    for (int i = 0; i < share; i++) {
                        taken.add(trial.take(of.role().demand(), place.nodes()[g]));
                    }
                } else {
                    from(place.parts().get(g), share);
                }
                rooms[g] = 0;
                left -= share;
            }
        }

        private long[] nodes(int[] nodes) {
            long[] rooms = new long[nodes.length];
            for (int i = 0; i < rooms.length; i++) {
                rooms[i] = trial.room(of, nodes[i]);
            }
            return rooms;
        }

        private long[] parts(List<Topology.Place> parts) {
            long[] rooms = new long[parts.size()];
            for (int g = 0; g < rooms.length; g++) {
                rooms[g] = counted
                        ? of.rooms().in(parts.get(g))
                        : Arrays.stream(nodes(parts.get(g).nodes())).sum();
            }
            return rooms;
        }
    }

    /// The group with least room that holds all that is left, else the one with most room; -1 where there is none.
    private static int choose(long[] rooms, int left) {
        int enough = -1;
        int most = -1;
        for (int g = 0; g < rooms.length; g++) {
            if (rooms[g] >= left && (enough < 0 || rooms[g] < rooms[enough])) {
                enough = g;
            }
            if (rooms[g] > 0 && (most < 0 || rooms[g] > rooms[most])) {
                most = g;
            }
        }
        return enough >= 0 ? enough : most;
    }

    private GangPlacement.Placed placed(List<List<GangPlacement.Slot>> slots, int level, int domain) {
        List<List<GangPlacement.Slot>> ordered = new ArrayList<>();
        for (GangSpec.Role role : gang.roles()) {
            ordered.add(slots.get(index(role)));
        }
        return level < 0
                ? new GangPlacement.Placed(List.copyOf(ordered), null, null)
                : new GangPlacement.Placed(
                        List.copyOf(ordered), topology.levels().get(level), topology.name(level, domain));
    }

    private int index(GangSpec.Role role) {
        for (int i = 0; i < roles.size(); i++) {
            if (roles.get(i).role() == role) {
                return i;
            }
        }
        throw new IllegalStateException("a role of the gang went missing");
    }

    /// Why no place holds it, after [#placed] found none.
    GangPlacement.Certificate refusal() {
        List<String> domains = new ArrayList<>();
        for (Topology.Place place : topology.places(widest)) {
            domains.add(widest < 0 ? "" : topology.name(widest, place.domain()));
        }
        return new Refusal(view, roles)
                .certificate(widest < 0 ? null : topology.levels().get(widest), domains, widest, gaveUpAt);
    }
}
