package io.kumiki.kube.scheduling;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is known of one shape on every node, kept until the node changes: the next pod of the same shape costs one
/// look at the node that took the last one, not a look at all nodes.
final class ShapeFit {
    private static final byte ALLOWED = 1;
    private static final byte TOLERATED = 2;

    private final PodShape shape;
    private final Map<Refusal, Refusal> equal = new HashMap<>();
    private long[] seen = new long[0];
    private @Nullable Refusal[] refusals = new Refusal[0];
    private int[] room = new int[0];
    private int[] preferred = new int[0];
    private int[] avoided = new int[0];
    private byte[] flags = new byte[0];

    ShapeFit(PodShape shape) {
        this.shape = shape;
    }

    @Nullable
    Refusal refusal(NodeEntry node) {
        look(node);
        return refusals[node.slot];
    }

    /// How empty the node will be and how evenly its CPU and memory are used, each 0 to 100. This and the next two
    /// hold for a node that [#refusal] was just asked about.
    int room(NodeEntry node) {
        return room[node.slot];
    }

    /// The weights of the preferred node affinity terms that match.
    int preferred(NodeEntry node) {
        return preferred[node.slot];
    }

    /// PreferNoSchedule taints that are not tolerated.
    int avoided(NodeEntry node) {
        return avoided[node.slot];
    }

    /// Whether a spread constraint counts the node.
    boolean counted(NodeEntry node, SpreadConstraint.Inclusion inclusion) {
        look(node);
        byte flag = flags[node.slot];
        return (!inclusion.honorAffinity() || (flag & ALLOWED) != 0)
                && (!inclusion.honorTaints() || (flag & TOLERATED) != 0);
    }

    private void look(NodeEntry node) {
        int slot = node.slot;
        if (slot >= seen.length) {
            grow(slot);
        }
        if (seen[slot] == node.version) {
            return;
        }
        seen[slot] = node.version;
        Refusal found = NodeChecks.refusal(shape, node);
        refusals[slot] = found == null ? null : equal.computeIfAbsent(found, same -> same);
        room[slot] = Scores.room(shape, node);
        preferred[slot] = shape.nodes.preference(node.name, node.labels());
        int avoid = 0;
        for (Toleration.Taint taint : node.facts().taints()) {
            avoid += taint.effect().equals("PreferNoSchedule") && !Toleration.covered(shape.tolerations, taint) ? 1 : 0;
        }
        avoided[slot] = avoid;
        boolean tolerated = Toleration.uncovered(node.facts().taints(), shape.tolerations, Toleration.REPELS) == null;
        flags[slot] =
                (byte) ((shape.nodes.matches(node.name, node.labels()) ? ALLOWED : 0) | (tolerated ? TOLERATED : 0));
    }

    private void grow(int slot) {
        int size = Math.max(slot + 1, seen.length * 2);
        seen = Arrays.copyOf(seen, size);
        refusals = Arrays.copyOf(refusals, size);
        room = Arrays.copyOf(room, size);
        preferred = Arrays.copyOf(preferred, size);
        avoided = Arrays.copyOf(avoided, size);
        flags = Arrays.copyOf(flags, size);
    }
}
