package io.kumiki.planner;

import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.English;
import io.kumiki.planner.words.Said;
import io.kumiki.planner.words.Why;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What is wanted of pods without a gang: said once, and again when it had no effect.
final class SingleWishes {
    private static final String DELETE = " delete";
    private static final String UNGATE = " ungate";
    private static final String SAY = " say";
    private static final String POKE = " poke";

    /// When something was last wished of a pod, and of which version of it.
    private record Wish(long at, String version) {}

    private final State state;
    private final Map<String, Wish> asked = new HashMap<>();

    SingleWishes(State state) {
        this.state = state;
    }

    void forget(String uid) {
        List.of(DELETE, UNGATE, SAY, POKE).forEach(what -> asked.remove(uid + what));
    }

    void delete(SingleFact single, Clause why) {
        if (ask(single, DELETE)) {
            state.decide(new Decision.DeletePod(single.pod(), English.of(why)));
        }
    }

    void ungate(SingleFact single, Holds.Hold hold) {
        if (single.held() || !ask(single, UNGATE)) {
            return;
        }
        var annotations = new TreeMap<String, String>();
        annotations.put(Singles.CLAIM, single.uid());
        annotations.put(Progress.EPOCH, Long.toString(state.epoch));
        if (!hold.devices().isEmpty()) {
            annotations.put(Progress.DEVICES, hold.devices());
        }
        state.decide(new Decision.Ungate(single.pod(), hold.node(), annotations));
    }

    /// The scheduler is to look again, and what a leader before decided about it fails.
    void poke(SingleFact single) {
        if (ask(single, POKE)) {
            state.decide(new Decision.Touch(single.pod(), Map.of(Progress.EPOCH, state.epoch + "." + state.now)));
        }
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
    void say(SingleFact single, Why why, List<Clause> clauses) {
        if (!single.said().startsWith(why.name() + ":") && ask(single, SAY)) {
            state.decide(new Decision.Touch(single.pod(), Said.notes(why, clauses)));
        }
    }
}
