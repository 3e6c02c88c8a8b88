package io.kumiki.planner;

import io.kumiki.planner.fact.Fitness;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.fact.SingleFact;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Places that are kept for single pods that were told to move, until their controller has made them anew. While the
/// pod is still there its new place is earmarked; from then on it is held, and with it the quota that the pod used.
final class MovedPlaces {
    private static final String MARK = "moved ";
    /// So long after it has ended at least, milliseconds.
    private static final long MORE = 60_000;

    private final State state;
    private final SortedMap<String, Kept> kept = new TreeMap<>();

    MovedPlaces(State state) {
        this.state = state;
    }

    /// @param controller makes it anew
    /// @param until its place is kept so long; who its successor is matters for longer
    private record Kept(String namespace, String controller, Plan.Row row, long until) {
        boolean isFor(String of, String by, Map<String, Long> amounts) {
            return namespace.equals(of) && controller.equals(by) && row.amounts.equals(amounts);
        }

        Kept to(long later) {
            return new Kept(namespace, controller, row, later);
        }

        Holds.Hold hold(long to) {
            return new Holds.Hold(namespace, row.amounts, row.nodes.getFirst(), row.devices.getFirst(), to);
        }
    }

    /// Under which its place is kept: no gang and no pod can be called so.
    static String key(String uid) {
        return MARK + uid;
    }

    void keep(PodFact pod, String controller, Plan.Row row, long until) {
        kept.put(key(pod.uid()), new Kept(pod.namespace(), controller, row, until));
        state.earmarks.put(key(pod.uid()), List.of(row), until, true);
    }

    boolean isEmpty() {
        return kept.values().stream().noneMatch(place -> place.until() > state.now);
    }

    /// What is kept in a namespace, but for one of them.
    List<Plan.Row> kept(String namespace, String but) {
        return kept.entrySet().stream()
                .filter(each -> each.getValue().until() > state.now
                        && each.getValue().namespace().equals(namespace)
                        && !each.getKey().equals(but))
                .map(each -> each.getValue().row())
                .toList();
    }

    /// The pod is gone: what it used is held where it goes. Whether a place was kept for it.
    boolean left(String uid) {
        Kept place = kept.get(key(uid));
        if (place == null || !state.earmarks.remove(key(uid))) {
            return false;
        }
        state.holds.put(key(uid), place.hold(place.until()));
        return true;
    }

    /// A place for a pod that is made by the same controller, under its own key from now on; null for none.
    ///
    /// @param charges what quota leaves, for one that comes before the pod that moved is gone
    /// @param made it exists already, so that the API server counts it
    Holds.@Nullable Hold take(
            String controller, SinglePlacing.Seeker seeker, Charges charges, String key, long until, boolean made) {
        Map<String, Long> amounts = seeker.amounts();
        for (var entry : controller.isEmpty() ? Map.<String, Kept>of().entrySet() : kept.entrySet()) {
            Kept place = entry.getValue();
            if (place.until() > state.now
                    && place.isFor(seeker.namespace(), controller, amounts)
                    && isFree(entry.getKey(), place, seeker, charges)
                    && (made
                            || new NamespaceRoom(state).refusal(seeker.namespace(), seeker.shape(), entry.getKey())
                                    == null)) {
                state.earmarks.remove(entry.getKey());
                state.holds.remove(entry.getKey());
                kept.remove(entry.getKey());
                Holds.Hold hold = place.hold(until);
                state.holds.put(key, hold);
                state.movedAt.put(key, state.now);
                return hold;
            }
        }
        return null;
    }

    /// A pod that found another place may be the successor of one that was moved: it rests as well, and whatever is
    /// kept for it is not needed. True where that was so.
    boolean settled(SingleFact single) {
        Map<String, Long> amounts = Shape.amounts(single.shape().requests());
        String controller = single.pod().controller();
        for (var entry : controller.isEmpty() ? Map.<String, Kept>of().entrySet() : kept.entrySet()) {
            if (entry.getValue().isFor(single.pod().namespace(), controller, amounts)) {
                drop(entry.getKey());
                kept.remove(entry.getKey());
                state.movedAt.put(single.pod().uid(), state.now);
                return true;
            }
        }
        return false;
    }

    private void drop(String key) {
        boolean earmarked = state.earmarks.remove(key);
        boolean held = state.holds.remove(key) != null;
        state.roomChanged |= earmarked || held;
    }

    private boolean isFree(String key, Kept place, SinglePlacing.Seeker seeker, Charges charges) {
        String at = place.row().nodes.getFirst();
        NodeFact node = state.nodes.get(at);
        return node != null
                && Fitness.fits(seeker.shape(), place.row().amounts, node)
                && !state.excluded(seeker.shape(), at)
                && (state.holds.get(key) != null
                        || charges.refusal(seeker.namespace(), place.row().amounts, at) == null);
    }

    /// Those that nobody came for. While the pod that moves is still ending nobody could have come.
    void tick() {
        kept.replaceAll((key, place) -> {
            PodFact pod = state.pods.get(key.substring(MARK.length()));
            if (pod == null || !state.ends(pod) || place.until() - state.now >= MORE) {
                return place;
            }
            state.earmarks.extend(key, state.now + MORE);
            return place.to(state.now + MORE);
        });
        kept.forEach((key, place) -> {
            if (place.until() <= state.now) {
                drop(key);
            }
        });
        kept.values().removeIf(place -> place.until() + Consolidation.REST <= state.now);
    }

    void deposed() {
        kept.keySet().forEach(this::drop);
        kept.clear();
    }
}
