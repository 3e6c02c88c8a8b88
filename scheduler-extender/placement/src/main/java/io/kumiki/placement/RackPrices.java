package io.kumiki.placement;

import java.util.List;

/// What a pod takes from gangs whose members fill whole nodes of one rack, by breaking a node that is wholly free: much
/// in a rack that is wholly free, little in one that is broken already, which is so spent first.
final class RackPrices {
    private final ClusterView view;
    private final Topology topology;
    private final EtwOptions options;
    private final int level;
    private final List<Demand> members;
    /// Per member and rack.
    private final double[][] price;

    RackPrices(ClusterView view, PodMix mix, EtwOptions options, Topology topology) {
        this.view = view;
        this.topology = topology;
        this.options = options;
        this.level = topology.levels().size() - 1;
        this.members = level < 0 || options.rackPrice() == 0
                ? List.of()
                : mix.together().stream().filter(d -> d.gpus() > 1).toList();
        this.price = new double[members.size()][level < 0 ? 0 : topology.domains(level)];
        refresh();
    }

    /// Counts the free nodes of each rack again; between two refreshes prices stand still.
    void refresh() {
        if (members.isEmpty()) {
            return;
        }
        int[] nodes = new int[topology.domains(level)];
        for (int n = 0; n < view.size(); n++) {
            nodes[topology.domainOf(level, n)]++;
        }
        for (int t = 0; t < price.length; t++) {
            Demand member = members.get(t);
            double[] free = price[t];
            java.util.Arrays.fill(free, 0);
            for (int n = 0; n < view.size(); n++) {
                free[topology.domainOf(level, n)] += isFree(member, n) ? 1 : 0;
            }
            for (int rack = 0; rack < free.length; rack++) {
                // A node alone is no rack.
                free[rack] = nodes[rack] < 2 ? 0 : options.rackPrice() * member.gpus() * free[rack] / nodes[rack];
            }
        }
    }

    /// @param wholeTaken whole devices that the pod would break or take
    double of(Demand pod, int n, int wholeTaken) {
        double most = 0;
        for (int t = 0; t < price.length; t++) {
            Demand member = members.get(t);
            double there = price[t][topology.domainOf(level, n)];
            if (there > most && isFree(member, n) && breaks(pod, n, wholeTaken, member)) {
                most = there;
            }
        }
        return most;
    }

    private boolean breaks(Demand pod, int n, int wholeTaken, Demand member) {
        return wholeTaken > 0
                || view.cpuFree(n) - pod.cpuMilli() < member.cpuMilli()
                || view.memoryFree(n) - pod.memoryMib() < member.memoryMib();
    }

    /// Whether a member could have the node as a whole.
    private boolean isFree(Demand member, int n) {
        NodeSpec node = view.node(n);
        return node.gpus() == member.gpus() && view.wholeDevices(n) == node.gpus() && view.fits(member, n);
    }
}
