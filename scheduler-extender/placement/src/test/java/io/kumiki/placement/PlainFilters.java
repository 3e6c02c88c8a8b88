package io.kumiki.placement;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Why a node has no room for one pod, found out from the bare amounts: shares no code with whoever refuses. Of several
/// reasons the first in this order counts.
final class PlainFilters {
    enum Filter {
        EXCLUDED,
        MODEL,
        DEVICES,
        EXTENDED,
        CPU,
        MEMORY,
        PODS
    }

    private PlainFilters() {}

    /// Null where it has room.
    static @Nullable Filter reason(ClusterView view, Demand pod, int n, boolean mayUse) {
        ClusterView.Free free = view.free(n);
        int devices = 0;
        for (int milli : free.devices()) {
            devices += milli >= pod.gpuMilli() ? 1 : 0;
        }
        boolean extended = pod.extended().entrySet().stream()
                .allMatch(e -> free.extended().getOrDefault(e.getKey(), 0L) >= e.getValue());
        boolean model = pod.gpus() == 0
                || pod.models().isEmpty()
                || pod.models().contains(view.node(n).model());
        return !mayUse
                ? Filter.EXCLUDED
                : !model
                        ? Filter.MODEL
                        : devices < pod.gpus()
                                ? Filter.DEVICES
                                : !extended
                                        ? Filter.EXTENDED
                                        : free.cpuMilli() < pod.cpuMilli()
                                                ? Filter.CPU
                                                : free.memoryMib() < pod.memoryMib()
                                                        ? Filter.MEMORY
                                                        : free.pods() < 1 ? Filter.PODS : null;
    }

    static Placement.Removed removed(ClusterView view, Demand pod, IntPredicate mayUse) {
        Map<Filter, Integer> counts = new EnumMap<>(Filter.class);
        for (int n = 0; n < view.size(); n++) {
            Filter reason = reason(view, pod, n, mayUse.test(n));
            if (reason != null) {
                counts.merge(reason, 1, Integer::sum);
            }
        }
        return new Placement.Removed(
                counts.getOrDefault(Filter.EXCLUDED, 0),
                counts.getOrDefault(Filter.MODEL, 0),
                counts.getOrDefault(Filter.DEVICES, 0),
                counts.getOrDefault(Filter.EXTENDED, 0),
                counts.getOrDefault(Filter.CPU, 0),
                counts.getOrDefault(Filter.MEMORY, 0),
                counts.getOrDefault(Filter.PODS, 0));
    }
}
