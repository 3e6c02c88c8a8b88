package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.BackfillPlanner;
import io.kumiki.placement.ClusterView;
import io.kumiki.placement.Demand;
import io.kumiki.placement.GangPlacement;
import io.kumiki.placement.GangPlacer;
import io.kumiki.placement.GangSpec;
import io.kumiki.planner.fact.Fitness;
import io.kumiki.planner.fact.GangFact;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which work moves so that one more fits, and where each part of it goes. All of it is placed together on a copy: the
/// winner where others leave, they where there is room now already, so that nobody waits for anybody but the winner.
///
/// For each node the least that must leave it for one more member, for two, and so on; the nodes where a member costs
/// least are taken until the winner fits. Whoever finds no place elsewhere stays, and it is tried again without.
final class Relocation {
    /// So much moves at once at most.
    private static final int MOST = 512;
    /// Up to here each one is tried without.
    private static final int FEW = 64;

    private static final int TRIES = 6;

    private final Room room;
    private final GangFact winner;
    private final GangSpec spec;
    private final GangSpec.Role role;
    private final BitSet able;

    Relocation(Room room, GangFact winner) {
        this.room = room;
        this.winner = winner;
        this.spec = Room.spec(winner);
        this.role = spec.roles().stream()
                .max(Comparator.comparingLong(of -> of.demand().totalGpuMilli()))
                .orElseThrow();
        this.able = room.able(winner, new BitSet()).getOrDefault(role.name(), new BitSet());
    }

    /// @param rows where it goes
    record Move(Movables.Work work, List<Plan.Row> rows) {}

    /// @param rows where the winner goes
    record Found(List<Move> moves, List<Plan.Row> rows, double cost) {}

    /// What must leave one node so that it has room for some more members.
    private record Option(int node, int members, List<Movables.Work> leave) {
        double costOfMember() {
            return leave.stream().mapToDouble(work -> work.victim().cost()).sum() / members;
        }
    }

    /// Null where there is nothing to be gained.
    ///
    /// @param works cheapest first for what they hold
    @Nullable
    Found find(List<Movables.Work> works) {
        List<Movables.Work> candidates = new ArrayList<>(works);
        long most = spec.roles().stream()
                .mapToLong(of -> of.min() * of.demand().totalGpuMilli())
                .sum();
        for (int tries = 0; tries < TRIES && !candidates.isEmpty(); tries++) {
            List<Movables.Work> chosen = choose(candidates);
            if (chosen.isEmpty()) {
                return null;
            }
            ClusterView later = without(chosen);
            if (!(room.place(winner, later, new BitSet()) instanceof GangPlacement.Placed placed)) {
                return null;
            }
            take(later, spec, placed);
            Map<Movables.Work, List<Plan.Row>> to = elsewhere(chosen, later);
            if (haveAllAPlace(chosen, to)) {
                boolean few = chosen.size() <= MOST
                        && chosen.stream().mapToLong(Movables.Work::milli).sum() <= most;
                List<Move> moves = to.entrySet().stream()
                        .map(each -> new Move(each.getKey(), each.getValue()))
                        .toList();
                return few ? new Found(moves, room.rows(winner, placed), cost(chosen)) : null;
            }
            // Whatever is as large as one that found no place would find none either.
            long least = chosen.stream()
                    .filter(work -> !to.containsKey(work))
                    .mapToLong(Movables.Work::milli)
                    .min()
                    .orElse(0);
            candidates.removeIf(work -> work.milli() >= least && !to.containsKey(work));
        }
        return null;
    }

    private static boolean haveAllAPlace(List<Movables.Work> chosen, Map<Movables.Work, List<Plan.Row>> to) {
        return to.keySet().containsAll(chosen);
    }

    private static double cost(List<Movables.Work> works) {
        return works.stream().mapToDouble(work -> work.victim().cost()).sum();
    }

    /// Empty where the winner would not fit even if all of them left.
    private List<Movables.Work> choose(List<Movables.Work> candidates) {
        List<Option> options = options(candidates);
        if (options.isEmpty() || !fits(union(options))) {
            return List.of();
        }
        int few = 0;
        int many = options.size();
        while (many - few > 1) {
            int middle = (few + many) / 2;
            if (fits(union(options.subList(0, middle)))) {
                many = middle;
            } else {
                few = middle;
            }
        }
        List<Movables.Work> chosen = union(options.subList(0, many));
        Set<Integer> used = nodes(chosen);
        List<Movables.Work> there = chosen.stream()
                .filter(work -> work.victim().held().stream().anyMatch(held -> used.contains(held.node())))
                .toList();
        chosen = fits(there) ? there : chosen;
        if (chosen.size() <= FEW) {
            for (Movables.Work dearest : chosen.stream()
                    .sorted(Comparator.comparingDouble(
                                    (Movables.Work work) -> -work.victim().cost())
                            .thenComparing(Movables.Work::key))
                    .toList()) {
                List<Movables.Work> fewer =
                        chosen.stream().filter(work -> work != dearest).toList();
                chosen = fits(fewer) ? fewer : chosen;
            }
        }
        return chosen;
    }

    /// Those that the winner would use.
    private Set<Integer> nodes(List<Movables.Work> gone) {
        Set<Integer> nodes = new HashSet<>();
        if (room.place(winner, without(gone), new BitSet()) instanceof GangPlacement.Placed placed) {
            placed.slots().forEach(slots -> slots.forEach(slot -> nodes.add(slot.node())));
        }
        return nodes;
    }

