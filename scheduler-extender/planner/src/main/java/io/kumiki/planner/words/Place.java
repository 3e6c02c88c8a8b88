package io.kumiki.planner.words;

import io.kumiki.placement.Rank;

/// Where somebody stands in a queue, and how many go first.
///
/// @param position from 1
/// @param turn by what its turn comes
/// @param higher of higher priority; all others have its own
/// @param overdue that have waited for so long that age counts
/// @param several 1 where the oldest that needs several members goes first
/// @param shorter of a shorter run time
/// @param older that are as short, or where run times do not count
public record Place(int position, Rank.Turn turn, int higher, int overdue, int several, int shorter, int older) {}
