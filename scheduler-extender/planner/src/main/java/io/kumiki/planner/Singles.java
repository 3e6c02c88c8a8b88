package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.Demand;
import io.kumiki.placement.Placement;
import io.kumiki.quota.Admission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Pods without a gang. Who can be placed when it comes is pinned by the answer of admission, which is its
/// reservation; who has to wait is gated and gets its place by priority and age, in one queue with the gangs.
final class Singles {
    static final String CLAIM = "kumiki.io/claim";
    /// A claim whose pod is not seen by then was never made, or refused by somebody after us.
    private static final long UNSEEN = 15_000;
    /// A pinned pod that cannot start where it is pinned goes after this long, if another comes in its place.
    private static final long TROUBLE = 10_000;

    private static final String DELETE = " delete";
    private static final String UNGATE = " ungate";
    private static final String SAY = " say";

    private final State state;
    private final Arrivals arrivals = new Arrivals();
    private final SingleRoom room;
    private final Map<String, Wish> asked = new HashMap<>();
    private final Map<String, Long> troubledSince = new HashMap<>();
    private @Nullable Charges charges;

    Singles(State state) {
        this.state = state;
        this.room = new SingleRoom(state, arrivals);
    }

    /// When something was last wished of a pod, and of which version of it.
    private record Wish(long at, String version) {}

    /// Who wants a place, as far as choosing one depends on it.
    private record Seeker(
            String namespace,
            Gang.Members shape,
            int priority,
            @Nullable Long expectedSeconds) {
        static Seeker of(SingleFact single) {
            return new Seeker(single.pod().namespace(), single.shape(), single.priority(), single.expectedSeconds());
        }
    }

    private sealed interface Found {
        record There(String node, String devices, Demand demand, Placement.Placed placed) implements Found {}

        record Nowhere(Why why, List<Clause> clauses) implements Found {}
    }

    /// What an event may change of what is free; told before and after it.
    void notice(Event event) {
        switch (event) {
            case Event.EntryAsked ignored -> {}
            case Event.SingleSeen ignored -> {}
            case Event.SingleRuns ignored -> {}
            case Event.MemberAsked ignored -> {}
            case Event.GangOrigin ignored -> {}
            case Event.Estimated ignored -> {}
            case Event.FilterAsked ignored -> {}
            case Event.BindLeft ignored -> {}
            case Event.PodSeen(PodFact pod) -> moved(pod.uid(), pod);
            case Event.PodGone(String uid) -> moved(uid, null);
            case Event.NodeSeen ignored -> changed();
            case Event.NodeGone ignored -> changed();
            case Event.DaemonSeen ignored -> changed();
            case Event.DaemonGone ignored -> changed();
            case Event.ClaimSeen ignored -> {}
            case Event.ClaimGone ignored -> {}
            case Event.GangSeen(GangFact gang) -> {
                learn(gang);
                changed();
            }
            case Event.GangGone ignored -> changed();
            case Event.Levels ignored -> changed();
            case Event.Tenants ignored -> changed();
            case Event.NamespaceLimit ignored -> changed();
            case Event.Elected ignored -> changed();
            case Event.Deposed ignored -> changed();
            case Event.BindAsked ignored -> changed();
            case Event.Bound ignored -> changed();
            case Event.Written ignored -> changed();
            case Event.Tick ignored -> changed();
        }
    }

    void changed() {
        charges = null;
        room.changed();
    }

    private void moved(String uid, @Nullable PodFact after) {
        PodFact before = state.pods.get(uid);
        if ((before != null && before.member() != null) || (after != null && after.member() != null)) {
            changed();
            return;
        }
        if (before == null && after != null && after.bound() && !state.leading) {
            learn(after);
        }
        if (before != null && before.bound()) {
            charges = null;
            room.changed(before.node());
        }
        if (after != null && after.bound()) {
            charges = null;
            room.changed(after.node());
        }
    }

    /// What is there when we begin tells what is usual here.
    private void learn(PodFact pod) {
        try {
            arrivals.add(Shape.demand(pod.requests()), 1);
        } catch (IllegalArgumentException e) {
            // Somebody asks for a device and a part of one: nothing that comes again.
            return;
        }
    }

