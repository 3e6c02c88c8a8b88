package io.kumiki.placement;

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
    record Waiting(Shortage shortage) implements GangPlacement {}

    /// It would not fit even an empty cluster.
    record Impossible(Shortage shortage) implements GangPlacement {}

    /// Why not, so that anybody can check it: the role that is short, and how many of its members the best place
    /// could take.
    ///
    /// @param level where members must lie together; null for the whole cluster
    /// @param bestDomain the place at that level with most room for the role; null for the whole cluster
    /// @param room members of the role that it could take if the gang's other roles were not there
    /// @param proven false where each role would fit alone and only their combination found no room
    /// @param removed nodes that can take no member of the role, by the filter that removed them
    record Shortage(
            String role,
            int wanted,
            int room,
            @Nullable String level,
            @Nullable String bestDomain,
            boolean proven,
            Placement.Removed removed) {}
}
