package io.kumiki.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Places gangs by counting rooms per topology domain, never by scanning the cluster once a member.
///
/// 1. Take the narrowest level at which some domain has room for the whole gang, no wider than the required one,
///    starting at the preferred one.
/// 2. Among those domains take the one with the least room (best fit; ties to the first).
/// 3. Inside it fill the narrower domains: as soon as one holds the rest, the one with least room that does; else
///    the one with most. Where several roles do not fit that way, every mix of them on the nodes is tried, up to a
///    number of steps.
///
/// Deterministic: the same view and spec give the same slots.
public final class GangPlacer {
    /// Steps of the exact search in one call: a few tens of milliseconds.
    private static final int STEPS = 200_000;

    private static final Comparator<GangSpec.Role> LARGEST_FIRST = Comparator.comparingLong(
                    (GangSpec.Role r) -> -r.demand().totalGpuMilli())
            .thenComparingInt(r -> -r.demand().cpuMilli());

    /// Which nodes a role may use at all: labels, taints, what is kept for others.
    @FunctionalInterface
    public interface Allowed {
        boolean on(GangSpec.Role role, int node);
    }

    /// A GPU type that would do.
    public record Alternative(String model, double speed) {}

    private final ClusterView view;
    private final Topology topology;
    private final Allowed allowed;
    private final @Nullable Known known;

    /// How many members of a role a node could take, where somebody keeps count; as `allowed` has it.
    interface Known {
        int room(GangSpec.Role role, int node);
    }

    public GangPlacer(ClusterView view, Topology topology) {
        this(view, topology, (_, _) -> true);
    }

    /// @param avoided nodes that are kept for somebody else; the caller does not change it meanwhile
    public GangPlacer(ClusterView view, Topology topology, BitSet avoided) {
        this(view, topology, (_, n) -> !avoided.get(n));
    }

    public GangPlacer(ClusterView view, Topology topology, Allowed allowed) {
        this(view, topology, allowed, null);
    }

    GangPlacer(ClusterView view, Topology topology, Allowed allowed, @Nullable Known known) {
        this.view = view;
        this.topology = topology;
        this.allowed = allowed;
        this.known = known;
    }

    /// One type for the whole gang: the fastest that fits now, of equal ones the first. A refusal speaks of the
    /// fastest that could ever hold it.
    public GangPlacement place(GangSpec gang, List<Alternative> alternatives) {
        if (alternatives.isEmpty()) {
            return place(gang);
        }
        GangPlacement refusal = null;
        List<Alternative> fastest = alternatives.stream()
                .sorted(Comparator.comparingDouble((Alternative a) -> -a.speed()))
                .toList();
        for (Alternative alternative : fastest) {
            GangPlacement answer = place(gang.on(List.of(alternative.model())));
            if (answer instanceof GangPlacement.Placed) {
                return answer;
            }
            if (refusal == null
                    || (refusal instanceof GangPlacement.Impossible && answer instanceof GangPlacement.Waiting)) {
                refusal = answer;
            }
        }
        return java.util.Objects.requireNonNull(refusal);
    }

    /// Decides only; the view is unchanged.
    public GangPlacement place(GangSpec gang) {
        int widest = gang.required() == null ? -1 : level(gang.required());
        Attempt attempt = attempt(gang, widest);
        if (attempt.slots != null) {
            return placed(gang, attempt);
        }
        var empty = new GangPlacer(view.emptied(), topology, allowed);
        Attempt ever = empty.attempt(gang, widest);
        return ever.slots != null || ever.gaveUp()
                ? new GangPlacement.Waiting(refusal(widest, attempt))
                : new GangPlacement.Impossible(empty.refusal(widest, ever));
    }

    /// Only whether and where, without a proof where not.
    public Optional<GangPlacement.Placed> fit(GangSpec gang) {
        Attempt attempt = attempt(gang, gang.required() == null ? -1 : level(gang.required()));
        return attempt.slots == null ? Optional.empty() : Optional.of(placed(gang, attempt));
    }

