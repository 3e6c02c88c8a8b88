package io.kumiki.placement;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// When and where a gang without room will start if those that run end when they are expected to.
///
/// @param at the end that makes the room
/// @param nodes that it will start on
public record EarliestStart(long at, BitSet nodes) {
    private static final Comparator<BackfillPlanner.Running> FIRST_END =
            Comparator.comparingLong(BackfillPlanner.Running::expectedEnd).thenComparing(BackfillPlanner.Running::id);

    /// Halves the row of ends: whoever finds room finds it, too, when more have ended.
    ///
    /// @param view not changed
    /// @return null where it would not start with everybody gone
    public static @Nullable EarliestStart of(
            ClusterView view,
            List<BackfillPlanner.Running> running,
            Function<? super ClusterView, ? extends GangPlacement> place) {
        List<BackfillPlanner.Running> ends = new ArrayList<>(running);
        ends.sort(FIRST_END);
        long[] times = ends.stream()
                .mapToLong(BackfillPlanner.Running::expectedEnd)
                .distinct()
                .toArray();
        BitSet nodes = times.length == 0 ? null : nodes(view, ends, times[times.length - 1], place);
        if (nodes == null) {
            return null;
        }
        int high = times.length - 1;
        for (int low = 0; low < high; ) {
            int middle = (low + high) >>> 1;
            BitSet sooner = nodes(view, ends, times[middle], place);
            if (sooner == null) {
                low = middle + 1;
            } else {
                nodes = sooner;
                high = middle;
            }
        }
        return new EarliestStart(times[high], nodes);
    }

    private static @Nullable BitSet nodes(
            ClusterView view,
            List<BackfillPlanner.Running> ends,
            long time,
            Function<? super ClusterView, ? extends GangPlacement> place) {
        ClusterView later = view.copy();
        for (BackfillPlanner.Running end : ends) {
            if (end.expectedEnd() > time) {
                break;
            }
            for (BackfillPlanner.Held held : end.held()) {
                later.release(held.demand(), held.node(), held.devices());
            }
        }
        if (!(place.apply(later) instanceof GangPlacement.Placed placed)) {
            return null;
        }
        var nodes = new BitSet();
        placed.slots().forEach(row -> row.forEach(slot -> nodes.set(slot.node())));
        return nodes;
    }
}