    private static List<Movables.Work> union(List<Option> options) {
        Set<Movables.Work> all = new LinkedHashSet<>();
        options.forEach(option -> all.addAll(option.leave()));
        return List.copyOf(all);
    }

    private boolean fits(List<Movables.Work> gone) {
        return room.place(winner, without(gone), new BitSet()) instanceof GangPlacement.Placed;
    }

    private ClusterView without(List<Movables.Work> gone) {
        ClusterView later = room.view.copy();
        for (Movables.Work work : gone) {
            for (BackfillPlanner.Held held : work.victim().held()) {
                later.release(held.demand(), held.node(), held.devices());
            }
        }
        return later;
    }

    private List<Option> options(List<Movables.Work> candidates) {
        Map<Integer, List<Movables.Work>> on = new TreeMap<>();
        for (Movables.Work work : candidates) {
            work.victim().held().stream()
                    .map(BackfillPlanner.Held::node)
                    .distinct()
                    .filter(able::get)
                    .forEach(n -> on.computeIfAbsent(n, _ -> new ArrayList<>()).add(work));
        }
        List<Option> options = new ArrayList<>();
        on.forEach((n, works) -> options(n, works, options));
        options.sort(Comparator.comparingDouble(Option::costOfMember)
                .thenComparing(Option::node)
                .thenComparing(Option::members));
        return options;
    }

    private void options(int n, List<Movables.Work> works, List<Option> options) {
        ClusterView view = ClusterView.of(List.of(room.view.node(n)), List.of(room.view.free(n)));
        Demand demand = role.demand();
        while (view.fits(demand, 0)) {
            put(view, demand);
        }
        List<Movables.Work> stay = new ArrayList<>(works);
        List<Movables.Work> leave = new ArrayList<>();
        for (int members = 1; ; members++) {
            List<Movables.Work> more = least(view, n, stay);
            if (more.isEmpty()) {
                return;
            }
            release(view, n, more);
            put(view, demand);
            stay.removeAll(more);
            leave.addAll(more);
            options.add(new Option(n, members, List.copyOf(leave)));
        }
    }

    /// The cheapest leave until one more member fits, then the dearest stay as long as it still does.
    private List<Movables.Work> least(ClusterView view, int n, List<Movables.Work> works) {
        List<Movables.Work> gone = new ArrayList<>();
        for (Movables.Work work : works) {
            gone.add(work);
            if (fits(view, n, gone)) {
                break;
            }
        }
        if (!fits(view, n, gone)) {
            return List.of();
        }
        for (Movables.Work dearest : List.copyOf(gone).reversed()) {
            List<Movables.Work> fewer =
                    gone.stream().filter(work -> work != dearest).toList();
            if (fits(view, n, fewer)) {
                gone = new ArrayList<>(fewer);
            }
        }
        return gone;
    }

    private boolean fits(ClusterView view, int n, List<Movables.Work> gone) {
        ClusterView later = view.copy();
        release(later, n, gone);
        return later.fits(role.demand(), 0);
    }

    private static void release(ClusterView view, int n, List<Movables.Work> gone) {
        for (Movables.Work work : gone) {
            for (BackfillPlanner.Held held : work.victim().held()) {
                if (held.node() == n) {
                    view.release(held.demand(), 0, held.devices());
                }
            }
        }
    }

    private static void put(ClusterView view, Demand demand) {
        view.place(demand, 0, Room.free(demand, view, 0));
    }

    /// Largest first, on nodes that nobody leaves. Who finds no place is not in the answer.
    private Map<Movables.Work, List<Plan.Row>> elsewhere(List<Movables.Work> chosen, ClusterView later) {
        var avoided = new BitSet();
        chosen.forEach(work -> work.victim().held().forEach(held -> avoided.set(held.node())));
        Map<Fitness.ClassKey, BitSet> fit = new HashMap<>();
        var anew = new NamespaceSpare(room.state);
        Map<Movables.Work, List<Plan.Row>> to = new LinkedHashMap<>();
        for (Movables.Work work : chosen.stream()
                .sorted(Comparator.comparingLong((Movables.Work each) -> -each.milli())
                        .thenComparing(Movables.Work::key))
                .toList()) {
            if (placer(work, later, avoided, fit)
                                    .place(
                                            Room.spec(work.fact()),
                                            Room.alternatives(work.fact().spec()))
                            instanceof GangPlacement.Placed placed
                    && anew.take(work.fact())) {
                take(later, Room.spec(work.fact()), placed);
                to.put(work, room.rows(work.fact(), placed));
            }
        }
        return to;
    }

    /// Thousands of single pods are alike.
    private GangPlacer placer(
            Movables.Work work, ClusterView later, BitSet avoided, Map<Fitness.ClassKey, BitSet> fit) {
        Gang.Members shape = work.fact().spec().classes().getFirst();
        if (work.pod() == null) {
            return room.placer(work.fact(), later, avoided);
        }
        BitSet may = fit.computeIfAbsent(
                Fitness.ClassKey.of(shape),
                _ -> room.able(work.fact(), avoided).getOrDefault(shape.name(), new BitSet()));
        return new GangPlacer(later, room.topology, (_, n) -> may.get(n));
    }

    private static void take(ClusterView later, GangSpec spec, GangPlacement.Placed placed) {
        for (int r = 0; r < placed.slots().size(); r++) {
            for (GangPlacement.Slot slot : placed.slots().get(r)) {
                later.place(spec.roles().get(r).demand(), slot.node(), slot.devices());
            }
        }
    }
}
