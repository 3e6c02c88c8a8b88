package io.kumiki.placement;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A second solver that shares no code with the first: member by member on real copies of the view, every node
/// tried. Only for small cases.
final class ExactGangs {
    private ExactGangs() {}

    static boolean fits(ClusterView view, Topology topology, GangSpec gang, GangPlacer.Allowed allowed) {
        String required = gang.required();
        if (required == null) {
            return fits(view, all(view), gang.roles(), 0, 0, 0, allowed);
        }
        int level = topology.level(required);
        for (int domain = 0; domain < topology.domains(level); domain++) {
            if (fitsIn(view, topology, gang, level, domain, allowed)) {
                return true;
            }
        }
        return false;
    }

    static boolean fitsIn(
            ClusterView view,
            @Nullable Topology topology,
            GangSpec gang,
            int level,
            int domain,
            GangPlacer.Allowed allowed) {
        List<Integer> nodes = new ArrayList<>();
        for (int n = 0; n < view.size(); n++) {
            if (topology == null || topology.domainOf(level, n) == domain) {
                nodes.add(n);
            }
        }
        return fits(view, nodes, gang.roles(), 0, 0, 0, allowed);
    }

    private static List<Integer> all(ClusterView view) {
        List<Integer> all = new ArrayList<>();
        for (int n = 0; n < view.size(); n++) {
            all.add(n);
        }
        return all;
    }

    /// Members of one role are alike, so each goes to the same node as the one before or to a later one.
    private static boolean fits(
            ClusterView view,
            List<Integer> nodes,
            List<GangSpec.Role> roles,
            int role,
            int member,
            int from,
            GangPlacer.Allowed allowed) {
        if (role == roles.size()) {
            return true;
        }
        GangSpec.Role r = roles.get(role);
        if (member == r.min()) {
            return fits(view, nodes, roles, role + 1, 0, 0, allowed);
        }
        for (int i = from; i < nodes.size(); i++) {
            int n = nodes.get(i);
            if (!allowed.on(r, n) || !view.fits(r.demand(), n)) {
                continue;
            }
            int[] devices = r.demand().gpus() == 0
                    ? new int[0]
                    : view.wholeDevices(n, r.demand().gpus());
            view.place(r.demand(), n, devices);
            boolean found = fits(view, nodes, roles, role, member + 1, i, allowed);
            view.release(r.demand(), n, devices);
            if (found) {
                return true;
            }
        }
        return false;
    }

    /// Checks a refusal by itself: every domain is named once and its cause holds with its numbers, and as many
    /// nodes were removed by each filter as it says.
    static boolean holds(
            GangPlacement.Certificate certificate,
            ClusterView view,
            Topology topology,
            GangSpec gang,
            GangPlacer.Allowed allowed) {
        String level = certificate.level();
        int domains = level == null ? 1 : topology.domains(topology.level(level));
        if (certificate.causes().size() != domains
                || certificate.causes().stream()
                                .map(GangPlacement.Cause::domain)
                                .distinct()
                                .count()
                        != domains) {
            return false;
        }
        for (int d = 0; d < domains; d++) {
            GangPlacement.Cause cause = certificate.causes().get(d);
            GangSpec part = cause instanceof GangPlacement.RoleShort missing
                    ? new GangSpec(
                            gang.name(),
                            gang.roles().stream()
                                    .filter(r -> r.name().equals(missing.role()))
                                    .toList(),
                            null,
                            null)
                    : gang;
            boolean fits = level == null
                    ? fitsIn(view, null, part, 0, 0, allowed)
                    : fitsIn(view, topology, part, topology.level(level), d, allowed);
            if (fits) {
                return false;
            }
            if (cause instanceof GangPlacement.RoleShort missing
                    && (missing.room() >= missing.wanted()
                            || !roomIsExact(part, missing, view, topology, level, d, allowed))) {
                return false;
            }
        }
        return removedIsExact(certificate, view, gang, allowed);
    }

    /// Of the role that the nearest place is short of; where none is, of the largest.
    private static boolean removedIsExact(
            GangPlacement.Certificate certificate, ClusterView view, GangSpec gang, GangPlacer.Allowed allowed) {
        String named = certificate.nearest() instanceof GangPlacement.RoleShort missing ? missing.role() : null;
        GangSpec.Role role = null;
        for (GangSpec.Role each : gang.roles()) {
            boolean larger = role == null
                    || each.demand().totalGpuMilli() > role.demand().totalGpuMilli()
                    || (each.demand().totalGpuMilli() == role.demand().totalGpuMilli()
                            && each.demand().cpuMilli() > role.demand().cpuMilli());
            role = named == null ? (larger ? each : role) : each.name().equals(named) ? each : role;
        }
        GangSpec.Role of = java.util.Objects.requireNonNull(role);
        return certificate.removed().equals(PlainFilters.removed(view, of.demand(), n -> allowed.on(of, n)));
    }

    private static boolean roomIsExact(
            GangSpec part,
            GangPlacement.RoleShort missing,
            ClusterView view,
            Topology topology,
            @Nullable String level,
            int domain,
            GangPlacer.Allowed allowed) {
        GangSpec.Role role = part.roles().getFirst();
        for (int extra = 0; extra <= 1; extra++) {
            int members = missing.room() + extra;
            var some = new GangSpec(
                    "part", List.of(new GangSpec.Role("r", role.demand(), members, Math.max(1, members))), null, null);
            boolean fits = level == null
                    ? fitsIn(view, null, some, 0, 0, (_, n) -> allowed.on(role, n))
                    : fitsIn(view, topology, some, topology.level(level), domain, (_, n) -> allowed.on(role, n));
            if (fits != (extra == 0)) {
                return false;
            }
        }
        return true;
    }
}
