package io.kumiki.placement;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/// In which order those that wait are looked at. The one place where this is decided: the planner, what
/// people are told of its queue, forecasts, and the replays of traces go by it. Higher priority always goes
/// first.
public enum QueueOrder {
    /// Oldest first; the first that finds no room keeps nodes.
    age,
    /// Shorter run times first. So that nobody starves two kinds go before: whoever waits for longer than
    /// [#PATIENCE] and [#FACTOR] times its own run time, oldest first; then the oldest of those that need
    /// several members. Only these keep nodes ([Rank#keeps]); when the oldest of several members starts,
    /// the next one is it.
    shortest;

    /// Seconds.
    public static final long PATIENCE = 14 * 86_400;

    public static final long FACTOR = 2;
    /// Times that differ by less than a tenth are the same: an order by learned times would never stand
    /// still.
    private static final double STEP = Math.log(1.1);

    /// @param key of its own
    /// @param alone a pod without a gang: first where all else is the same
    /// @param created seconds
    /// @param seconds run time, as far as is known
    /// @param several it needs more than one member at once, and as far as is known only room stands in its
    ///     way
    public record Waiting(String key, boolean alone, int priority, long created, long seconds, boolean several) {
        private Rank rank(Rank.Turn turn, int length) {
            return new Rank(priority, turn, length, created, alone, key, several);
        }
    }

    private static final Comparator<Waiting> OLDEST = Comparator.comparingLong(Waiting::created)
            .thenComparing(waiting -> !waiting.alone())
            .thenComparing(Waiting::key);

    /// Where each stands among all, by its key.
    public Map<String, Rank> ranks(Collection<Waiting> all, long now) {
        Map<String, Rank> ranks = new HashMap<>();
        Map<Integer, Waiting> heads = new HashMap<>();
        for (Waiting each : all) {
            Rank rank = rank(each, now);
            ranks.put(each.key(), rank);
            if (rank.turn() == Rank.Turn.byLength && each.several()) {
                heads.merge(each.priority(), each, (one, other) -> OLDEST.compare(one, other) <= 0 ? one : other);
            }
        }
        heads.values().forEach(head -> ranks.compute(head.key(), (_, rank) -> rank == null ? null : rank.first()));
        return ranks;
    }

    /// Of one that is compared with others, as if it were the oldest of nothing.
    public Rank rank(Waiting each, long now) {
        if (this == age) {
            return each.rank(Rank.Turn.byAge, 0);
        }
        return now - each.created() >= PATIENCE + FACTOR * each.seconds()
                ? each.rank(Rank.Turn.overdue, 0)
                : each.rank(Rank.Turn.byLength, (int) Math.ceil(Math.log(Math.max(1, each.seconds())) / STEP));
    }
}
