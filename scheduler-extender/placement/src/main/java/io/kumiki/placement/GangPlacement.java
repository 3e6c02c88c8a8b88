package io.kumiki.placement;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer for a gang: whole, or not at all.
public sealed interface GangPlacement {
    /// @param devices of the node, the lowest free ones that suffice
    record Slot(int node, int[] devices) {}

    /// @param slots per role, in the order of the spec's roles; ranks follow the topology
    /// @param level the narrowest level that holds all members; null where they are spread over several places of
    ///     the widest level
    record Placed(
            List<List<Slot>> slots,
            @Nullable String level,
            @Nullable String domain) implements GangPlacement {
        public int members() {
            return slots.stream().mapToInt(List::size).sum();
        }
    }

    /// It would fit an empty cluster.
    record Waiting(Certificate certificate) implements GangPlacement {}

    /// It would not fit even an empty cluster.
    record Impossible(Certificate certificate) implements GangPlacement {}

    /// Why no place holds the gang, one cause for each, so that anybody can check it.
    ///
    /// @param level where members must lie together; null for the whole cluster, which is then the one place
    /// @param removed nodes that can take no member of the role that is short, by the filter that removed them
    record Certificate(@Nullable String level, List<Cause> causes, Placement.Removed removed) {
        public Certificate {
            causes = List.copyOf(causes);
        }

        /// False where the search ended before every combination was tried.
        public boolean proven() {
            return causes.stream().noneMatch(GaveUp.class::isInstance);
        }

        /// The place that came closest; of equals one that has a name.
        public Cause nearest() {
            return causes.stream()
                    .max(Comparator.comparingDouble(Cause::closeness)
                            .thenComparing(cause -> !Topology.unnamed(cause.domain())))
                    .orElseThrow();
        }
    }

    sealed interface Cause {
        String domain();

        double closeness();
    }

    /// @param room members of the role that the place could take if the gang's other roles were not there
    record RoleShort(String domain, String role, int wanted, int room) implements Cause {
        @Override
        public double closeness() {
            return (double) room / wanted;
        }
    }

    /// Each role has room alone; every way to mix them on the nodes was tried, none holds all.
    record NoCombination(String domain) implements Cause {
        @Override
        public double closeness() {
            return 1;
        }
    }

    /// Each role has room alone; the search for a mix ended at its limit.
    record GaveUp(String domain) implements Cause {
        @Override
        public double closeness() {
            return 2;
        }
    }
}
