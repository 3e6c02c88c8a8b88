package io.kumiki.placement;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes down why no place holds a gang.
///
/// @param roles largest first
record Refusal(ClusterView view, GangPlacer.Allowed allowed, List<GangSpec.Role> roles) {
    /// @param rooms per role and domain
    /// @param gaveUpAt domains in which not every mix of the roles was tried
    GangPlacement.Certificate certificate(
            @Nullable String level, List<String> domains, List<int[]> rooms, BitSet gaveUpAt) {
        List<GangPlacement.Cause> causes = new ArrayList<>();
        for (int d = 0; d < domains.size(); d++) {
            causes.add(cause(domains.get(d), d, rooms, gaveUpAt.get(d)));
        }
        var bare = new GangPlacement.Certificate(level, causes, new Placement.Removed(0, 0, 0, 0, 0));
        return new GangPlacement.Certificate(level, causes, removed(shortest(bare.nearest())));
    }

    private GangPlacement.Cause cause(String domain, int d, List<int[]> rooms, boolean gaveUp) {
        for (int r = 0; r < roles.size(); r++) {
            GangSpec.Role role = roles.get(r);
            if (rooms.get(r)[d] < role.min()) {
                return new GangPlacement.RoleShort(domain, role.name(), role.min(), rooms.get(r)[d]);
            }
        }
        return gaveUp ? new GangPlacement.GaveUp(domain) : new GangPlacement.NoCombination(domain);
    }

    private GangSpec.Role shortest(GangPlacement.Cause cause) {
        if (cause instanceof GangPlacement.RoleShort missing) {
            for (GangSpec.Role role : roles) {
                if (role.name().equals(missing.role())) {
                    return role;
                }
            }
        }
        return roles.getFirst();
    }

    private Placement.Removed removed(GangSpec.Role role) {
        Demand demand = role.demand();
        int excluded = 0;
        int model = 0;
        int devices = 0;
        int extended = 0;
        int cpu = 0;
        int memory = 0;
        int pods = 0;
        for (int n = 0; n < view.size(); n++) {
            if (!allowed.on(role, n)) {
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
