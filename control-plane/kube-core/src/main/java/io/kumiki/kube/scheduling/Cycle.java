package io.kumiki.kube.scheduling;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One pod against the nodes as they are now.
final class Cycle {
    private final PodEntry pod;
    private final NodeTable table;
    private final ShapeFit fit;
    private final @Nullable PodClaims claims;
    private final @Nullable Spread spread;
    private final @Nullable InterPod interPod;

    Cycle(PodEntry pod, NodeTable table, @Nullable PodClaims claims) {
        this.pod = pod;
        this.table = table;
        this.claims = claims;
        this.fit = table.fit(pod.shape());
        this.spread = Spread.of(pod, fit, table.neighbours, table.everywhere());
        this.interPod = InterPod.of(pod, table.neighbours, table.everywhere());
    }

    ShapeFit fit() {
        return fit;
    }

    @Nullable
    PodClaims claims() {
        return claims;
    }

    /// Pods that the node is being cleared for count as there, if they are not less important; but the pod must fit
    /// without them too, for they may never come.
    @Nullable
    Refusal refusal(NodeEntry node) {
        Refusal alone = fit.refusal(node);
        if (!table.nominations.isEmpty()) {
            List<PodEntry> expected = table.nominations.before(pod, node.name);
            if (!expected.isEmpty()) {
                return supposing(expected, node);
            }
        }
        return alone != null ? alone : others(node);
    }

    /// The same for a node whose pods are supposed to be others than they are.
    @Nullable
    Refusal refusalInThought(NodeEntry node) {
        List<PodEntry> expected = table.nominations.before(pod, node.name);
        return expected.isEmpty() ? freshly(node) : supposing(expected, node);
    }

    private @Nullable Refusal supposing(List<PodEntry> expected, NodeEntry node) {
        for (PodEntry other : expected) {
            suppose(other, node, 1);
        }
        Refusal crowded = freshly(node);
        for (PodEntry other : expected) {
            suppose(other, node, -1);
        }
        return crowded != null ? crowded : freshly(node);
    }

    private @Nullable Refusal freshly(NodeEntry node) {
        Refusal alone = NodeChecks.refusal(pod.shape(), node);
        return alone != null ? alone : others(node);
    }

    private @Nullable Refusal others(NodeEntry node) {
        Refusal found = claims == null ? null : claims.refusal(node);
        if (found == null && spread != null) {
            found = spread.refusal(node);
        }
        if (found == null && interPod != null) {
            found = interPod.refusal(node);
        }
        return found;
    }

    /// In thought a pod is on the node (`by` 1) or is no longer (`by` -1). To be taken back before anything else is
    /// asked.
    void suppose(PodEntry other, NodeEntry node, int by) {
        if (by > 0) {
            node.add(other);
        } else {
            node.remove(other.uid());
        }
        if (claims != null) {
            claims.suppose(other, by);
        }
        if (spread != null) {
            spread.suppose(other, node, by);
        }
        if (interPod != null) {
            interPod.suppose(other, node, by);
        }
    }
}
