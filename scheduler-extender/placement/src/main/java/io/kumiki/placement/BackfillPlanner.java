package io.kumiki.placement;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Which waiting gangs start now, in the order that the extender goes by ([QueueOrder]), with one
/// reservation, so that nothing large starves: for replays of traces.
///
/// The first that finds no room and may do so ([Rank#keeps]) keeps the nodes on which it will start
/// ([EarliestStart]), found anew as time tells more of run times; others may use them only if they end
/// before ([Promise]).
public final class BackfillPlanner {
    /// @param expectedSeconds declared or learned run time
    /// @param bound what counts where it may use nodes that are kept for another; null where nothing is known
    public record Waiting(
            String id, GangSpec gang, long submitted, long expectedSeconds, Promise.@Nullable Bound bound) {
        /// Of declared run time.
        public Waiting(String id, GangSpec gang, long submitted, long declaredSeconds) {
            this(id, gang, submitted, declaredSeconds, new Promise.Bound(declaredSeconds, true));
        }

        boolean large() {
            return gang.minimum() > 1;
        }
    }

    /// A demand that holds devices of a node.
    public record Held(Demand demand, int node, int[] devices) {}

    public record Running(String id, List<Held> held, long expectedEnd) {}

    /// @param looked when the nodes were found
    public record Reservation(String id, Promise promise, BitSet nodes, long looked) {}

    public record Start(Waiting waiting, GangPlacement.Placed placed) {}

    public record Plan(List<Start> starts, @Nullable Reservation reservation) {}

    /// The extender looks at every pass; a replay of months need not.
    private static final long AGAIN = 300;

    private static final BitSet NOTHING = new BitSet();

    private final Topology topology;
    private final QueueOrder order;

    public BackfillPlanner(Topology topology, QueueOrder order) {
        this.topology = topology;
        this.order = order;
    }

    /// @param view changed in place by the starts
    /// @param running asked only where a reservation is made
    /// @param kept the reservation of the plan before
    public Plan plan(
            ClusterView view,
            Collection<Waiting> waiting,
            Supplier<? extends Collection<Running>> running,
            long now,
            @Nullable Reservation kept) {
        List<Start> starts = new ArrayList<>();
        Reservation reservation = null;
        Set<GangSpec> fullOutside = new HashSet<>();
        Set<GangSpec> full = new HashSet<>();
        boolean headless = false;
        Map<String, Rank> ranks = ranks(waiting, now);
        for (Waiting next : inOrder(waiting, ranks)) {
            Reservation other = reservation;
            if (full.contains(next.gang())) {
                continue;
            }
            GangPlacement.Placed placed = fullOutside.contains(next.gang())
                    ? null
                    : placed(view, next, other == null ? NOTHING : other.nodes());
            if (placed == null && other != null) {
                fullOutside.add(next.gang());
                if (!other.promise().lets(now, next.bound())) {
                    continue;
                }
                placed = placed(view, next, NOTHING);
            }
            if (placed != null) {
                start(view, next, placed, starts);
                continue;
            }
            full.add(next.gang());
            Rank rank = rank(ranks, next);
            if (other == null && rank.keeps(headless)) {
                reservation = kept != null && kept.id().equals(next.id()) && isFresh(kept, now)
                        ? kept
                        : since(kept, reserve(view, next, running, now, starts));
                headless |= reservation == null && rank.leads();
            }
        }
        return new Plan(starts, reservation);
    }

    private Map<String, Rank> ranks(Collection<Waiting> waiting, long now) {
        return order.ranks(
                waiting.stream()
                        .map(each -> new QueueOrder.Waiting(
                                each.id(), false, 0, each.submitted(), each.expectedSeconds(), each.large()))
                        .toList(),
                now);
    }

    private static List<Waiting> inOrder(Collection<Waiting> waiting, Map<String, Rank> ranks) {
        return waiting.stream()
                .sorted(Comparator.comparing(each -> rank(ranks, each)))
                .toList();
    }

    private static Rank rank(Map<String, Rank> ranks, Waiting waiting) {
        return Objects.requireNonNull(ranks.get(waiting.id()));
    }

    private static boolean isFresh(Reservation kept, long now) {
        return kept.promise().at() > now && now - kept.looked() < AGAIN;
    }

    private static @Nullable Reservation since(@Nullable Reservation before, @Nullable Reservation found) {
        return found == null || before == null || !before.id().equals(found.id())
                ? found
                : new Reservation(found.id(), found.promise().after(before.promise()), found.nodes(), found.looked());
    }

    private @Nullable Reservation reserve(
            ClusterView view,
            Waiting head,
            Supplier<? extends Collection<Running>> running,
            long now,
            List<Start> starts) {
        List<Running> ends = new ArrayList<>(running.get());
        starts.forEach(s -> ends.add(
                new Running(s.waiting().id(), held(s), now + s.waiting().expectedSeconds())));
        EarliestStart start = EarliestStart.of(view, ends, later -> place(later, head, NOTHING));
        return start == null
                ? null
                : new Reservation(head.id(), Promise.of(Math.max(now, start.at())), start.nodes(), now);
    }

    /// What a start holds from now on.
    public static List<Held> held(Start start) {
        List<Held> held = new ArrayList<>();
        List<GangSpec.Role> roles = start.waiting().gang().roles();
        for (int r = 0; r < roles.size(); r++) {
            for (GangPlacement.Slot slot : start.placed().slots().get(r)) {
                held.add(new Held(roles.get(r).demand(), slot.node(), slot.devices()));
            }
        }
        return held;
    }

    private GangPlacement.@Nullable Placed placed(ClusterView view, Waiting waiting, BitSet avoided) {
        return place(view, waiting, avoided) instanceof GangPlacement.Placed placed ? placed : null;
    }

    private GangPlacement place(ClusterView view, Waiting waiting, BitSet avoided) {
        return new GangPlacer(view, topology, avoided).place(waiting.gang());
    }

    private static void start(ClusterView view, Waiting waiting, GangPlacement.Placed placed, List<Start> starts) {
        var start = new Start(waiting, placed);
        held(start).forEach(h -> view.place(h.demand(), h.node(), h.devices()));
        starts.add(start);
    }
}
