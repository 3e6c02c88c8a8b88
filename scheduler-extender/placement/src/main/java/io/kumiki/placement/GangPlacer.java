package io.kumiki.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Places gangs by counting rooms per topology domain, never by scanning the cluster once a member.
///
/// 1. Take the narrowest level at which some domain has room for the whole gang, no wider than the required one,
///    starting at the preferred one.
/// 2. Among those domains take the one with the least room (best fit; ties to the first).
/// 3. Inside it fill the narrower domains: as soon as one holds the rest, the one with least room that does; else
///    the one with most.
///
/// Deterministic: the same view and spec give the same slots.
public final class GangPlacer {
    private final ClusterView view;
    private final Topology topology;
    private final BitSet avoided;

    public GangPlacer(ClusterView view, Topology topology) {
        this(view, topology, new BitSet());
    }

    /// @param avoided nodes that are kept for somebody else; the caller does not change it meanwhile
    public GangPlacer(ClusterView view, Topology topology, BitSet avoided) {
        this.view = view;
        this.topology = topology;
        this.avoided = avoided;
    }

    /// Decides only; the view is unchanged.
    public GangPlacement place(GangSpec gang) {
        int widest = gang.required() == null ? -1 : level(gang.required());
        int narrowest =
                gang.preferred() == null ? topology.levels().size() - 1 : Math.max(widest, level(gang.preferred()));
        List<GangSpec.Role> bySize = gang.roles().stream().sorted(LARGEST_FIRST).toList();
        for (int level = narrowest; level >= widest; level--) {
            for (int domain : candidates(bySize, level)) {
                var slots = fill(bySize, level, domain);
                if (slots != null) {
                    return placed(gang, bySize, slots, level, domain);
                }
            }
        }
        return refusal(gang, widest);
    }

    private static final Comparator<GangSpec.Role> LARGEST_FIRST = Comparator.comparingLong(
                    (GangSpec.Role r) -> -r.demand().totalGpuMilli())
            .thenComparingInt(r -> -r.demand().cpuMilli());

    private int level(String name) {
        int level = topology.level(name);
        if (level < 0) {
            throw new IllegalArgumentException("the topology has no level '" + name + "'; it has " + topology.levels());
        }
        return level;
    }

    /// Domains in which every role's minimum has room when looked at alone, least room first.
    private int[] candidates(List<GangSpec.Role> roles, int level) {
        int domains = level < 0 ? 1 : topology.domains(level);
        boolean[] able = new boolean[domains];
        Arrays.fill(able, true);
        long[] room = new long[domains];
        for (GangSpec.Role role : roles) {
            int[] rooms = roomPerDomain(role.demand(), level, domains);
            for (int d = 0; d < domains; d++) {
                able[d] &= rooms[d] >= role.min();
                room[d] += rooms[d];
            }
        }
        var order = new ArrayList<Integer>();
        for (int d = 0; d < domains; d++) {
            if (able[d]) {
                order.add(d);
            }
        }
        order.sort(Comparator.comparingLong((Integer d) -> room[d]).thenComparing(d -> d));
        return order.stream().mapToInt(Integer::intValue).toArray();
    }

    private int[] roomPerDomain(Demand demand, int level, int domains) {
        int[] rooms = new int[domains];
        for (int n = 0; n < view.size(); n++) {
            rooms[level < 0 ? 0 : topology.domainOf(level, n)] +=
                    room(demand, n, view.cpuFree(n), view.memoryFree(n), view.podsFree(n), view.remnants(n));
        }
        return rooms;
    }

    /// Members of this demand that the node could take.
    private int room(Demand demand, int n, int cpu, int memory, int pods, int[] remnants) {
        if (avoided.get(n) || !demand.allows(view.node(n).model())) {
            return 0;
        }
        int room = pods;
        room = demand.cpuMilli() == 0 ? room : Math.min(room, cpu / demand.cpuMilli());
        room = demand.memoryMib() == 0 ? room : Math.min(room, memory / demand.memoryMib());
        if (demand.gpus() > 0 && room > 0) {
            int devices = 0;
            for (int remnant : remnants) {
                devices += remnant / demand.gpuMilli();
            }
            room = Math.min(room, devices / demand.gpus());
        }
        return room;
    }

    /// What is left on the domain's nodes while one gang is tried; the view itself is not touched.
    private final class Trial {
        final List<Integer> nodes = new ArrayList<>();
        final int[] cpu;
        final int[] memory;
        final int[] pods;
        final int[][] remnants;

        Trial(int level, int domain) {
            for (int n = 0; n < view.size(); n++) {
                if (level < 0 || topology.domainOf(level, n) == domain) {
                    nodes.add(n);
                }
            }
            cpu = new int[nodes.size()];
            memory = new int[nodes.size()];
            pods = new int[nodes.size()];
            remnants = new int[nodes.size()][];
            for (int i = 0; i < nodes.size(); i++) {
                int n = nodes.get(i);
                cpu[i] = view.cpuFree(n);
                memory[i] = view.memoryFree(n);
                pods[i] = view.podsFree(n);
                remnants[i] = view.remnants(n).clone();
            }
        }

        int room(Demand demand, int i) {
            return GangPlacer.this.room(demand, nodes.get(i), cpu[i], memory[i], pods[i], remnants[i]);
        }

