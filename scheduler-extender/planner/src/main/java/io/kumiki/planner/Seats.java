package io.kumiki.planner;

import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Slots of one gang that were given to members which are not seen in them yet: to gated ones, by their uid, and to
/// those that are about to be made, by the claim of their admission.
final class Seats {
    private record Seat(int row, int slot, long until) {}

    private final Map<String, Seat> given = new TreeMap<>();

    /// The slot that was given before; -1 for none.
    int of(String key, int row) {
        Seat seat = given.get(key);
        return seat == null || seat.row() != row ? -1 : seat.slot();
    }

    /// @param until the slot is free again if nobody was seen in it by then
    void give(String key, int row, int slot, long until) {
        given.put(key, new Seat(row, slot, until));
    }

    /// Those whose member was seen in its slot, never came, or is gone end.
    void settle(Occupancy there, Predicate<String> gone, long now) {
        given.entrySet()
                .removeIf(entry -> entry.getValue().until() <= now
                        || !there.isVacant(
                                entry.getValue().row(), entry.getValue().slot())
                        || gone.test(entry.getKey()));
    }

    /// Slots of a row in which nobody is and which were given to nobody.
    BitSet free(int row, Occupancy there) {
        BitSet free = there.vacant(row);
        for (Seat seat : given.values()) {
            if (seat.row() == row) {
                free.clear(seat.slot());
            }
        }
        return free;
    }

    boolean has(String key) {
        return given.containsKey(key);
    }

    void clear() {
        given.clear();
    }
}
