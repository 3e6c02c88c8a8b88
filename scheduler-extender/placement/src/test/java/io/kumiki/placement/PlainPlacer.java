package io.kumiki.placement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// The placer's rules as they are said, with nothing counted before it is asked for and nothing remembered: each node
/// is looked at each time, on a copy of the view from which everything is really taken.
final class PlainPlacer {
    private final ClusterView view;
    private final Topology topology;
    private final GangPlacer.Allowed allowed;

    PlainPlacer(ClusterView view, Topology topology, GangPlacer.Allowed allowed) {
        this.view = view;
        this.topology = topology;
        this.allowed = allowed;
    }

    /// Null where nothing was found.
    GangPlacement.Placed place(GangSpec gang) {
        int widest = gang.required() == null ? -1 : topology.level(gang.required());
        int narrowest = gang.preferred() == null
                ? topology.levels().size() - 1
                : Math.max(widest, topology.level(gang.preferred()));
        List<GangSpec.Role> roles = gang.roles().stream()
                .sorted(Comparator.comparingLong(
                                (GangSpec.Role r) -> -r.demand().totalGpuMilli())
                        .thenComparingInt(r -> -r.demand().cpuMilli()))
                .toList();
        for (int level = narrowest; level >= widest; level--) {
            Map<Integer, List<Integer>> domains = byDomain(level, all());
            for (int domain : candidates(roles, domains)) {
                List<List<GangPlacement.Slot>> slots = fill(roles, domains.get(domain), level);
                if (slots != null) {
                    List<List<GangPlacement.Slot>> ordered = gang.roles().stream()
                            .map(role -> slots.get(index(roles, role)))
                            .toList();
                    return new GangPlacement.Placed(
                            ordered,
                            level < 0 ? null : topology.levels().get(level),
                            level < 0 ? null : topology.name(level, domain));
                }
            }
        }
        return null;
    }

    private static int index(List<GangSpec.Role> roles, GangSpec.Role role) {
        return IntStream.range(0, roles.size())
                .filter(r -> roles.get(r) == role)
                .findFirst()
                .orElseThrow();
    }

    private List<Integer> all() {
        return IntStream.range(0, view.size()).boxed().toList();
    }

    private Map<Integer, List<Integer>> byDomain(int level, List<Integer> nodes) {
        Map<Integer, List<Integer>> domains = new TreeMap<>();
        nodes.forEach(n -> domains.computeIfAbsent(
                        level < 0 ? 0 : level >= topology.levels().size() ? n : topology.domainOf(level, n),
                        _ -> new ArrayList<>())
                .add(n));
        return domains;
    }

    private List<Integer> candidates(List<GangSpec.Role> roles, Map<Integer, List<Integer>> domains) {
        Map<Integer, Long> room = new TreeMap<>();
        domains.forEach((d, nodes) -> {
            if (roles.stream().allMatch(role -> room(view, role, nodes) >= role.min())) {
                room.put(
                        d,
                        roles.stream()
                                .mapToLong(role -> room(view, role, nodes))
                                .sum());
            }
        });
        return room.keySet().stream()
                .sorted(Comparator.comparingLong((Integer d) -> room.get(d)).thenComparing(d -> d))
                .toList();
    }

    private long room(ClusterView on, GangSpec.Role role, List<Integer> nodes) {
        long room = 0;
        for (int n : nodes) {
            if (allowed.on(role, n)) {
                ClusterView copy = on.copy();
                while (copy.fits(role.demand(), n)) {
                    take(copy, role.demand(), n);
                    room++;
                }
            }
        }
        return room;
    }

    /// On the smallest remnants that do.
    private static GangPlacement.Slot take(ClusterView on, Demand demand, int n) {
        int[] remnants = on.remnants(n);
        int[] devices = IntStream.range(0, remnants.length)
                .filter(d -> remnants[d] >= demand.gpuMilli())
                .boxed()
                .sorted(Comparator.comparingInt((Integer d) -> remnants[d]).thenComparing(d -> d))
                .limit(demand.gpus())
                .mapToInt(d -> d)
                .toArray();
        on.place(demand, n, devices);
        return new GangPlacement.Slot(n, devices);
    }

