package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.PodFact;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Slots that are kept for whoever does not hold them yet. Those of gangs stand in the Gang's status: whoever leads
/// next keeps them as well.
final class Earmarks {
    /// Somebody who is being ended may take so long; after that nobody waits for it, in milliseconds.
    static final long LONGEST = 600_000;

    /// Slots that others are leaving to a winner, or that are free for work that moves to them.
    ///
    /// @param moved for work that was told to move
    record Earmark(List<Plan.Row> rows, long since, long until, boolean moved) {
        Earmark to(long later) {
            return new Earmark(rows, since, later, moved);
        }
    }

    /// Of a gang or a single pod.
    static String namespace(String key) {
        return key.substring(0, Math.max(0, key.indexOf('/')));
    }

    private final State state;
    private final SortedMap<String, Earmark> byKey = new TreeMap<>();

    Earmarks(State state) {
        this.state = state;
    }

    @Nullable
    Earmark get(String key) {
        return byKey.get(key);
    }

    boolean has(String key) {
        return byKey.containsKey(key);
    }

    Collection<Earmark> all() {
        return byKey.values();
    }

    Set<String> keys() {
        return byKey.keySet();
    }

    /// Of gangs that were told to move, by their keys.
    SortedMap<String, Earmark> moved() {
        SortedMap<String, Earmark> moved = new TreeMap<>();
        byKey.forEach((key, earmark) -> {
            if (earmark.moved() && state.plans.containsKey(key)) {
                moved.put(key, earmark);
            }
        });
        return moved;
    }

    void forEach(BiConsumer<String, Earmark> each) {
        byKey.forEach(each);
    }

    void put(String key, List<Plan.Row> rows, long until, boolean moved) {
        byKey.put(key, new Earmark(List.copyOf(rows), state.now, until, moved));
        tell(key);
    }

    /// False where there was none.
    boolean remove(String key) {
        boolean was = byKey.remove(key) != null;
        if (was) {
            tell(key);
        }
        return was;
    }

    /// The status of its gang says another thing now.
    private void tell(String key) {
        Plan plan = state.plans.get(key);
        if (plan != null) {
            plan.look();
        }
    }

    void extend(String key, long until) {
        byKey.computeIfPresent(key, (_, earmark) -> earmark.to(Math.max(earmark.until(), until)));
    }

    void end() {
        List.copyOf(byKey.entrySet()).stream()
                .filter(each -> each.getValue().until() <= state.now)
                .forEach(each -> remove(each.getKey()));
    }

    /// They last as long as those are leaving who make them free; or, of work that moves, as it is leaving itself.
    void tick() {
        long more = state.options.earmark() / 2;
        byKey.replaceAll((key, earmark) ->
                earmark.until() - state.now < more && state.now - earmark.since() < LONGEST && isAwaited(key, earmark)
                        ? earmark.to(state.now + more)
                        : earmark);
    }

    private boolean isAwaited(String key, Earmark earmark) {
        Plan plan = state.plans.get(key);
        if (earmark.moved()) {
            return plan != null
                    && plan.phase == Gang.Phase.Releasing
                    && state.membersOf(plan).stream().anyMatch(state::ends);
        }
        for (Plan.Row row : earmark.rows()) {
            for (String node : row.nodes) {
                for (PodFact pod :
                        state.onNode.getOrDefault(node, new TreeMap<>()).values()) {
                    if (state.ends(pod)) {
                        return true;
                    }
                }
            }
        }
        return new Charges(state).comes(key);
    }

    /// What the status of its gang says of it; null where there is nothing to be said.
    Gang.@Nullable Kept told(Plan plan) {
        Earmark earmark = byKey.get(plan.fact.key());
        boolean open = plan.phase == Gang.Phase.Waiting || plan.phase == Gang.Phase.Releasing;
        return earmark == null || !open
                ? null
                : new Gang.Kept(
                        earmark.rows().stream().map(Plan.Row::told).toList(), earmark.moved() ? Boolean.TRUE : null);
    }

    /// As its object says. Whoever begins to lead keeps them for the whole of their time.
    void adopt(Plan plan) {
        Gang.Status status = plan.fact.status();
        Gang.Kept kept = status == null ? null : status.kept();
        if (kept == null) {
            byKey.remove(plan.fact.key());
            return;
        }
        boolean moves = Boolean.TRUE.equals(kept.moves());
        long time = moves ? Consolidation.PLACE : state.options.earmark();
        List<Plan.Row> rows = Plan.Row.read(kept.slots(), plan.fact.spec().classes());
        byKey.put(
                plan.fact.key(),
                new Earmark(rows, state.now, state.leading ? state.now + time : Long.MAX_VALUE, moves));
    }

    /// Of a state that is only looked at: places that are free and kept for work that moves.
    void copyInto(Earmarks other) {
        byKey.forEach((key, earmark) -> {
            if (earmark.moved()) {
                other.byKey.put(key, earmark);
            }
        });
    }
}
