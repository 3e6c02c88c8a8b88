package io.kumiki.placement.bench.openb;

import io.kumiki.placement.Demand;
import io.kumiki.placement.NodeSpec;
import io.kumiki.runtime.bench.Figure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Time to place one pod as the cluster grows: the node list one, four and twelve times, and as many arrival orders
/// dealt into each other, up to 130 % load. Prices that are read anew now and then are part of it.
final class Scale {
    private static final int[] COPIES = {1, 4, 12};

    private Scale() {}

    static List<Figure> figures(String bench, OpenbTrace data) throws IOException {
        List<Figure> figures = new ArrayList<>();
        for (int copies : COPIES) {
            List<NodeSpec> nodes = nodes(data.nodes(), copies);
            var order = order(data.arrivals("default"), copies);
            List<Demand> pods = data.pods("default");
            OpenbReplay.run(data.nodes(), pods, order(data.arrivals("default"), 1), Policy.OURS, 0);
            var outcome = OpenbReplay.run(nodes, pods, order, Policy.OURS, 0);
            String kase = String.format(java.util.Locale.ROOT, "%,d nodes", nodes.size());
            figures.add(new Figure(bench, kase, "one pod placed, p50", outcome.p50Nanos() / 1e6, "ms"));
            figures.add(new Figure(bench, kase, "one pod placed, p99", outcome.p99Nanos() / 1e6, "ms"));
            figures.add(new Figure(bench, kase, "one pod placed, p99 of CPU time", outcome.p99CpuNanos() / 1e6, "ms"));
            figures.add(new Figure(bench, kase, "one pod placed, mean", outcome.meanNanos() / 1e6, "ms"));
            figures.add(new Figure(bench, kase, "alloc@130", outcome.curve().at(130), "%"));
        }
        return figures;
    }

    private static List<NodeSpec> nodes(List<NodeSpec> list, int copies) {
        List<NodeSpec> nodes = new ArrayList<>();
        for (int copy = 0; copy < copies; copy++) {
            for (NodeSpec node : list) {
                nodes.add(new NodeSpec(
                        node.name() + "-" + copy,
                        node.cpuMilli(),
                        node.memoryMib(),
                        node.gpus(),
                        node.model(),
                        node.pods()));
            }
        }
        return nodes;
    }

    private static int[] order(Map<Integer, int[]> arrivals, int copies) {
        List<int[]> orders = List.copyOf(arrivals.values());
        List<Integer> dealt = new ArrayList<>();
        int longest = orders.stream().mapToInt(order -> order.length).max().orElse(0);
        for (int i = 0; i < longest; i++) {
            for (int copy = 0; copy < copies; copy++) {
                int[] from = orders.get(copy % orders.size());
                if (i < from.length) {
                    dealt.add(from[i]);
                }
            }
        }
        return dealt.stream().mapToInt(Integer::intValue).toArray();
    }
}
