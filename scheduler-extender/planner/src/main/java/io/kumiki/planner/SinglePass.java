package io.kumiki.planner;

import io.kumiki.placement.Promise;
import io.kumiki.placement.Rank;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.Why;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One pass over the single pods that wait, in the middle of the gangs'.
final class SinglePass {
    /// Looking for victims costs a look at the whole cluster; whoever comes later is looked at when these have left.
    private static final int EVICTING = 16;

    private final State state;
    private final Queue queue;
    private final SinglePlacing placing;
    private final SingleWishes wishes;
    private final SingleEvictions evictions;
    private final Consolidation consolidation;
    private final Set<SinglePlacing.Seeker> failed = new HashSet<>();
    private int next;
    private int evicting;
    /// Somebody found no room, and nobody would leave for it.
    private boolean sought;
    private boolean stale;

    SinglePass(
            State state,
            Queue queue,
            SinglePlacing placing,
            SingleWishes wishes,
            SingleEvictions evictions,
            Consolidation consolidation) {
        this.state = state;
        this.queue = queue;
        this.placing = placing;
        this.wishes = wishes;
        this.evictions = evictions;
        this.consolidation = consolidation;
    }

    boolean isEmpty() {
        return queue.singles().isEmpty();
    }

    /// Whether places were kept or given up since this was asked: what the gangs know of the room is old.
    boolean stale() {
        boolean was = stale;
        stale = false;
        return was;
    }

    /// Places those that come before the gang.
    ///
    /// @param gang its place in the queue; null for all that are left
    /// @param gangs the room that gangs are placed into, where it was made already
    /// @return what is kept for whoever found no room first
    Outlook.@Nullable Kept before(
            @Nullable Rank gang, @Nullable Room gangs, Charges charges, Outlook.@Nullable Kept kept) {
        Outlook.Kept now = kept;
        for (; next < queue.singles().size(); next++) {
            SingleFact single = queue.singles().get(next);
            Rank rank = queue.of(single);
            if (gang != null && rank.compareTo(gang) > 0) {
                break;
            }
            var seeker = SinglePlacing.Seeker.of(single);
            boolean promised = evictions.promised(single);
            if (failed.contains(seeker) && !promised) {
                continue;
            }
            SinglePlacing.Found found = promised ? promised(single, charges, now) : placing.find(seeker, charges, now);
            switch (found) {
                case SinglePlacing.Found.There there -> start(single, seeker, there, stale ? null : gangs, charges);
                case SinglePlacing.Found.Nowhere(Why why, var clauses) -> {
                    if (promised) {
                        continue;
                    }
                    boolean first = isTaken(why) && now == null && (rank.keeps(false) || !sought);
                    if (evicting < EVICTING && (first || isTaken(why) || why == Why.KeptForOlder)) {
                        List<Clause> leaving = evictions.preempt(single, charges, !first);
                        List<Clause> moving = leaving.isEmpty() && first && why == Why.NoRoom
                                ? consolidation.move(single)
                                : List.of();
                        if (!leaving.isEmpty() || !moving.isEmpty()) {
                            evicting++;
                            stale = true;
                            charges.close(Alone.key(single.pod()));
                            placing.changed();
                            wishes.say(
                                    single,
                                    moving.isEmpty() ? Why.Preempting : Why.Moving,
                                    moving.isEmpty() ? leaving : moving);
                            continue;
                        }
                        sought |= first;
                    }
                    failed.add(seeker);
                    wishes.say(single, why, clauses);
                    now = now == null && why == Why.NoRoom && rank.keeps(false) ? keep(single, seeker) : now;
                }
            }
        }
        return now;
    }

    /// Where others have left for it, or are about to: what is kept for it does not count against it.
    private SinglePlacing.Found promised(SingleFact single, Charges charges, Outlook.@Nullable Kept kept) {
        String key = Alone.key(single.pod());
        charges.open(key);
        SinglePlacing.Found found = placing.find(SinglePlacing.Seeker.of(single), charges, kept);
        if (found instanceof SinglePlacing.Found.Nowhere(Why why, var _) && isRoom(why)) {
            SinglePlacing.Found.There own = evictions.kept(single);
            found = own == null ? found : own;
        }
        if (found instanceof SinglePlacing.Found.Nowhere) {
            charges.close(key);
        }
        return found;
    }

    /// Others have what it needs.
    private static boolean isTaken(Why why) {
        return switch (why) {
            case NoRoom, QuotaBorrowing, QuotaLimit -> true;
            default -> false;
        };
    }

    private static boolean isRoom(Why why) {
        return why == Why.NoRoom || why == Why.KeptForOlder;
    }

    private void start(
            SingleFact single,
            SinglePlacing.Seeker seeker,
            SinglePlacing.Found.There there,
            @Nullable Room gangs,
            Charges charges) {
        boolean kept = evictions.promised(single);
        evictions.left(single);
        placing.take(single.uid(), seeker, there, charges, Long.MAX_VALUE);
        if (kept) {
            // What was kept for it is anybody's now, or its own.
            placing.changed();
            stale = true;
        } else if (gangs != null) {
            gangs.take(there.node(), there.demand(), there.devices());
        }
        wishes.ungate(single, Objects.requireNonNull(state.holds.get(single.uid())));
    }

    /// One node empties for it; else smaller pods would take each device as it comes free.
    private Outlook.@Nullable Kept keep(SingleFact single, SinglePlacing.Seeker seeker) {
        String node = placing.nearest(seeker);
        return node == null
                ? null
                : new Outlook.Kept(single.pod().party(), single.priority(), Promise.of(state.second), Set.of(node));
    }
}
