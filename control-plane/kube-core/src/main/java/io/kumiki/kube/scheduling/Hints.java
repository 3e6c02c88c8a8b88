package io.kumiki.kube.scheduling;

import java.util.Set;

/// Whether an event can help a pod that did not fit: what keeps a queue of hopeless pods from being tried at every
/// change of the cluster.
final class Hints {
    private Hints() {}

    /// @param causes what kept the pod off the nodes when it was last tried
    static boolean helps(PodEntry pod, Set<Cause> causes, ClusterEvent event, PodTerm.NamespaceLabels namespaces) {
        // What an extender thinks of an event is its own secret.
        if (causes.contains(Cause.EXTENDER)) {
            return true;
        }
        return switch (event) {
            case ClusterEvent.NodeChanged changed -> node(pod, causes, changed);
            case ClusterEvent.NodeGone ignored -> causes.contains(Cause.SPREAD);
            case ClusterEvent.PodCame came -> neighbour(pod, causes, came.pod(), namespaces);
            case ClusterEvent.PodChanged changed -> changed(pod, causes, changed, namespaces);
            case ClusterEvent.PodLeft left ->
                neighbour(pod, causes, left.pod(), namespaces) || makesRoom(pod, causes, left);
            case ClusterEvent.StorageChanged ignored -> causes.contains(Cause.VOLUMES);
            case ClusterEvent.NamespaceChanged ignored -> causes.contains(Cause.NEIGHBOURS);
        };
    }

    /// A pod that has begun to end counts for spreading no more, but still stands where it stands.
    private static boolean changed(
            PodEntry pod, Set<Cause> causes, ClusterEvent.PodChanged changed, PodTerm.NamespaceLabels namespaces) {
        boolean relabelled = !changed.before().labels().equals(changed.after().labels());
        Set<Cause> concerned = relabelled ? causes : causes.contains(Cause.SPREAD) ? Set.of(Cause.SPREAD) : Set.of();
        return neighbour(pod, concerned, changed.before(), namespaces)
                || neighbour(pod, concerned, changed.after(), namespaces);
    }

    private static boolean node(PodEntry pod, Set<Cause> causes, ClusterEvent.NodeChanged changed) {
        NodeEntry.Facts before = changed.before();
        NodeEntry.Facts now = changed.node().facts();
        boolean labels = before == null || !before.labels().equals(now.labels());
        boolean taints = before == null
                || !before.taints().equals(now.taints())
                || before.unschedulable() != now.unschedulable();
        if (labels && causes.contains(Cause.NEIGHBOURS) || (labels || taints) && causes.contains(Cause.SPREAD)) {
            return true;
        }
        boolean better = before == null
                || taints && (causes.contains(Cause.TAINT) || causes.contains(Cause.UNSCHEDULABLE))
                || labels && (causes.contains(Cause.NODE_AFFINITY) || causes.contains(Cause.VOLUMES))
                || causes.contains(Cause.RESOURCES) && grown(pod.shape(), before, now);
        return better && NodeChecks.promising(pod.shape(), changed.node());
    }

    private static boolean grown(PodShape shape, NodeEntry.Facts before, NodeEntry.Facts now) {
        return shape.wants.stream()
                .map(PodShape.Want::resource)
                .anyMatch(name -> now.allocatable().getOrDefault(name, 0L)
                        > before.allocatable().getOrDefault(name, 0L));
    }

    private static boolean makesRoom(PodEntry pod, Set<Cause> causes, ClusterEvent.PodLeft left) {
        if (causes.contains(Cause.VOLUMES) && pod.uses(left.pod())) {
            return true;
        }
        boolean crowded = causes.contains(Cause.RESOURCES) || causes.contains(Cause.PORTS);
        return crowded && NodeChecks.promising(pod.shape(), left.node());
    }

    private static boolean neighbour(
            PodEntry pod, Set<Cause> causes, PodEntry other, PodTerm.NamespaceLabels namespaces) {
        if (causes.contains(Cause.SPREAD)) {
            for (SpreadConstraint constraint : pod.shape().spread) {
                if (other.namespace().equals(pod.namespace()) && constraint.selects(other)) {
                    return true;
                }
            }
        }
        if (!causes.contains(Cause.NEIGHBOURS)) {
            return false;
        }
        PodTerm.All terms = pod.shape().terms;
        return terms.near().stream().anyMatch(term -> term.matches(other, namespaces))
                || terms.apart().stream().anyMatch(term -> term.matches(other, namespaces))
                || other.shape().terms.apart().stream().anyMatch(term -> term.matches(pod, namespaces));
    }
}
