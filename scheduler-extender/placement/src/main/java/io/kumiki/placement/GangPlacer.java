package io.kumiki.placement;

import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Places gangs by counting rooms per topology domain, never by scanning the cluster once a member.
/// How is said at [GangSearch].
///
/// Deterministic: the same view and spec give the same slots.
public final class GangPlacer {
    /// Which nodes a role may use at all: labels, taints, what is kept for others.
    @FunctionalInterface
    public interface Allowed {
        boolean on(GangSpec.Role role, int node);
    }

    /// A GPU type that would do.
    public record Alternative(String model, double speed) {}

    private final ClusterView view;
    private final Topology topology;
    private final Allowed allowed;

    public GangPlacer(ClusterView view, Topology topology) {
        this(view, topology, (_, _) -> true);
    }

    /// @param avoided nodes that are kept for somebody else; the caller does not change it meanwhile
    public GangPlacer(ClusterView view, Topology topology, BitSet avoided) {
        this(view, topology, (_, n) -> !avoided.get(n));
    }

    public GangPlacer(ClusterView view, Topology topology, Allowed allowed) {
        this.view = view;
        this.topology = topology;
        this.allowed = allowed;
    }

    /// One type for the whole gang: the fastest that fits now, of equal ones the first. A refusal speaks of the
    /// fastest that could ever hold it.
    public GangPlacement place(GangSpec gang, List<Alternative> alternatives) {
        if (alternatives.isEmpty()) {
            return place(gang);
        }
        GangPlacement refusal = null;
        List<Alternative> fastest = alternatives.stream()
                .sorted(Comparator.comparingDouble((Alternative a) -> -a.speed()))
                .toList();
        for (Alternative alternative : fastest) {
            GangPlacement answer = place(gang.on(List.of(alternative.model())));
            if (answer instanceof GangPlacement.Placed) {
                return answer;
            }
            if (refusal == null
                    || (refusal instanceof GangPlacement.Impossible && answer instanceof GangPlacement.Waiting)) {
                refusal = answer;
            }
        }
        return java.util.Objects.requireNonNull(refusal);
    }

    /// Decides only; the view is unchanged.
    public GangPlacement place(GangSpec gang) {
        GangSearch now = search(gang, view);
        GangPlacement.Placed placed = now.placed();
        if (placed != null) {
            return placed;
        }
        GangSearch ever = search(gang, view.emptied());
        return ever.placed() != null || ever.gaveUp()
                ? new GangPlacement.Waiting(now.refusal())
                : new GangPlacement.Impossible(ever.refusal());
    }

    /// Only whether and where, without a proof where not.
    public Optional<GangPlacement.Placed> fit(GangSpec gang) {
        return Optional.ofNullable(search(gang, view).placed());
    }

    private GangSearch search(GangSpec gang, ClusterView on) {
        return new GangSearch(
                on, topology, gang, role -> new MemberRooms(role.demand(), on, topology, n -> allowed.on(role, n)));
    }
}