    /// How far one search came.
    private static final class Attempt {
        final List<GangSpec.Role> roles;
        final BitSet gaveUpAt = new BitSet();
        int steps = STEPS;
        int level;
        int domain;

        @Nullable
        List<List<GangPlacement.Slot>> slots;

        Attempt(List<GangSpec.Role> roles) {
            this.roles = roles;
        }

        boolean gaveUp() {
            return !gaveUpAt.isEmpty();
        }
    }

    private Attempt attempt(GangSpec gang, int widest) {
        int narrowest =
                gang.preferred() == null ? topology.levels().size() - 1 : Math.max(widest, level(gang.preferred()));
        var attempt = new Attempt(gang.roles().stream().sorted(LARGEST_FIRST).toList());
        for (int level = narrowest; level >= widest; level--) {
            attempt.gaveUpAt.clear();
            List<List<Integer>> nodes = topology.nodes(level);
            for (int domain : candidates(attempt.roles, nodes)) {
                attempt.slots = fill(attempt, nodes.get(domain), level, domain);
                if (attempt.slots != null) {
                    attempt.level = level;
                    attempt.domain = domain;
                    return attempt;
                }
            }
        }
        return attempt;
    }

    private int level(String name) {
        int level = topology.level(name);
        if (level < 0) {
            throw new IllegalArgumentException("the topology has no level '" + name + "'; it has " + topology.levels());
        }
        return level;
    }

    /// Domains in which every role's minimum has room when looked at alone, least room first.
    private int[] candidates(List<GangSpec.Role> roles, List<List<Integer>> nodes) {
        boolean[] able = new boolean[nodes.size()];
        Arrays.fill(able, true);
        long[] room = new long[nodes.size()];
        for (GangSpec.Role role : roles) {
            int[] rooms = rooms(role, nodes);
            for (int d = 0; d < rooms.length; d++) {
                able[d] &= rooms[d] >= role.min();
                room[d] += rooms[d];
            }
        }
        var order = new ArrayList<Integer>();
        for (int d = 0; d < able.length; d++) {
            if (able[d]) {
                order.add(d);
            }
        }
        order.sort(Comparator.comparingLong((Integer d) -> room[d]).thenComparing(d -> d));
        return order.stream().mapToInt(Integer::intValue).toArray();
    }

    private int[] rooms(GangSpec.Role role, List<List<Integer>> nodes) {
        int[] rooms = new int[nodes.size()];
        for (int d = 0; d < rooms.length; d++) {
            for (int n : nodes.get(d)) {
                rooms[d] += known == null ? Trial.room(view, allowed, role, n) : known.room(role, n);
            }
        }
        return rooms;
    }

    /// Minimum of every role first, then as many more as fit; null where some minimum found no room.
    private @Nullable List<List<GangPlacement.Slot>> fill(Attempt attempt, List<Integer> nodes, int level, int domain) {
        List<GangSpec.Role> roles = attempt.roles;
        var trial = new Trial(view, allowed, nodes);
        List<List<GangPlacement.Slot>> slots = greedy(trial, roles, level);
        if (slots == null && roles.size() > 1) {
            trial = new Trial(view, allowed, nodes);
            var search = new Combination(trial, roles, attempt.steps);
            Combination.Outcome outcome = search.search();
            attempt.steps = search.stepsLeft();
            if (outcome == Combination.Outcome.GAVE_UP) {
                attempt.gaveUpAt.set(domain);
            }
            slots = outcome == Combination.Outcome.FOUND ? search.slots() : null;
        }
        if (slots == null) {
            return null;
        }
        for (int r = 0; r < roles.size(); r++) {
            GangSpec.Role role = roles.get(r);
            take(trial, role, role.max() - slots.get(r).size(), level + 1, all(trial), slots.get(r));
        }
        return slots;
    }

