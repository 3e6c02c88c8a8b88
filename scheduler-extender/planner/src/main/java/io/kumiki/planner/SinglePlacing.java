package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.Arrivals;
import io.kumiki.placement.Demand;
import io.kumiki.placement.Placement;
import io.kumiki.placement.Promise;
import io.kumiki.planner.fact.Fitness;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.Why;
import io.kumiki.planner.words.Words;
import io.kumiki.quota.Admission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds a place for one pod, and takes it: quota, what is kept for others, and where it spoils least.
final class SinglePlacing {
    /// Who wants a place, as far as choosing one depends on it.
    record Seeker(
            String namespace,
            Gang.Members shape,
            int priority,
            @Nullable Long expectedSeconds) {
        static Seeker of(SingleFact single) {
            return new Seeker(single.pod().namespace(), single.shape(), single.priority(), single.expectedSeconds());
        }

        /// The same where the scheduler has judged already which nodes its rules allow.
        Seeker anywhere() {
            var any = new Gang.Members(
                    shape.name(),
                    1,
                    1,
                    0,
                    shape.requests(),
                    null,
                    null,
                    List.of(new Gang.Toleration(null, "Exists", null, null)),
                    null,
                    shape.charged());
            return new Seeker(namespace, any, priority, expectedSeconds);
        }

        Map<String, Long> amounts() {
            return Shape.amounts(shape.requests());
        }
    }

    sealed interface Found {
        /// @param placed null where the place was kept for it: it is counted as taken already
        record There(String node, String devices, Demand demand, Placement.@Nullable Placed placed) implements Found {}

        record Nowhere(Why why, List<Clause> clauses) implements Found {}
    }

    private final State state;
    private final Arrivals arrivals;
    private final SingleRoom room;
    private @Nullable Charges charges;

    SinglePlacing(State state) {
        this(state, new Arrivals());
    }

    SinglePlacing(State state, Arrivals arrivals) {
        this.state = state;
        this.arrivals = arrivals;
        this.room = new SingleRoom(state, arrivals);
    }

    /// Anything may have changed.
    void changed() {
        charges = null;
        room.changed();
    }

    /// What pods take of this node.
    void changed(String node) {
        charges = null;
        room.changed(node);
    }

    /// What comes tells what is usual here.
    ///
    /// @param members of a gang; 1 for a pod without one
    void learn(Gang.Members shape, int members) {
        try {
            arrivals.addGang(demand(shape), members);
        } catch (IllegalArgumentException e) {
            // Somebody asks for a device and a part of one: nothing that comes again.
            return;
        }
    }

    /// Of a pod that is bound: which other types it would have taken nobody knows.
    void learn(Map<String, Long> amounts) {
        try {
            arrivals.add(Shape.demand(amounts), 1);
        } catch (IllegalArgumentException e) {
            return;
        }
    }

    private static Demand demand(Gang.Members shape) {
        Demand demand = Shape.demand(Shape.amounts(shape.requests()));
        return demand.gpus() == 0 ? demand : demand.on(Fitness.types(shape));
    }

    Charges charges() {
        Charges current = charges == null ? new Charges(state) : charges;
        charges = current;
        return current;
    }

    /// Whether the node has room for it now, on these devices where they are named.
    boolean fits(String node, Demand demand, String devices) {
        return room.fits(node, demand, devices);
    }

    /// The node that is nearest to having room for it.
    @Nullable
    String nearest(Seeker seeker) {
        return room.nearest(seeker.shape(), Shape.demand(seeker.amounts()));
    }

    Found find(Seeker seeker, Charges charges, Outlook.@Nullable Kept kept) {
        return find(seeker, charges, kept, null);
    }

    /// @param offered null for all nodes; else no other one
    Found find(Seeker seeker, Charges charges, Outlook.@Nullable Kept kept, @Nullable Set<String> offered) {
        Map<String, Long> amounts = seeker.amounts();
        Demand demand = demand(seeker.shape());
        Admission.Refused refused = charges.refusal(seeker.namespace(), amounts, "");
        if (refused != null) {
            return new Found.Nowhere(Readiness.code(refused), Words.of(refused));
        }
        Set<String> avoided = kept == null || kept.priority() < seeker.priority() || endsBefore(seeker, kept)
                ? Set.of()
                : kept.nodes();
        return switch (room.place(seeker.shape(), demand, avoided, offered)) {
            case Placement.Waiting(var removed) ->
                nowhere(avoided.isEmpty() ? Why.NoRoom : Why.KeptForOlder, removed, seeker, kept, avoided);
            case Placement.Impossible(var removed) ->
                kept == null || avoided.isEmpty()
                        ? nowhere(Why.Impossible, removed, seeker, null, avoided)
                        : nowhere(Why.KeptForOlder, removed, seeker, kept, avoided);
            case Placement.Placed placed -> {
                String node = room.name(placed.node());
                Admission.Refused there = charges.refusal(seeker.namespace(), amounts, node);
                yield there != null
                        ? new Found.Nowhere(Readiness.code(there), Words.of(there))
                        : new Found.There(
                                node,
                                Shape.fraction(amounts) ? Room.Devices.write(placed.devices()) : "",
                                demand,
                                placed);
            }
        };
    }

    private Found nowhere(
            Why why, Placement.Removed removed, Seeker seeker, Outlook.@Nullable Kept kept, Set<String> avoided) {
        List<Clause> clauses = new ArrayList<>();
        clauses.add(why == Why.Impossible ? new Clause.NoNodeEver() : new Clause.NoNodeNow());
        clauses.addAll(Words.of(removed));
        if (kept != null && !avoided.isEmpty()) {
            clauses.add(new Clause.KeptFor(avoided.size(), state.asNamed(kept.who(), seeker.namespace())));
        }
        return new Found.Nowhere(why, clauses);
    }

    private boolean endsBefore(Seeker seeker, Outlook.Kept kept) {
        Long declared = seeker.expectedSeconds();
        return declared != null && kept.promise().lets(state.second, new Promise.Bound(declared, true));
    }

    void take(String key, Seeker seeker, Found.There there, Charges from, long until) {
        if (from != charges) {
            // Ours were counted before this was taken.
            charges = null;
        }
        Map<String, Long> amounts = seeker.amounts();
        state.holds.put(key, new Holds.Hold(seeker.namespace(), amounts, there.node(), there.devices(), until));
        from.charge(seeker.namespace(), amounts, there.node());
        Placement.Placed placed = there.placed();
        if (placed == null) {
            room.changed();
        } else {
            room.commit(there.demand(), placed);
        }
    }
}
