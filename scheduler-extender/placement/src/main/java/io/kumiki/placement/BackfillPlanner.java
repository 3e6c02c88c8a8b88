package io.kumiki.placement;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Which waiting gangs start now, with one reservation, so that nothing large starves: what the replays of traces go
/// by.
///
/// Shortest first, the reservation belongs to the gang that has waited longest among those that need several nodes,
/// as soon as one of them finds no room; oldest first, to the first that finds none, as in the extender. The nodes on
/// which it will start are kept for it ([EarliestStart]), and found anew as time tells more of run times; others may
/// use them only if they end before ([Promise]). (Shortest-first alone keeps gangs of several nodes waiting for
/// weeks; strict order keeps everybody.)
public final class BackfillPlanner {
    public enum Order {
        shortest,
        oldest
    }

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

    private static final Comparator<Waiting> OLDEST_FIRST =
            Comparator.comparingLong(Waiting::submitted).thenComparing(Waiting::id);
    private static final Comparator<Waiting> SHORTEST_FIRST =
            Comparator.comparingLong(Waiting::expectedSeconds).thenComparing(OLDEST_FIRST);
    /// The extender looks at every pass; a replay of months need not.
    private static final long AGAIN = 300;

    private static final BitSet NOTHING = new BitSet();

    private final Topology topology;
    private final Order order;

    public BackfillPlanner(Topology topology, Order order) {
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
        List<Waiting> queue = new ArrayList<>(waiting);
        Reservation reservation = kept;
        Waiting head = kept == null ? null : find(queue, kept.id());
        if (kept == null || head == null) {
            reservation = null;
        } else if (place(view, head, NOTHING) instanceof GangPlacement.Placed placed) {
            start(view, head, placed, starts, queue);
            reservation = null;
        } else if (kept.promise().at() <= now || now - kept.looked() >= AGAIN) {
            Reservation again = reserve(view, head, running, now, starts);
            reservation = again == null
                    ? null
                    : new Reservation(again.id(), again.promise().after(kept.promise()), again.nodes(), now);
        }
        queue.sort(order == Order.shortest ? SHORTEST_FIRST : OLDEST_FIRST);
        Set<GangSpec> fullOutside = new HashSet<>();
        Set<GangSpec> full = new HashSet<>();
        for (Waiting next : List.copyOf(queue)) {
            Reservation other = reservation;
            if (full.contains(next.gang()) || (other != null && next.id().equals(other.id()))) {
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
                start(view, next, placed, starts, queue);
                continue;
            }
            full.add(next.gang());
            if (other == null && (order == Order.oldest || next.large())) {
                reservation = reserveFor(order == Order.oldest ? next : oldest(queue), view, running, now, starts);
            }
        }
        return new Plan(starts, reservation);
    }

    private static Waiting oldest(List<Waiting> queue) {
        return queue.stream().filter(Waiting::large).min(OLDEST_FIRST).orElseThrow();
    }

    private @Nullable Reservation reserveFor(
            Waiting head,
            ClusterView view,
            Supplier<? extends Collection<Running>> running,
            long now,
            List<Start> starts) {
        return placed(view, head, NOTHING) != null ? null : reserve(view, head, running, now, starts);
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

    private static void start(
            ClusterView view, Waiting waiting, GangPlacement.Placed placed, List<Start> starts, List<Waiting> queue) {
        var start = new Start(waiting, placed);
        held(start).forEach(h -> view.place(h.demand(), h.node(), h.devices()));
        starts.add(start);
        queue.remove(waiting);
    }

    private static @Nullable Waiting find(List<Waiting> queue, String id) {
        return queue.stream().filter(w -> w.id().equals(id)).findFirst().orElse(null);
    }
}
