package io.kumiki.placement;

import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Whether and where a gang of one shape finds room, out of rooms that are counted. Whoever was refused is not tried
/// again before something changed that could matter.
final class ShapeRooms {
    private final Forecast.Shape shape;
    private final CountedRooms counted;
    /// Of the domains in which all members must lie.
    private final int level;
    /// Per variant and role.
    private final List<List<MemberRooms>> rooms;

    /// How much had happened when nothing was found; only rises.
    private long refusedAt = -1;
    /// Every mix of the roles was tried in vain: only what is given back can help.
    private boolean proven;

    ShapeRooms(Forecast.Shape shape, CountedRooms counted) {
        this.shape = shape;
        this.counted = counted;
        this.level = GangSearch.widest(counted.topology(), shape.variants().getFirst());
        this.rooms = shape.variants().stream()
                .map(variant -> rooms(variant, shape, counted))
                .toList();
    }

    private static List<MemberRooms> rooms(GangSpec variant, Forecast.Shape shape, CountedRooms counted) {
        List<GangSpec.Role> roles = variant.roles();
        return IntStream.range(0, roles.size())
                .mapToObj(r -> counted.of(roles.get(r).demand(), shape.able().get(r)))
                .toList();
    }

    /// On an equal view that changes by itself.
    ShapeRooms on(ClusterView copy) {
        return new ShapeRooms(shape, counted.on(copy, shape));
    }

    /// Where nobody else counts on the same view.
    void changed(int n, boolean freed) {
        counted.changed(n, freed);
    }

    /// Of the first variant that fits; null where none does.
    GangPlacement.@Nullable Placed fit() {
        if (refusedAt == happened()) {
            return null;
        }
        boolean gaveUp = false;
        for (int v = 0; v < rooms.size(); v++) {
            if (mayFit(v)) {
                GangSpec variant = shape.variants().get(v);
                List<MemberRooms> of = rooms.get(v);
                var search = new GangSearch(
                        counted.view(), counted.topology(), variant, role -> of.get(index(variant, role)));
                GangPlacement.Placed placed = search.placed();
                if (placed != null) {
                    return placed;
                }
                gaveUp |= search.everGaveUp();
            }
        }
        proven = !gaveUp;
        refusedAt = happened();
        return null;
    }

    /// How often something changed that could matter to whoever was refused.
    private long happened() {
        ToLongFunction<MemberRooms> often = proven ? MemberRooms::frees : MemberRooms::changes;
        return rooms.stream().flatMap(List::stream).mapToLong(often).sum();
    }

    /// Whether some variant fits. One role alone fits where its room is enough: nothing has to be tried for it.
    boolean fits() {
        if (shape.variants().getFirst().roles().size() > 1) {
            return fit() != null;
        }
        for (int v = 0; v < rooms.size(); v++) {
            if (mayFit(v)) {
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
    private boolean mayFit(int v) {
        List<GangSpec.Role> roles = shape.variants().get(v).roles();
        List<MemberRooms> of = rooms.get(v);
        for (int r = 0; r < roles.size(); r++) {
            if (of.get(r).most(level) < roles.get(r).min()) {
                return false;
            }
        }
        if (roles.size() == 1) {
            return true;
        }
        int domains = of.getFirst().sums(level).length;
        for (int d = 0; d < domains; d++) {
            boolean all = true;
            for (int r = 0; r < roles.size() && all; r++) {
                all = of.get(r).sums(level)[d] >= roles.get(r).min();
            }
            if (all) {
                return true;
            }
        }
        return false;
    }
}
