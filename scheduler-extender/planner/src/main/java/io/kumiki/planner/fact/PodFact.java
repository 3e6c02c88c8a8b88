package io.kumiki.planner.fact;

import io.kumiki.planner.words.Party;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What matters of a Pod.
///
/// @param version its resourceVersion
/// @param node empty while it is not bound
/// @param vetoed the scheduler said that it fits nowhere
/// @param controller uid of the owner that controls it, empty for none
/// @param requests CPU in milli, everything else in units
/// @param devices numbers of the shared devices that it was given, empty for none
/// @param yields priority of an ordinary pod that is made anew elsewhere when it is evicted; null for any other
public record PodFact(
        String uid,
        String namespace,
        String name,
        String version,
        String node,
        Stage stage,
        boolean terminating,
        boolean gated,
        boolean vetoed,
        String controller,
        Map<String, Long> requests,
        @Nullable Member member,
        String devices,
        @Nullable Integer yields) {
    public PodFact(
            String uid,
            String namespace,
            String name,
            String version,
            String node,
            Stage stage,
            boolean terminating,
            boolean gated,
            boolean vetoed,
            String controller,
            Map<String, Long> requests,
            @Nullable Member member,
            String devices) {
        this(
                uid,
                namespace,
                name,
                version,
                node,
                stage,
                terminating,
                gated,
                vetoed,
                controller,
                requests,
                member,
                devices,
                null);
    }

    public enum Stage {
        PENDING,
        RUNNING,
        SUCCEEDED,
        FAILED;

        public boolean ended() {
            return this == SUCCEEDED || this == FAILED;
        }
    }

    /// @param index of its slot, -1 while none is known
    /// @param reservation gang uid and attempt that it was made or ungated for, empty for none
    /// @param steered led by the filter verb; otherwise pinned by its affinity
    /// @param labels of the pod, by which disruption budgets know it
    public record Member(
            String gang, String className, int index, String reservation, boolean steered, Map<String, String> labels) {
        public Member(String gang, String className, int index, String reservation, boolean steered) {
            this(gang, className, index, reservation, steered, Map.of());
        }
    }

    public boolean bound() {
        return !node.isEmpty();
    }

    /// As it is when it was bound.
    public PodFact on(String where) {
        return with(where, false, false, requests, member);
    }

    /// The same pod seen as a member of a gang.
    public PodFact as(Member of) {
        return with(node, gated, vetoed, requests, of);
    }

    /// With maps that others have too.
    public PodFact sharing(Map<String, Long> equalRequests, @Nullable Member equalMember) {
        return with(node, gated, vetoed, equalRequests, equalMember);
    }

    private PodFact with(
            String nodeNow, boolean gatedNow, boolean vetoedNow, Map<String, Long> requestsNow, @Nullable Member of) {
        return new PodFact(
                uid,
                namespace,
                name,
                version,
                nodeNow,
                stage,
                terminating,
                gatedNow,
                vetoedNow,
                controller,
                requestsNow,
                of,
                devices,
                yields);
    }

    /// Counts as a member that does its work.
    public boolean working() {
        return bound() && !stage.ended() && !terminating;
    }

    /// As others are told of it.
    public Party party() {
        return new Party(true, uid, namespace, name, Shape.demand(requests).totalGpuMilli());
    }
}
