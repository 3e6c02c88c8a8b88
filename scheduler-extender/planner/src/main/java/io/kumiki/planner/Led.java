package io.kumiki.planner;

import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.English;
import io.kumiki.planner.words.Why;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Pods without a gang that wish something which only the scheduler judges: host ports, other pods near or far,
/// volumes. It says which nodes its own rules allow; of these the pod gets the one where it spoils least, and holds
/// it until it is bound, which we do, so that a leader who knows nothing of the promise can make it his.
final class Led {
    /// So often the scheduler gets the same answer, as it may have been lost; then something is wrong with the node.
    private static final int SAME = 2;
    /// Of those that were refused so many are looked at once a second.
    private static final int LOOKS = 16;
    /// What the scheduler says on finding no room is no news as long as it may still be looking.
    private static final long SILENCE = 2_000;

    /// What the scheduler was told.
    ///
    /// @param answers with the node that it holds
    /// @param left nodes that it was sent to in vain
    private record Told(int answers, Set<String> left) {
        static final Told NOTHING = new Told(0, Set.of());
    }

    /// @param offered where the scheduler would let it go
    private record Refused(Set<String> offered, long lookedAt) {}

    private final State state;
    private final SinglePlacing placing;
    private final SingleWishes wishes;
    private final Map<String, Told> told = new HashMap<>();
    private final Map<String, Refused> refused = new LinkedHashMap<>();

    Led(State state, SinglePlacing placing, SingleWishes wishes) {
        this.state = state;
        this.placing = placing;
        this.wishes = wishes;
    }

    /// Whether it was told why it waits: to be shown in the queue, though it has no place there.
    static boolean waits(SingleFact single) {
        return single.led()
                && !single.held()
                && !single.pod().terminating()
                && !single.said().isEmpty();
    }

    void left(String uid) {
        told.remove(uid);
        refused.remove(uid);
    }

    /// Who was refused by whoever led before asks again, and its late bindings fail.
    void elected() {
        told.clear();
        refused.clear();
        state.singles.values().stream()
                .filter(single -> single.led() && !single.held())
                .forEach(wishes::poke);
    }

    void filter(Event.FilterAsked ask, SingleFact single) {
        Set<String> offered = Set.copyOf(ask.nodes());
        String uid = single.uid();
        if (!plans()) {
            refuse(ask, single, offered, Why.NoLeader, List.of(new Clause.NobodyPlans()));
            return;
        }
        Told before = told.getOrDefault(uid, Told.NOTHING);
        Holds.Hold hold = state.holds.get(uid);
        if (hold != null && offered.contains(hold.node()) && before.answers() < SAME && !isLost(hold.node())) {
            answer(ask, single, hold.node(), new Told(before.answers() + 1, before.left()));
            return;
        }
        Set<String> left = new HashSet<>(before.left());
        if (hold != null) {
            release(uid, hold);
            left.add(hold.node());
        }
        SinglePlacing.Found found = offered.contains(ask.nominated())
                ? nominated(single, ask.nominated())
                : find(single, without(offered, left));
        if (found instanceof SinglePlacing.Found.Nowhere && offered.stream().anyMatch(left::contains)) {
            // What was wrong there may be right now.
            left.clear();
            found = find(single, offered);
        }
        switch (found) {
            case SinglePlacing.Found.There there -> {
                take(single, there);
                answer(ask, single, there.node(), new Told(1, Set.copyOf(left)));
            }
            case SinglePlacing.Found.Nowhere(Why why, var clauses) -> refuse(ask, single, offered, why, clauses);
        }
    }

    private boolean plans() {
        return state.leading && state.plans.values().stream().allMatch(plan -> plan.fenced);
    }

    private boolean isLost(String node) {
        NodeFact known = state.nodes.get(node);
        return known == null || !known.usable();
    }

    private static Set<String> without(Set<String> offered, Set<String> left) {
        if (left.isEmpty()) {
            return offered;
        }
        var rest = new HashSet<>(offered);
        rest.removeAll(left);
        return rest;
    }

    private SinglePlacing.Found find(SingleFact single, Set<String> offered) {
        SinglePlacing.Seeker seeker = SinglePlacing.Seeker.of(single).anywhere();
        SinglePlacing.Found found = placing.find(seeker, placing.charges(), state.kept, offered);
        // Other nodes, which the scheduler does not offer now, may be able to.
        return found instanceof SinglePlacing.Found.Nowhere(Why why, var clauses) && why == Why.Impossible
                ? new SinglePlacing.Found.Nowhere(
                        Why.NoRoom,
                        clauses.stream()
                                .map(clause -> clause instanceof Clause.NoNodeEver ? new Clause.NoNodeNow() : clause)
                                .toList())
                : found;
    }

    /// Others of lower priority were made to leave for it: what is kept there for their successors gives way, too.
    private SinglePlacing.Found nominated(SingleFact single, String node) {
        SinglePlacing.Found found = find(single, Set.of(node));
        Map<String, Long> amounts = Shape.amounts(single.shape().requests());
        return found instanceof SinglePlacing.Found.Nowhere(Why why, var _)
                        && (why == Why.NoRoom || why == Why.KeptForOlder)
                        && !Shape.fraction(amounts)
                        && !isLost(node)
                ? new SinglePlacing.Found.There(node, "", Shape.demand(amounts), null)
                : found;
    }

