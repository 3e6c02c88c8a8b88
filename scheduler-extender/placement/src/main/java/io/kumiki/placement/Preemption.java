package io.kumiki.placement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which whole gangs must go so that one of higher priority fits, at the least lost work.
///
/// Few candidates are tried in every combination that could be cheaper; of many, the cheapest per device that it
/// frees goes first until the gang fits, then the dearest come back as long as it still does. The plan is carried
/// out on a copy before anybody is told; what does not help evicts nobody.
public final class Preemption {
    /// So many candidates are searched exactly.
    private static final int EXACT = 10;

    /// A gang that may be evicted.
    ///
    /// @param cost lost GPU-seconds since its last checkpoint, and what a restart costs
    public record Victim(String id, double cost, List<BackfillPlanner.Held> held) {
        long milli() {
            return held.stream().mapToLong(h -> h.demand().totalGpuMilli()).sum();
        }
    }

    public record Eviction(List<Victim> victims, GangPlacement.Placed placed) {
        public double cost() {
            return victims.stream().mapToDouble(Victim::cost).sum();
        }
    }

    /// Lost work of evicting now: GPUs × (seconds since the later of start and checkpoint + seconds of a restart).
    public static double cost(long gpuMilli, long secondsSinceSaved, long restartSeconds) {
        return gpuMilli / 1000.0 * (Math.max(0, secondsSinceSaved) + Math.max(0, restartSeconds));
    }

    /// How the gang is placed on a changed copy; null where it may not start even then.
    @FunctionalInterface
    public interface Placing {
        @Nullable
        GangPlacement on(ClusterView view, List<Victim> gone);
    }

    private final ClusterView view;
    private final Placing placing;

    public Preemption(ClusterView view, Placing placing) {
        this.view = view;
        this.placing = placing;
    }

    /// Empty where even all of them would not make room.
    public Optional<Eviction> plan(List<Victim> candidates) {
        List<Victim> order = candidates.stream()
                .sorted(Comparator.comparingDouble((Victim v) -> v.cost() / Math.max(1, v.milli()))
                        .thenComparing(Victim::id))
                .toList();
        Optional<Eviction> found = greedy(order);
        return found.isPresent() && order.size() <= EXACT ? Optional.of(cheapest(order, found.get())) : found;
    }

    private Optional<Eviction> greedy(List<Victim> order) {
        Optional<Eviction> fits = without(order);
        if (fits.isEmpty()) {
            return fits;
        }
        int few = 0;
        for (int many = order.size(); many - few > 1; ) {
            int middle = (few + many) / 2;
            Optional<Eviction> some = without(order.subList(0, middle));
            if (some.isPresent()) {
                many = middle;
                fits = some;
            } else {
                few = middle;
            }
        }
        // Whoever holds nothing where it would be placed need not go.
        Set<Integer> nodes = new HashSet<>();
        fits.get().placed().slots().forEach(row -> row.forEach(slot -> nodes.add(slot.node())));
        List<Victim> chosen = fits.get().victims().stream()
                .filter(v -> v.held().stream().anyMatch(h -> nodes.contains(h.node())))
                .toList();
        Optional<Eviction> there = without(chosen);
        if (there.isPresent()) {
            fits = there;
        } else {
            chosen = fits.get().victims();
        }
        for (Victim dearest : List.copyOf(chosen).stream()
                .sorted(Comparator.comparingDouble((Victim v) -> -v.cost()).thenComparing(Victim::id))
                .toList()) {
            List<Victim> fewer = chosen.stream().filter(v -> v != dearest).toList();
            Optional<Eviction> still = without(fewer);
            if (still.isPresent()) {
                chosen = fewer;
                fits = still;
            }
        }
        return fits;
    }

    private Eviction cheapest(List<Victim> order, Eviction upper) {
        Eviction best = upper;
        for (int subset = 1; subset < 1 << order.size(); subset++) {
            List<Victim> some = new ArrayList<>();
            double cost = 0;
            for (int v = 0; v < order.size(); v++) {
                if ((subset & 1 << v) != 0) {
                    some.add(order.get(v));
                    cost += order.get(v).cost();
                }
            }
            if (cost < best.cost()) {
                best = without(some).orElse(best);
            }
        }
        return best;
    }

    private Optional<Eviction> without(List<Victim> victims) {
        ClusterView later = view.copy();
        for (Victim victim : victims) {
            victim.held().forEach(h -> later.release(h.demand(), h.node(), h.devices()));
        }
        return placing.on(later, victims) instanceof GangPlacement.Placed placed
                ? Optional.of(new Eviction(List.copyOf(victims), placed))
                : Optional.empty();
    }
}