    private @Nullable List<List<GangPlacement.Slot>> greedy(Trial trial, List<GangSpec.Role> roles, int level) {
        List<List<GangPlacement.Slot>> slots = new ArrayList<>();
        for (GangSpec.Role role : roles) {
            var taken = new ArrayList<GangPlacement.Slot>();
            take(trial, role, role.min(), level + 1, all(trial), taken);
            if (taken.size() < role.min()) {
                return null;
            }
            slots.add(taken);
        }
        return slots;
    }

    private static List<Integer> all(Trial trial) {
        var all = new ArrayList<Integer>();
        for (int i = 0; i < trial.nodes.size(); i++) {
            all.add(i);
        }
        return all;
    }

    /// Fills `wanted` members into these nodes of the trial, narrower domain by narrower domain.
    private void take(
            Trial trial,
            GangSpec.Role role,
            int wanted,
            int level,
            List<Integer> nodes,
            List<GangPlacement.Slot> taken) {
        if (wanted <= 0) {
            return;
        }
        int left = wanted;
        List<List<Integer>> groups = groups(trial, level, nodes);
        int[] rooms = new int[groups.size()];
        for (int g = 0; g < rooms.length; g++) {
            for (int i : groups.get(g)) {
                rooms[g] += trial.room(role, i);
            }
        }
        while (left > 0) {
            int g = choose(rooms, left);
            if (g < 0) {
                return;
            }
            int share = Math.min(left, rooms[g]);
            if (level >= topology.levels().size()) {
                for (int i = 0; i < share; i++) {
                    taken.add(trial.take(role.demand(), groups.get(g).getFirst()));
                }
            } else {
                take(trial, role, share, level + 1, groups.get(g), taken);
            }
            rooms[g] = 0;
            left -= share;
        }
    }

    /// The group with least room that holds all that is left, else the one with most room; -1 where there is none.
    private static int choose(int[] rooms, int left) {
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

    /// The nodes by their domain at this level; below the last level each node stands alone.
    private List<List<Integer>> groups(Trial trial, int level, List<Integer> nodes) {
        if (level >= topology.levels().size()) {
            return nodes.stream().map(List::of).toList();
        }
        @SuppressWarnings({"unchecked", "rawtypes"})
        @Nullable
        List<Integer>[] byDomain = new List[topology.domains(level)];
        for (int i : nodes) {
            int d = topology.domainOf(level, trial.nodes.get(i));
            List<Integer> there = byDomain[d];
            if (there == null) {
                there = new ArrayList<>();
                byDomain[d] = there;
            }
            there.add(i);
        }
        List<List<Integer>> groups = new ArrayList<>();
        for (List<Integer> there : byDomain) {
            if (there != null) {
                groups.add(there);
            }
        }
        return groups;
    }

    private GangPlacement.Placed placed(GangSpec gang, Attempt attempt) {
        List<List<GangPlacement.Slot>> slots = java.util.Objects.requireNonNull(attempt.slots);
        List<List<GangPlacement.Slot>> ordered = gang.roles().stream()
                .map(role -> slots.get(identity(attempt.roles, role)))
                .toList();
        return attempt.level < 0
                ? new GangPlacement.Placed(ordered, null, null)
                : new GangPlacement.Placed(
                        ordered, topology.levels().get(attempt.level), topology.name(attempt.level, attempt.domain));
    }

    private static int identity(List<GangSpec.Role> roles, GangSpec.Role role) {
        for (int i = 0; i < roles.size(); i++) {
            if (roles.get(i) == role) {
                return i;
            }
        }
        throw new IllegalStateException("a role of the gang went missing");
    }

    private GangPlacement.Certificate refusal(int level, Attempt attempt) {
        List<List<Integer>> nodes = topology.nodes(level);
        List<int[]> rooms =
                attempt.roles.stream().map(role -> rooms(role, nodes)).toList();
        List<String> domains = new ArrayList<>();
        for (int d = 0; d < nodes.size(); d++) {
            domains.add(level < 0 ? "" : topology.name(level, d));
        }
        var refusal = new Refusal(view, allowed, attempt.roles);
        return refusal.certificate(level < 0 ? null : topology.levels().get(level), domains, rooms, attempt.gaveUpAt);
    }
}