    private List<List<GangPlacement.Slot>> fill(List<GangSpec.Role> roles, List<Integer> nodes, int level) {
        ClusterView trial = view.copy();
        List<List<GangPlacement.Slot>> slots = new ArrayList<>();
        roles.forEach(_ -> slots.add(new ArrayList<>()));
        for (int r = 0; r < roles.size(); r++) {
            take(trial, roles.get(r), roles.get(r).min(), level + 1, nodes, slots.get(r));
        }
        if (IntStream.range(0, roles.size())
                .anyMatch(r -> slots.get(r).size() < roles.get(r).min())) {
            trial = view.copy();
            slots.forEach(List::clear);
            int[] left = roles.stream().mapToInt(GangSpec.Role::min).toArray();
            if (roles.size() == 1 || !mix(trial, roles, nodes, 0, 0, left, slots)) {
                return null;
            }
        }
        for (int r = 0; r < roles.size(); r++) {
            int more = roles.get(r).max() - slots.get(r).size();
            take(trial, roles.get(r), more, level + 1, nodes, slots.get(r));
        }
        return slots;
    }

    private void take(
            ClusterView trial,
            GangSpec.Role role,
            int wanted,
            int level,
            List<Integer> nodes,
            List<GangPlacement.Slot> taken) {
        List<List<Integer>> groups = new ArrayList<>(byDomain(level, nodes).values());
        List<Long> rooms = new ArrayList<>();
        groups.forEach(group -> rooms.add(room(trial, role, group)));
        for (int left = wanted; left > 0; ) {
            int still = left;
            int chosen = IntStream.range(0, groups.size())
                    .filter(g -> rooms.get(g) >= still)
                    .boxed()
                    .min(Comparator.comparingLong(rooms::get))
                    .or(() -> IntStream.range(0, groups.size())
                            .filter(g -> rooms.get(g) > 0)
                            .boxed()
                            .min(Comparator.comparingLong(g -> -rooms.get(g))))
                    .orElse(-1);
            if (chosen < 0) {
                return;
            }
            int share = (int) Math.min(left, rooms.get(chosen));
            if (level >= topology.levels().size()) {
                for (int i = 0; i < share; i++) {
                    taken.add(take(trial, role.demand(), groups.get(chosen).getFirst()));
                }
            } else {
                take(trial, role, share, level + 1, groups.get(chosen), taken);
            }
            rooms.set(chosen, 0L);
            left -= share;
        }
    }

    /// Node by node, of each role as many as possible first, then one less.
    private boolean mix(
            ClusterView trial,
            List<GangSpec.Role> roles,
            List<Integer> nodes,
            int i,
            int r,
            int[] left,
            List<List<GangPlacement.Slot>> slots) {
        if (IntStream.of(left).allMatch(count -> count == 0)) {
            return true;
        }
        if (i == nodes.size()) {
            return false;
        }
        if (r == roles.size()) {
            return mix(trial, roles, nodes, i + 1, 0, left, slots);
        }
        GangSpec.Role role = roles.get(r);
        int n = nodes.get(i);
        int most = (int) Math.min(left[r], room(trial, role, List.of(n)));
        for (int k = most; k >= (r == roles.size() - 1 ? most : 0); k--) {
            List<GangPlacement.Slot> here = new ArrayList<>();
            for (int taken = 0; taken < k; taken++) {
                here.add(take(trial, role.demand(), n));
            }
            slots.get(r).addAll(here);
            left[r] -= k;
            if (mix(trial, roles, nodes, i, r + 1, left, slots)) {
                return true;
            }
            left[r] += k;
            here.forEach(slot -> {
                slots.get(r).removeLast();
                trial.release(role.demand(), slot.node(), slot.devices());
            });
        }
        return false;
    }
}
