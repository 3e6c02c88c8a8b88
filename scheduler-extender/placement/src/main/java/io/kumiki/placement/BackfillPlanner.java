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

/// Which waiting gangs start now: shortest first, with one reservation, so that nothing large starves.
///
/// The reservation belongs to the gang that has waited longest among those that need several nodes, as soon as one
/// of them finds no room. Its earliest
/// start is found by letting the running gangs end one after the other on a copy; the nodes it would get then are
/// kept for it. Others may use
/// those nodes only if they end before. (Shortest-first alone keeps gangs of several nodes waiting for weeks;
/// strict order keeps everybody.)
public final class BackfillPlanner {
    /// @param expectedSeconds declared or learned run time
    /// @param surelySeconds within which it has ended almost surely: what counts where it may use nodes that are
    ///     kept for another
    public record Waiting(String id, GangSpec gang, long submitted, long expectedSeconds, long surelySeconds) {
        public Waiting(String id, GangSpec gang, long submitted, long expectedSeconds) {
            this(id, gang, submitted, expectedSeconds, expectedSeconds);
        }

        boolean large() {
            return gang.minimum() > 1;
        }
    }

    /// A demand that holds devices of a node.
    public record Held(Demand demand, int node, int[] devices) {}

    public record Running(String id, List<Held> held, long expectedEnd) {}

    /// @param start when the running gangs will have made room, as far as is known
    public record Reservation(String id, long start, BitSet nodes) {}

    public record Start(Waiting waiting, GangPlacement.Placed placed) {}

    public record Plan(List<Start> starts, @Nullable Reservation reservation) {}

    private static final Comparator<Waiting> SHORTEST_FIRST = Comparator.comparingLong(Waiting::expectedSeconds)
            .thenComparingLong(Waiting::submitted)
            .thenComparing(Waiting::id);
    private static final Comparator<Waiting> OLDEST_FIRST =
            Comparator.comparingLong(Waiting::submitted).thenComparing(Waiting::id);

    private final Topology topology;

    public BackfillPlanner(Topology topology) {
        this.topology = topology;
    }

    /// @param view changed in place by the starts
    /// @param running asked only where a reservation is made
    /// @param kept the reservation of the plan before; recomputed when its time has passed
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
        if (head != null) {
            if (place(view, head, new BitSet()) instanceof GangPlacement.Placed placed) {
                start(view, head, placed, starts, queue);
                head = null;
            } else if (kept != null && kept.start() <= now) {
                reservation = reserve(view, head, running, now, starts);
            }
        }
        if (head == null) {
            reservation = null;
        }
        queue.sort(SHORTEST_FIRST);
        Set<GangSpec> noRoom = new HashSet<>();
        for (Waiting next : List.copyOf(queue)) {
            if (noRoom.contains(next.gang())
                    || (reservation != null && next.id().equals(reservation.id()))) {
                continue;
            }
            GangPlacement answer = place(view, next, reservation == null ? new BitSet() : reservation.nodes());
            if (!(answer instanceof GangPlacement.Placed)
                    && reservation != null
                    && now + next.surelySeconds() <= reservation.start()) {
                answer = place(view, next, new BitSet());
            }
            if (answer instanceof GangPlacement.Placed placed) {
                start(view, next, placed, starts, queue);
                continue;
            }
            // Shortest first: whoever asks for the same later ends later, so it would find no room either.
            noRoom.add(next.gang());
            if (reservation == null && next.large()) {
                reservation = reserveForOldest(view, queue, running, now, starts);
            }
        }
        return new Plan(starts, reservation);
    }

    private @Nullable Reservation reserveForOldest(
            ClusterView view,
            List<Waiting> queue,
            Supplier<? extends Collection<Running>> running,
            long now,
            List<Start> starts) {
        Waiting oldest = queue.stream().filter(Waiting::large).min(OLDEST_FIRST).orElseThrow();
        return place(view, oldest, new BitSet()) instanceof GangPlacement.Placed
                ? null
                : reserve(view, oldest, running, now, starts);
    }

    /// Ends the running gangs one after the other on a copy until the gang fits; null where it never would.
    private @Nullable Reservation reserve(
            ClusterView view,
            Waiting head,
            Supplier<? extends Collection<Running>> running,
            long now,
            List<Start> starts) {
        ClusterView later = view.copy();
        List<Running> ends = new ArrayList<>(running.get());
        starts.forEach(s -> ends.add(
                new Running(s.waiting().id(), held(s), now + s.waiting().expectedSeconds())));
        ends.sort(Comparator.comparingLong(Running::expectedEnd));
        for (int i = 0; i < ends.size(); i++) {
            for (Held held : ends.get(i).held()) {
                later.release(held.demand(), held.node(), held.devices());
            }
            boolean more = i + 1 < ends.size()
                    && ends.get(i + 1).expectedEnd() == ends.get(i).expectedEnd();
            if (!more && place(later, head, new BitSet()) instanceof GangPlacement.Placed placed) {
                var nodes = new BitSet();
                placed.slots().forEach(role -> role.forEach(slot -> nodes.set(slot.node())));
                return new Reservation(head.id(), Math.max(now, ends.get(i).expectedEnd()), nodes);
            }
        }
        return null;
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