    private void learn(GangFact gang) {
        if (state.plans.containsKey(gang.key())) {
            return;
        }
        for (Gang.Members members : gang.spec().classes()) {
            try {
                arrivals.add(Shape.demand(Shape.amounts(members.requests())), Math.max(1, members.min()));
            } catch (IllegalArgumentException e) {
                // Its status says what is wrong with it; nothing can be learned from it.
                return;
            }
        }
    }

    void entry(Event.EntryAsked ask) {
        state.decide(new Decision.AnswerEntry(ask.call(), answer(ask)));
    }

    private Decision.Entry answer(Event.EntryAsked ask) {
        Holds.Hold open = state.holds.get(key(ask.claim()));
        if (open != null) {
            return new Decision.Entry.Pinned(open.node(), open.devices());
        }
        if (!state.leading || state.plans.values().stream().anyMatch(plan -> !plan.fenced)) {
            return Decision.Entry.NOBODY_PLANS;
        }
        Map<String, Long> amounts = Shape.amounts(ask.shape().requests());
        Demand demand = Shape.demand(amounts);
        if (!ask.dry()) {
            arrivals.add(demand, 1);
        }
        if (!charges().namespaceHasRoom(ask.namespace(), amounts)) {
            return new Decision.Entry.Queued(Why.NamespaceQuota, English.of(new Clause.NamespaceFull(ask.namespace())));
        }
        var seeker = new Seeker(ask.namespace(), ask.shape(), ask.priority(), ask.expectedSeconds());
        return switch (find(seeker, charges(), state.kept)) {
            case Found.Nowhere(Why why, var clauses) -> new Decision.Entry.Queued(why, English.of(clauses));
            case Found.There there -> {
                if (!ask.dry()) {
                    take(key(ask.claim()), seeker, there, charges(), state.now + UNSEEN);
                }
                yield new Decision.Entry.Pinned(there.node(), there.devices());
            }
        };
    }

    private static String key(String claim) {
        return "claim " + claim;
    }

    private Charges charges() {
        Charges current = charges == null ? new Charges(state) : charges;
        charges = current;
        return current;
    }

    private Found find(Seeker seeker, Charges charges, Outlook.@Nullable Kept kept) {
        Map<String, Long> amounts = Shape.amounts(seeker.shape().requests());
        Demand demand = Shape.demand(amounts);
        Admission.Refused refused = charges.refusal(seeker.namespace(), amounts, "");
        if (refused != null) {
            return new Found.Nowhere(Readiness.code(refused), Words.of(refused));
        }
        Set<String> avoided = kept == null || kept.priority() < seeker.priority() || endsBefore(seeker, kept)
                ? Set.of()
                : kept.nodes();
        return switch (room.place(seeker.shape(), demand, avoided)) {
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
            clauses.add(new Clause.KeptFor(avoided.size(), kept.who().to(seeker.namespace(), state)));
        }
        return new Found.Nowhere(why, clauses);
    }

    private boolean endsBefore(Seeker seeker, Outlook.Kept kept) {
        Long expected = seeker.expectedSeconds();
        return expected != null && state.second + expected <= kept.start();
    }

    private void take(String key, Seeker seeker, Found.There there, Charges charges, long until) {
        Map<String, Long> amounts = Shape.amounts(seeker.shape().requests());
        state.holds.put(key, new Holds.Hold(seeker.namespace(), amounts, there.node(), there.devices(), until));
        charges.charge(seeker.namespace(), amounts, there.node());
        room.commit(there.demand(), there.placed());
    }

    void seen(SingleFact single) {
        SingleFact before = state.singles.put(single.uid(), single);
        state.see(single.pod());
        Holds.Hold own = state.holds.get(single.uid());
        if (single.pin().isEmpty()) {
            state.roomChanged |= before == null || before.held() != single.held();
        } else if (own == null || !own.node().equals(single.pin())) {
            Holds.Hold claimed = state.holds.get(key(single.claim()));
            free(single.uid());
            if (claimed != null && claimed.node().equals(single.pin())) {
                state.holds.remove(key(single.claim()));
                state.holds.put(single.uid(), claimed.forGood());
            } else {
                adopt(single);
            }
        }
        if (state.leading) {
            advance(single);
        }
    }

