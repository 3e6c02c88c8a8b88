package io.kumiki.placement;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/// How many members of one shape each node could take, and each domain of the level that the shape requires. Follows
/// a view node by node.
final class ShapeRooms {
    private final Forecast.Shape shape;
    private final int level;
    private final Topology topology;
    /// Per variant and role.
    private final List<int[][]> rooms;
    private final List<long[][]> sums;

    ShapeRooms(Forecast.Shape shape, ClusterView view, Topology topology) {
        this.shape = shape;
        this.topology = topology;
        String required = shape.variants().getFirst().required();
        this.level = required == null ? -1 : topology.level(required);
        this.rooms = new ArrayList<>();
        this.sums = new ArrayList<>();
        int domains = level < 0 ? 1 : topology.domains(level);
        for (GangSpec variant : shape.variants()) {
            rooms.add(new int[variant.roles().size()][view.size()]);
            sums.add(new long[variant.roles().size()][domains]);
        }
        for (int n = 0; n < view.size(); n++) {
            changed(view, n);
        }
    }

    private ShapeRooms(ShapeRooms other) {
        shape = other.shape;
        level = other.level;
        topology = other.topology;
        rooms = other.rooms.stream()
                .map(variant ->
                        java.util.Arrays.stream(variant).map(int[]::clone).toArray(int[][]::new))
                .toList();
        sums = other.sums.stream()
                .map(variant ->
                        java.util.Arrays.stream(variant).map(long[]::clone).toArray(long[][]::new))
                .toList();
    }

    ShapeRooms copy() {
        return new ShapeRooms(this);
    }

    private int domain(int n) {
        return level < 0 ? 0 : topology.domainOf(level, n);
    }

    void changed(ClusterView view, int n) {
        for (int v = 0; v < rooms.size(); v++) {
            List<GangSpec.Role> roles = shape.variants().get(v).roles();
            for (int r = 0; r < roles.size(); r++) {
                BitSet able = shape.able().get(r);
                int room = Trial.room(view, (_, node) -> able.get(node), roles.get(r), n);
                sums.get(v)[r][domain(n)] += room - rooms.get(v)[r][n];
                rooms.get(v)[r][n] = room;
            }
        }
    }

    /// The first variant that fits without these nodes.
    Optional<GangPlacement.Placed> fit(ClusterView view, Topology on, BitSet avoided) {
        for (int v = 0; v < rooms.size(); v++) {
            if (mayFit(v, avoided)) {
                GangSpec variant = shape.variants().get(v);
                int[][] room = rooms.get(v);
                GangPlacer.Allowed allowed = (role, n) -> !avoided.get(n)
                        && shape.able().get(index(variant, role)).get(n);
                GangPlacer.Known known = (role, n) -> avoided.get(n) ? 0 : room[index(variant, role)][n];
                Optional<GangPlacement.Placed> placed = new GangPlacer(view, on, allowed, known).fit(variant);
                if (placed.isPresent()) {
                    return placed;
                }
            }
        }
        return Optional.empty();
    }

    /// Whether some variant fits. One role alone fits where its room is enough: nothing has to be tried for it.
    boolean fits(ClusterView view, Topology on, BitSet avoided) {
        if (shape.variants().getFirst().roles().size() > 1) {
            return fit(view, on, avoided).isPresent();
        }
        for (int v = 0; v < rooms.size(); v++) {
            if (mayFit(v, avoided)) {
                return true;
            }
        }
        return false;
    }

    private static int index(GangSpec gang, GangSpec.Role role) {
        List<GangSpec.Role> roles = gang.roles();
        for (int r = 0; r < roles.size(); r++) {
            if (roles.get(r) == role) {
                return r;
            }
        }
        throw new IllegalStateException("a role of another gang");
    }

    /// Whether some domain has room for each role alone.
    private boolean mayFit(int v, BitSet avoided) {
        List<GangSpec.Role> roles = shape.variants().get(v).roles();
        long[][] left = sums.get(v);
        if (!avoided.isEmpty()) {
            left = new long[roles.size()][];
            for (int r = 0; r < left.length; r++) {
                left[r] = sums.get(v)[r].clone();
                for (int n = avoided.nextSetBit(0); n >= 0; n = avoided.nextSetBit(n + 1)) {
                    left[r][domain(n)] -= rooms.get(v)[r][n];
                }
            }
        }
        for (int d = 0; d < left[0].length; d++) {
            boolean all = true;
            for (int r = 0; r < roles.size() && all; r++) {
                all = left[r][d] >= roles.get(r).min();
            }
            if (all) {
                return true;
            }
        }
        return false;
    }
}