        GangPlacement.Slot take(Demand demand, int i) {
            int[] devices = new int[demand.gpus()];
            int found = 0;
            for (int d = 0; d < remnants[i].length && found < devices.length; d++) {
                if (remnants[i][d] >= demand.gpuMilli()) {
                    remnants[i][d] -= demand.gpuMilli();
                    devices[found++] = d;
                }
            }
            cpu[i] -= demand.cpuMilli();
            memory[i] -= demand.memoryMib();
            pods[i]--;
            return new GangPlacement.Slot(nodes.get(i), devices);
        }
    }

    /// Minimum of every role first, then as many more as fit; null where some minimum found no room.
    private @Nullable List<List<GangPlacement.Slot>> fill(List<GangSpec.Role> roles, int level, int domain) {
        var trial = new Trial(level, domain);
        List<List<GangPlacement.Slot>> slots = new ArrayList<>();
        for (GangSpec.Role role : roles) {
            var taken = new ArrayList<GangPlacement.Slot>();
            take(trial, role.demand(), role.min(), level + 1, all(trial), taken);
            if (taken.size() < role.min()) {
                return null;
            }
            slots.add(taken);
        }
        for (int r = 0; r < roles.size(); r++) {
            GangSpec.Role role = roles.get(r);
            take(trial, role.demand(), role.max() - slots.get(r).size(), level + 1, all(trial), slots.get(r));
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
            Trial trial, Demand demand, int wanted, int level, List<Integer> nodes, List<GangPlacement.Slot> taken) {
        int left = wanted;
        List<List<Integer>> groups = groups(trial, level, nodes);
        int[] rooms = new int[groups.size()];
        for (int g = 0; g < rooms.length; g++) {
            for (int i : groups.get(g)) {
                rooms[g] += trial.room(demand, i);
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
                    taken.add(trial.take(demand, groups.get(g).getFirst()));
                }
            } else {
                take(trial, demand, share, level + 1, groups.get(g), taken);
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
        var groups = new java.util.TreeMap<Integer, List<Integer>>();
        for (int i : nodes) {
            groups.computeIfAbsent(topology.domainOf(level, trial.nodes.get(i)), _ -> new ArrayList<>())
                    .add(i);
        }
        return List.copyOf(groups.values());
    }

    private GangPlacement placed(
            GangSpec gang, List<GangSpec.Role> bySize, List<List<GangPlacement.Slot>> slots, int level, int domain) {
        List<List<GangPlacement.Slot>> ordered = gang.roles().stream()
                .map(role -> slots.get(identity(bySize, role)))
                .toList();
        return level < 0
                ? new GangPlacement.Placed(ordered, null, null)
                : new GangPlacement.Placed(ordered, topology.levels().get(level), topology.name(level, domain));
    }

    private static int identity(List<GangSpec.Role> roles, GangSpec.Role role) {
        for (int i = 0; i < roles.size(); i++) {
            if (roles.get(i) == role) {
                return i;
            }
        }
        throw new IllegalStateException("a role of the gang went missing");
    }

    private GangPlacement refusal(GangSpec gang, int level) {
        var now = shortage(gang, level, view, topology);
        var empty = new GangPlacer(emptied(), topology);
        boolean ever = empty.candidates(gang.roles(), level).length > 0
                && Arrays.stream(empty.candidates(gang.roles(), level))
                        .anyMatch(d -> empty.fill(
                                        gang.roles().stream()
                                                .sorted(LARGEST_FIRST)
                                                .toList(),
                                        level,
                                        d)
                                != null);
        return ever
                ? new GangPlacement.Waiting(now)
                : new GangPlacement.Impossible(shortage(gang, level, empty.view, topology));
    }

    private ClusterView emptied() {
        List<NodeSpec> nodes = new ArrayList<>();
        for (int n = 0; n < view.size(); n++) {
            nodes.add(view.node(n));
        }
        return new ClusterView(nodes);
    }

    /// The role that is shortest of room in its best domain; where none is short alone, the largest, unproven.
    private static GangPlacement.Shortage shortage(GangSpec gang, int level, ClusterView view, Topology topology) {
        var placer = new GangPlacer(view, topology);
        int domains = level < 0 ? 1 : topology.domains(level);
        GangPlacement.Shortage worst = null;
        for (GangSpec.Role role : gang.roles().stream().sorted(LARGEST_FIRST).toList()) {
            int[] rooms = placer.roomPerDomain(role.demand(), level, domains);
            int best = 0;
            for (int d = 1; d < domains; d++) {
                best = rooms[d] > rooms[best] ? d : best;
            }
            var shortage = new GangPlacement.Shortage(
                    role.name(),
                    role.min(),
                    rooms[best],
                    level < 0 ? null : topology.levels().get(level),
                    level < 0 ? null : topology.name(level, best),
                    rooms[best] < role.min(),
                    removed(role.demand(), view));
            if (worst == null || (shortage.proven() && !worst.proven())) {
                worst = shortage;
            }
        }
        return java.util.Objects.requireNonNull(worst);
    }

    private static Placement.Removed removed(Demand demand, ClusterView view) {
        int model = 0;
        int devices = 0;
        int cpu = 0;
        int memory = 0;
        int pods = 0;
        for (int n = 0; n < view.size(); n++) {
            if (!demand.allows(view.node(n).model())) {
                model++;
            } else if (!view.devicesFit(demand, n)) {
                devices++;
            } else if (view.cpuFree(n) < demand.cpuMilli()) {
                cpu++;
            } else if (view.memoryFree(n) < demand.memoryMib()) {
                memory++;
            } else if (view.podsFree(n) < 1) {
                pods++;
            }
        }
        return new Placement.Removed(model, devices, cpu, memory, pods);
    }
}