    /// Pinned by somebody whose promise is not known here: an earlier leader, or us too long ago. The scheduler may
    /// bind it at any time, so it is one again even where there is no room now. Devices it gets only from us.
    private void adopt(SingleFact single) {
        Map<String, Long> amounts = Shape.amounts(single.shape().requests());
        String devices = single.pod().devices();
        if (!Shape.fraction(amounts) || room.fits(single.pin(), Shape.demand(amounts), devices)) {
            state.holds.put(
                    single.uid(),
                    new Holds.Hold(single.pod().namespace(), amounts, single.pin(), devices, Long.MAX_VALUE));
            charges = null;
            room.changed(single.pin());
        }
    }

    private void free(String key) {
        Holds.Hold hold = state.holds.remove(key);
        if (hold != null) {
            charges = null;
            room.changed(hold.node());
            state.roomChanged = true;
        }
    }

    /// It is bound, has ended, or is gone: from now on its pod says what it takes.
    void left(String uid, boolean bound) {
        if (state.singles.remove(uid) == null) {
            return;
        }
        List.of(DELETE, UNGATE, SAY).forEach(what -> asked.remove(uid + what));
        troubledSince.remove(uid);
        Holds.Hold hold = state.holds.remove(uid);
        if (hold != null) {
            charges = null;
            room.changed(hold.node());
            state.roomChanged |= !bound;
        }
    }

    void elected() {
        state.singles.values().forEach(single -> {
            if (!single.pin().isEmpty() && state.holds.get(single.uid()) == null) {
                adopt(single);
            }
        });
    }

    /// What was promised without having been seen in the cluster is the next leader's to decide.
    void deposed() {
        for (String key : state.holds.keys()) {
            SingleFact single = state.singles.get(key);
            if (single == null || single.pin().isEmpty()) {
                free(key);
            }
        }
    }

    void tick() {
        state.holds.over(state.now).forEach(this::free);
        if (state.leading) {
            List.copyOf(state.singles.values()).forEach(this::advance);
        }
    }

    private void advance(SingleFact single) {
        Holds.Hold hold = state.holds.get(single.uid());
        if (single.pod().terminating()) {
            return;
        }
        if (single.pin().isEmpty()) {
            if (hold != null) {
                ungate(single, hold);
            }
            return;
        }
        if (hold == null) {
            adopt(single);
            hold = state.holds.get(single.uid());
        }
        Clause wrong = wrong(single, hold);
        if (wrong == null) {
            troubledSince.remove(single.uid());
            return;
        }
        long since = troubledSince.computeIfAbsent(single.uid(), _ -> state.now);
        say(single, Why.NoOtherNode, List.of(wrong));
        if (single.remade() && state.now - since >= TROUBLE && ask(single, DELETE)) {
            state.decide(new Decision.DeletePod(single.pod(), English.of(wrong)));
        }
    }

    /// Why the pod cannot start where it is pinned; null where nothing speaks against it.
    private @Nullable Clause wrong(SingleFact single, Holds.@Nullable Hold hold) {
        NodeFact node = state.nodes.get(single.pin());
        if (node == null || !node.usable()) {
            return new Clause.NodeLost(single.pin());
        }
        if (single.pod().vetoed()) {
            state.exclusions.put(
                    new State.Exclusion(Fitness.ClassKey.of(single.shape()), single.pin()),
                    state.now + state.options.veto());
            return new Clause.RefusedByScheduler(single.pin());
        }
        return hold == null && Shape.fraction(Shape.amounts(single.shape().requests()))
                ? new Clause.DeviceGiven(single.pin())
                : null;
    }

    private void ungate(SingleFact single, Holds.Hold hold) {
        if (single.held() || !ask(single, UNGATE)) {
            return;
        }
        var annotations = new TreeMap<String, String>();
        annotations.put(CLAIM, single.uid());
        annotations.put(Progress.EPOCH, Long.toString(state.epoch));
        if (!hold.devices().isEmpty()) {
            annotations.put(Progress.DEVICES, hold.devices());
        }
        state.decide(new Decision.Ungate(single.pod(), hold.node(), annotations));
    }

    /// Not again while the wish before may still have its effect.
    private boolean ask(SingleFact single, String what) {
        String key = single.uid() + what;
        Wish before = asked.get(key);
        if (before != null
                && before.version().equals(single.pod().version())
                && state.now - before.at() < state.options.repeat()) {
            return false;
        }
        asked.put(key, new Wish(state.now, single.pod().version()));
        return true;
    }