    /// Counted until it is bound, or the scheduler could have asked again.
    private void take(SingleFact single, SinglePlacing.Found.There there) {
        placing.take(single.uid(), SinglePlacing.Seeker.of(single), there, placing.charges(), until(single));
    }

    private long until(SingleFact single) {
        return state.now
                + (state.awaitsVolumes(single.pod().namespace(), single.shape())
                        ? state.options.volumes()
                        : state.options.barrier());
    }

    private void answer(Event.FilterAsked ask, SingleFact single, String node, Told now) {
        told.put(single.uid(), now);
        refused.remove(single.uid());
        last(single);
        state.decide(new Decision.AnswerFilter(ask.call(), node, ""));
    }

    /// Its time begins anew.
    private void last(SingleFact single) {
        Holds.Hold hold = state.holds.get(single.uid());
        if (hold != null) {
            state.holds.put(single.uid(), hold.until(until(single)));
        }
    }

    private void refuse(Event.FilterAsked ask, SingleFact single, Set<String> offered, Why why, List<Clause> clauses) {
        told.remove(single.uid());
        refused.put(single.uid(), new Refused(offered, state.now));
        if (state.leading) {
            wishes.say(single, why, clauses);
        }
        state.decide(new Decision.AnswerFilter(ask.call(), "", English.of(clauses)));
    }

    private void release(String uid, Holds.Hold hold) {
        state.holds.remove(uid);
        placing.changed(hold.node());
        state.roomChanged = true;
    }

    /// The scheduler has chosen what it was told; whoever led then may have been another.
    void bind(Event.BindAsked ask, SingleFact single) {
        Clause wrong = wrong(ask.node(), single);
        Holds.Hold hold = state.holds.get(single.uid());
        if (wrong != null || hold == null) {
            state.decide(new Decision.AnswerBind(
                    ask.call(), wrong == null ? "it holds no place on " + ask.node() : English.of(wrong)));
            return;
        }
        last(single);
        var annotations = new TreeMap<String, String>();
        annotations.put(Progress.EPOCH, Long.toString(state.epoch));
        if (!hold.devices().isEmpty()) {
            annotations.put(Progress.DEVICES, hold.devices());
        }
        state.decide(new Decision.Bind(ask.call(), single.pod(), hold.node(), annotations));
    }

    /// Null where it may be bound there, and holds its place.
    private @Nullable Clause wrong(String node, SingleFact single) {
        if (!plans()) {
            return new Clause.NobodyPlans();
        }
        if (single.pod().terminating() || isLost(node)) {
            return single.pod().terminating() ? new Clause.Quoted("the pod is going") : new Clause.NodeLost(node);
        }
        Holds.Hold hold = state.holds.get(single.uid());
        if (hold != null && hold.node().equals(node)) {
            return null;
        }
        if (hold != null) {
            release(single.uid(), hold);
        }
        // It was promised by a leader before us, or too long ago: what is kept for others came later.
        if (placing.find(SinglePlacing.Seeker.of(single).anywhere(), placing.charges(), null, Set.of(node))
                instanceof SinglePlacing.Found.There there) {
            take(single, there);
            return null;
        }
        return new Clause.RefusedByPlanner(node);
    }

    /// The scheduler hears of nothing that we keep for others: where there is room again it is to ask again. Where it
    /// finds no node at all it does not ask us, and its pod is told why.
    void tick() {
        if (!plans()) {
            return;
        }
        List<String> looked = refused.keySet().stream().limit(LOOKS).toList();
        for (String uid : looked) {
            SingleFact single = state.singles.get(uid);
            Refused was = refused.remove(uid);
            if (single == null || was == null || single.pod().terminating()) {
                continue;
            }
            refused.put(uid, was);
            if (find(single, was.offered()) instanceof SinglePlacing.Found.There) {
                wishes.poke(single);
            }
        }
        state.singles.values().stream()
                .filter(single -> isUnheard(single) && single.said().isEmpty())
                .limit(LOOKS)
                .forEach(this::explain);
    }

    private boolean isUnheard(SingleFact single) {
        return single.led()
                && single.pod().vetoed()
                && !single.held()
                && !single.pod().terminating()
                && state.holds.get(single.uid()) == null
                && !refused.containsKey(single.uid())
                // The API server's clock and ours may differ.
                && Math.abs(state.second - single.created()) >= SILENCE / 1000;
    }

    private void explain(SingleFact single) {
        if (placing.find(SinglePlacing.Seeker.of(single), placing.charges(), state.kept)
                instanceof SinglePlacing.Found.Nowhere(Why why, var clauses)) {
            wishes.say(single, why, clauses);
        } else {
            wishes.say(single, Why.NoRoom, List.of(new Clause.SchedulerOffersNone()));
        }
    }
}
