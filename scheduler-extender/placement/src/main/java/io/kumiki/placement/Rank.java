package io.kumiki.placement;

import java.util.Comparator;

/// Where somebody that waits stands; the least is looked at first.
///
/// @param length class of run times, where these count
/// @param several it needs more than one member at once
public record Rank(int priority, Turn turn, int length, long created, boolean alone, String key, boolean several)
        implements Comparable<Rank> {
    public enum Turn {
        byAge,
        overdue,
        firstOfSeveral,
        byLength
    }

    private static final Comparator<Rank> ORDER = Comparator.comparingInt((Rank rank) -> -rank.priority)
            .thenComparing(Rank::turn)
            .thenComparingInt(Rank::length)
            .thenComparingLong(Rank::created)
            .thenComparing(rank -> !rank.alone)
            .thenComparing(Rank::key);

    @Override
    public int compareTo(Rank other) {
        return ORDER.compare(this, other);
    }

    /// Whether it keeps the nodes on which it will start where it finds no room, and nobody before it did.
    ///
    /// @param headless the oldest of several members would not start even with everybody gone
    public boolean keeps(boolean headless) {
        return turn != Turn.byLength || (several && headless);
    }

    /// Whether it is the oldest of those that need several members.
    public boolean leads() {
        return turn == Turn.firstOfSeveral;
    }

    /// As the oldest of those that need several members.
    Rank first() {
        return new Rank(priority, Turn.firstOfSeveral, 0, created, alone, key, several);
    }
}