    /// Told once for each reason: numbers that change are no news.
    private void say(SingleFact single, Why why, List<Clause> clauses) {
        if (!single.said().startsWith(why.name() + ":") && ask(single, SAY)) {
            state.decide(new Decision.Touch(single.pod(), Said.notes(why, clauses)));
        }
    }

    static boolean waits(SingleFact single) {
        return single.pin().isEmpty() && !single.held() && !single.pod().terminating();
    }

    /// Those that wait, best first.
    List<SingleFact> waiting() {
        return state.singles.values().stream()
                .filter(single -> waits(single) && state.holds.get(single.uid()) == null)
                .sorted(Comparator.comparingInt((SingleFact single) -> -single.priority())
                        .thenComparingLong(SingleFact::created)
                        .thenComparing(SingleFact::uid))
                .toList();
    }

    /// One pass over those that wait, in the middle of the gangs'.
    final class Pass {
        private final List<SingleFact> queue = waiting();
        private final Set<Seeker> failed = new HashSet<>();
        private int next;

        boolean isEmpty() {
            return queue.isEmpty();
        }

        /// Places those that come before the gang.
        ///
        /// @param gang null for all that are left
        /// @param gangs the room that gangs are placed into, where it was made already
        /// @return what is kept for whoever found no room first
        Outlook.@Nullable Kept before(
                @Nullable GangFact gang, @Nullable Room gangs, Charges charges, Outlook.@Nullable Kept kept) {
            Outlook.Kept now = kept;
            for (; next < queue.size() && (gang == null || comesBefore(queue.get(next), gang)); next++) {
                SingleFact single = queue.get(next);
                Seeker seeker = Seeker.of(single);
                if (failed.contains(seeker)) {
                    continue;
                }
                switch (find(seeker, charges, now)) {
                    case Found.There there -> {
                        take(single.uid(), seeker, there, charges, Long.MAX_VALUE);
                        if (gangs != null) {
                            gangs.take(there.node(), there.demand(), there.devices());
                        }
                        ungate(single, java.util.Objects.requireNonNull(state.holds.get(single.uid())));
                    }
                    case Found.Nowhere(Why why, var clauses) -> {
                        failed.add(seeker);
                        say(single, why, clauses);
                        now = now == null && why == Why.NoRoom ? keep(single) : now;
                    }
                }
            }
            return now;
        }

        private static boolean comesBefore(SingleFact single, GangFact gang) {
            return single.priority() != gang.spec().priority()
                    ? single.priority() > gang.spec().priority()
                    : single.created() <= gang.created();
        }

        /// One node empties for it; else smaller pods would take each device as it comes free.
        private Outlook.@Nullable Kept keep(SingleFact single) {
            String node = room.nearest(
                    single.shape(), Shape.demand(Shape.amounts(single.shape().requests())));
            return node == null
                    ? null
                    : new Outlook.Kept(Party.of(single.pod()), single.priority(), state.second, Set.of(node));
        }
    }

    /// A pod whose devices we give out is bound by us. False where the pod is none of ours.
    boolean bind(Event.BindAsked ask) {
        SingleFact single = state.singles.get(ask.uid());
        if (single == null) {
            return false;
        }
        Holds.Hold hold = state.holds.get(ask.uid());
        String refusal = !state.leading
                ? "this extender does not lead (yet)"
                : single.pod().terminating()
                        ? "the pod is going"
                        : hold == null || !hold.node().equals(ask.node())
                                ? "it holds no place on " + ask.node()
                                : said(wrong(single, hold));
        if (refusal != null || hold == null) {
            state.decide(new Decision.AnswerBind(ask.call(), refusal == null ? "no place" : refusal));
            return true;
        }
        var annotations = new TreeMap<String, String>();
        annotations.put(Progress.EPOCH, Long.toString(state.epoch));
        if (!hold.devices().isEmpty()) {
            annotations.put(Progress.DEVICES, hold.devices());
        }
        state.decide(new Decision.Bind(ask.call(), single.pod(), hold.node(), annotations));
        return true;
    }

    private static @Nullable String said(@Nullable Clause wrong) {
        return wrong == null ? null : English.of(wrong);
    }
}
