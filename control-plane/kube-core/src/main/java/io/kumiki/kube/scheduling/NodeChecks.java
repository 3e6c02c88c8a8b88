package io.kumiki.kube.scheduling;

import io.kumiki.kube.scheduling.PodShape.Want;
import io.kumiki.kube.scheduling.Toleration.Taint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a node and its own pods say about a shape, without a look at other nodes. In kube-scheduler's order: the
/// first that fails is told.
final class NodeChecks {
    private static final Taint CORDON = new Taint("node.kubernetes.io/unschedulable", "", "NoSchedule");
    private static final Refusal UNSCHEDULABLE = Refusal.firm(Cause.UNSCHEDULABLE, "node(s) were unschedulable");
    private static final Refusal AFFINITY =
            Refusal.firm(Cause.NODE_AFFINITY, "node(s) didn't match Pod's node affinity/selector");
    private static final Refusal PORTS =
            Refusal.crowded(Cause.PORTS, "node(s) didn't have free ports for the requested pod ports");

    private NodeChecks() {}

    static @Nullable Refusal refusal(PodShape shape, NodeEntry node) {
        Refusal lasting = lasting(shape, node);
        if (lasting != null) {
            return lasting;
        }
        return portTaken(shape, node) ? PORTS : shortage(shape, node);
    }

    /// What no change of the node's pods alters.
    static @Nullable Refusal lasting(PodShape shape, NodeEntry node) {
        if (node.facts().unschedulable() && !Toleration.covered(shape.tolerations, CORDON)) {
            return UNSCHEDULABLE;
        }
        Taint taint = Toleration.uncovered(node.facts().taints(), shape.tolerations, Toleration.REPELS);
        if (taint != null) {
            return Refusal.firm(
                    Cause.TAINT, "node(s) had untolerated taint {" + taint.key() + ": " + taint.value() + "}");
        }
        return shape.nodes.matches(node.name, node.labels()) ? null : AFFINITY;
    }

    private static boolean portTaken(PodShape shape, NodeEntry node) {
        if (shape.ports.isEmpty() || !node.portsTaken()) {
            return false;
        }
        for (PodEntry other : node.pods()) {
            for (HostPort taken : other.shape().ports) {
                for (HostPort wanted : shape.ports) {
                    if (wanted.conflicts(taken)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static @Nullable Refusal shortage(PodShape shape, NodeEntry node) {
        List<String> reasons = null;
        boolean resolvable = true;
        for (Want want : shape.wants) {
            long all = node.allocatable(want.resource());
            if (want.amount() > all - node.used(want.resource())) {
                reasons = reasons == null ? new ArrayList<>() : reasons;
                reasons.add(want.resource().equals("pods") ? "Too many pods" : "Insufficient " + want.resource());
                // Larger than the node: nothing that could be removed makes room. The count of pods is never that.
                resolvable &= want.amount() <= all || want.resource().equals("pods");
            }
        }
        return reasons == null ? null : new Refusal(Cause.RESOURCES, reasons, resolvable);
    }

    /// Whether the shape could be there if all pods of less priority were gone: what a change must lead to before
    /// another try is worth it.
    static boolean promising(PodShape shape, NodeEntry node) {
        if (lasting(shape, node) != null) {
            return false;
        }
        for (Want want : shape.wants) {
            long free = node.allocatable(want.resource()) - node.used(want.resource());
            if (want.amount() > free && !withoutLesser(shape, node, want, free)) {
                return false;
            }
        }
        return true;
    }

    private static boolean withoutLesser(PodShape shape, NodeEntry node, Want want, long free) {
        long left = free;
        for (PodEntry other : node.pods()) {
            if (shape.preemptsBelow(other.priority())) {
                left += other.shape().request.get(want.resource());
            }
        }
        return want.amount() <= left;
    }
}
