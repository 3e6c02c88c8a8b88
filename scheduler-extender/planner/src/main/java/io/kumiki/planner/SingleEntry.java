package io.kumiki.planner;

import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.English;
import io.kumiki.planner.words.Why;
import org.jspecify.annotations.Nullable;

/// What admission asks of a pod without a gang that is about to be made: its place, which is claimed for it until the
/// pod is seen, or why it has to wait.
final class SingleEntry {
    /// A claim whose pod is not seen by then was never made, or refused by somebody after us.
    private static final long UNSEEN = 15_000;

    private final State state;
    private final SinglePlacing placing;

    SingleEntry(State state, SinglePlacing placing) {
        this.state = state;
        this.placing = placing;
    }

    /// Of what is held for a pod that is not made yet.
    static String key(String claim) {
        return "claim " + claim;
    }

    void asked(Event.EntryAsked ask) {
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
        if (!ask.dry()) {
            placing.learn(ask.shape(), 1);
        }
        var seeker = new SinglePlacing.Seeker(ask.namespace(), ask.shape(), ask.priority(), ask.expectedSeconds());
        Holds.Hold moved =
                ask.dry() ? null : moved(ask.controller(), seeker, key(ask.claim()), state.now + UNSEEN, false);
        if (moved != null) {
            return new Decision.Entry.Pinned(moved.node(), moved.devices());
        }
        Clause namespace = new NamespaceRoom(state).refusal(ask.namespace(), ask.shape(), "");
        if (namespace != null) {
            return new Decision.Entry.Queued(Why.NamespaceQuota, English.of(namespace));
        }
        return switch (placing.find(seeker, placing.charges(), state.kept)) {
            case SinglePlacing.Found.Nowhere(Why why, var clauses) ->
                new Decision.Entry.Queued(why, English.of(clauses));
            case SinglePlacing.Found.There there -> {
                if (!ask.dry()) {
                    placing.take(key(ask.claim()), seeker, there, placing.charges(), state.now + UNSEEN);
                }
                yield new Decision.Entry.Pinned(there.node(), there.devices());
            }
        };
    }

    /// The place that is kept for what its controller makes anew of a pod that was moved; null for none.
    Holds.@Nullable Hold moved(String controller, SinglePlacing.Seeker seeker, String key, long until, boolean made) {
        if (state.places.isEmpty()) {
            return null;
        }
        Holds.Hold hold = state.places.take(controller, seeker, placing.charges(), key, until, made);
        if (hold != null) {
            placing.changed();
        }
        return hold;
    }
}
