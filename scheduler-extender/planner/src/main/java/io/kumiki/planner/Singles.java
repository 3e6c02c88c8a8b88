package io.kumiki.planner;

import io.kumiki.planner.fact.Fitness;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.English;
import io.kumiki.planner.words.Why;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Pods without a gang. Who can be placed when it comes is pinned by the answer of admission, which is its
/// reservation; who has to wait is gated and gets its place in one queue with the gangs.
final class Singles {
    static final String CLAIM = "kumiki.io/claim";
    /// A pinned pod that cannot start where it is pinned goes after this long, if another comes in its place.
    private static final long TROUBLE = 10_000;

    private final State state;
    private final SinglePlacing placing;
    private final SingleNews news;
    private final SingleWishes wishes;
    private final SingleEvictions evictions;
    private final Consolidation consolidation;
    private final Led led;
    private final SingleEntry entry;
    /// Those behind their gate, whether a place is kept for them or not: most are pinned, and nobody looks for them.
    private final SortedMap<String, SingleFact> unpinned = new TreeMap<>();
    private final Map<String, Long> troubledSince = new HashMap<>();

    Singles(State state, Progress progress, Consolidation consolidation) {
        this.state = state;
        this.placing = new SinglePlacing(state);
        this.news = new SingleNews(state, placing);
        this.wishes = new SingleWishes(state);
        this.evictions = new SingleEvictions(state, progress);
        this.consolidation = consolidation;
        this.led = new Led(state, placing, wishes);
        this.entry = new SingleEntry(state, placing);
    }

    /// One pass over those that wait.
    SinglePass pass(Queue queue) {
        return new SinglePass(state, queue, placing, wishes, evictions, consolidation);
    }

    /// Told before and after an event.
    void notice(Event event) {
        news.notice(event);
    }

    void changed() {
        placing.changed();
    }

    void entry(Event.EntryAsked ask) {
        entry.asked(ask);
    }

    private void comeBack(SingleFact single) {
        if (waits(single)
                && state.holds.get(single.uid()) == null
                && entry.moved(
                                single.pod().controller(),
                                SinglePlacing.Seeker.of(single),
                                single.uid(),
                                Long.MAX_VALUE,
                                true)
                        != null) {
            advance(single);
        }
    }

    void seen(SingleFact single) {
        SingleFact before = state.singles.put(single.uid(), single);
        if (waits(single)) {
            unpinned.put(single.uid(), single);
        } else {
            unpinned.remove(single.uid());
        }
        state.see(single.pod());
        if (single.led() && before == null) {
            placing.learn(single.shape(), 1);
        }
        Holds.Hold own = state.holds.get(single.uid());
        if (single.pin().isEmpty()) {
            state.roomChanged |= before == null || before.held() != single.held();
        } else if (own == null || !own.node().equals(single.pin())) {
            Holds.Hold claimed = state.holds.get(SingleEntry.key(single.claim()));
            free(single.uid());
            if (claimed != null && claimed.node().equals(single.pin())) {
                state.holds.remove(SingleEntry.key(single.claim()));
                state.holds.put(single.uid(), claimed.forGood());
                Long movedAt = state.movedAt.remove(SingleEntry.key(single.claim()));
                if (movedAt != null) {
                    state.movedAt.put(single.uid(), movedAt);
                }
            } else {
                adopt(single);
            }
        }
        if (state.leading) {
            if (!single.pin().isEmpty()
                    && (before == null || before.pin().isEmpty())
                    && !state.movedAt.containsKey(single.uid())
                    && state.places.settled(single)) {
                changed();
            }
            comeBack(single);
            advance(single);
        }
    }

    /// Pinned by somebody whose promise is not known here: an earlier leader, or us too long ago. The scheduler may
    /// bind it at any time, so it is one again even where there is no room now. Devices it gets only from us.
    private void adopt(SingleFact single) {
        Map<String, Long> amounts = Shape.amounts(single.shape().requests());
        String devices = single.pod().devices();
        if (!Shape.fraction(amounts) || placing.fits(single.pin(), Shape.demand(amounts), devices)) {
            state.holds.put(
                    single.uid(),
                    new Holds.Hold(single.pod().namespace(), amounts, single.pin(), devices, Long.MAX_VALUE));
            placing.changed(single.pin());
        }
    }

