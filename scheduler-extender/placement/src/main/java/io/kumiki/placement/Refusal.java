package io.kumiki.placement;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes down why no place holds a gang.
///
/// @param roles largest first
record Refusal(ClusterView view, List<Trial.Wanted> roles) {
    /// @param widest the level of the domains
    /// @param gaveUpAt domains in which not every mix of the roles was tried
    GangPlacement.Certificate certificate(@Nullable String level, List<String> domains, int widest, BitSet gaveUpAt) {
        List<long[]> rooms = roles.stream().map(of -> of.rooms().sums(widest)).toList();
        List<GangPlacement.Cause> causes = new ArrayList<>();
        for (int d = 0; d < domains.size(); d++) {
            causes.add(cause(domains.get(d), d, rooms, gaveUpAt.get(d)));
        }
        var bare = new GangPlacement.Certificate(level, causes, new Placement.Removed(0, 0, 0, 0, 0));
        return new GangPlacement.Certificate(level, causes, removed(shortest(bare.nearest())));
    }

    private GangPlacement.Cause cause(String domain, int d, List<long[]> rooms, boolean gaveUp) {
        for (int r = 0; r < roles.size(); r++) {
            GangSpec.Role role = roles.get(r).role();
            if (rooms.get(r)[d] < role.min()) {
                return new GangPlacement.RoleShort(domain, role.name(), role.min(), Math.toIntExact(rooms.get(r)[d]));
            }
        }
        return gaveUp ? new GangPlacement.GaveUp(domain) : new GangPlacement.NoCombination(domain);
    }

    private Trial.Wanted shortest(GangPlacement.Cause cause) {
        if (cause instanceof GangPlacement.RoleShort missing) {
            for (Trial.Wanted of : roles) {
                if (of.role().name().equals(missing.role())) {
                    return of;
                }
            }
        }
        return roles.getFirst();
    }

    private Placement.Removed removed(Trial.Wanted of) {
        Demand demand = of.role().demand();
        int excluded = 0;
        int model = 0;
        int devices = 0;
        int extended = 0;
        int cpu = 0;
        int memory = 0;
        int pods = 0;
        for (int n = 0; n < view.size(); n++) {
            if (!of.rooms().able(n)) {
                excluded++;
            } else if (!demand.allows(view.node(n).model())) {
                model++;
            } else if (!view.devicesFit(demand, n)) {
                devices++;
            } else if (!view.extendedFit(demand, n)) {
                extended++;
            } else if (view.cpuFree(n) < demand.cpuMilli()) {
                cpu++;
            } else if (view.memoryFree(n) < demand.memoryMib()) {
                memory++;
            } else if (view.podsFree(n) < 1) {
                pods++;
            }
        }
        return new Placement.Removed(excluded, model, devices, extended, cpu, memory, pods);
    }
}