    private void free(String key) {
        Holds.Hold hold = state.holds.remove(key);
        if (hold != null) {
            placing.changed(hold.node());
            state.roomChanged = true;
        }
    }

    /// It is bound, has ended, or is gone: from now on its pod says what it takes.
    void left(String uid, boolean bound) {
        if (!bound && state.places.left(uid)) {
            changed();
            List.copyOf(unpinned.values()).forEach(this::comeBack);
            state.roomChanged = true;
        }
        SingleFact single = state.singles.remove(uid);
        unpinned.remove(uid);
        if (single == null) {
            return;
        }
        evictions.left(single);
        wishes.forget(uid);
        led.left(uid);
        troubledSince.remove(uid);
        Holds.Hold hold = state.holds.remove(uid);
        if (hold != null) {
            placing.changed(hold.node());
            state.roomChanged |= !bound;
        }
    }

    void elected() {
        // A device was judged by what had been seen until then, or in an earlier term: now everything has been.
        state.singles.values().stream()
                .filter(single ->
                        !single.pin().isEmpty() && Shape.fraction(single.pod().requests()))
                .forEach(single -> free(single.uid()));
        state.singles.values().forEach(single -> {
            if (!single.pin().isEmpty() && state.holds.get(single.uid()) == null) {
                adopt(single);
            }
        });
        led.elected();
    }

    /// What was promised without having been seen in the cluster is the next leader's to decide.
    void deposed() {
        evictions.deposed();
        state.places.deposed();
        for (String key : state.holds.keys()) {
            SingleFact single = state.singles.get(key);
            if (single == null || single.pin().isEmpty()) {
                free(key);
            }
        }
    }

    void tick() {
        evictions.tick();
        state.holds.over(state.now).forEach(this::free);
        if (state.leading) {
            List.copyOf(state.singles.values()).forEach(this::advance);
            led.tick();
        }
    }

    private void advance(SingleFact single) {
        Holds.Hold hold = state.holds.get(single.uid());
        if (single.pod().terminating() || single.led()) {
            return;
        }
        if (single.pin().isEmpty()) {
            if (hold != null) {
                wishes.ungate(single, hold);
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
        wishes.say(single, Why.NoOtherNode, List.of(wrong));
        if (single.remade() && state.now - since >= TROUBLE) {
            wishes.delete(single, wrong);
        }
    }

    /// The scheduler judged before it asked, and forgets that when nobody answers: others may have come since.
    private @Nullable Clause beforeBinding(SingleFact single, Holds.Hold hold) {
        Clause wrong = wrong(single, hold);
        NodeFact node = state.nodes.get(single.pin());
        return wrong != null || node == null ? wrong : new NodeRest(state).pinned(node, single.pod());
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

    static boolean waits(SingleFact single) {
        return single.pin().isEmpty()
                && !single.led()
                && !single.held()
                && !single.pod().terminating();
    }

    /// Those that have no place and for which nobody is leaving: behind our gate, and those that we lead and that the
    /// scheduler has given up for now.
    List<SingleFact> unplaced() {
        return state.singles.values().stream()
                .filter(single -> state.holds.get(single.uid()) == null && !evictions.promised(single))
                .filter(single -> waits(single)
                        || (single.led()
                                && !single.held()
                                && !single.pod().terminating()
                                && single.pod().vetoed()))
                .toList();
    }

    List<SingleFact> waiting() {
        return unpinned.values().stream()
                .filter(single -> state.holds.get(single.uid()) == null)
                .toList();
    }

    /// False where the pod is none that the filter verb leads without a gang.
    boolean filter(Event.FilterAsked ask) {
        SingleFact single = state.singles.get(ask.uid());
        if (single == null || !single.led()) {
            return false;
        }
        led.filter(ask, single);
        return true;
    }

    /// A pod whose devices we give out, or which we lead, is bound by us. False where the pod is none of ours.
    boolean bind(Event.BindAsked ask) {
        SingleFact single = state.singles.get(ask.uid());
        if (single == null) {
            return false;
        }
        if (single.led()) {
            led.bind(ask, single);
            return true;
        }
        Holds.Hold hold = state.holds.get(ask.uid());
        String refusal = !state.leading
                ? "this extender does not lead (yet)"
                : single.pod().terminating()
                        ? "the pod is going"
                        : hold == null || !hold.node().equals(ask.node())
                                ? "it holds no place on " + ask.node()
                                : said(beforeBinding(single, hold));
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
