package io.kumiki.placement.bench.openb;

import io.kumiki.placement.ClusterView;
import io.kumiki.placement.Demand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Fragmentation gradient descent (Weng et al., USENIX ATC 2023), written from the paper's formulas: the node whose
/// expected fragmentation
/// grows least. F of a node is the idle GPU that a typical pod could not use, averaged over the typical pods.
final class FragmentationGradient implements ScoredPolicy.Score {
    private static final double COVERED = 0.95;

    private record Typical(Demand shape, double share) {}

    private record Remembered(int version, int score, int device) {}

    private final ClusterView view;
    private final List<Typical> typical = new ArrayList<>();
    private final Map<Demand, Remembered[]> known = new HashMap<>();

    FragmentationGradient(ClusterView view, List<Demand> pods) {
        this.view = view;
        Map<Demand, Integer> counts = new HashMap<>();
        pods.forEach(
                p -> counts.merge(new Demand(p.cpuMilli(), 0, p.gpus(), p.gpuMilli(), p.models()), 1, Integer::sum));
        var order = new ArrayList<>(counts.entrySet());
        order.sort(Comparator.comparingInt((Map.Entry<Demand, Integer> e) -> -e.getValue())
                .thenComparing(e -> -e.getKey().cpuMilli())
                .thenComparing(e -> -e.getKey().gpuMilli())
                .thenComparing(e -> -e.getKey().gpus())
                .thenComparing(e -> String.join("|", e.getKey().models()), Comparator.reverseOrder()));
        int taken = 0;
        int upTo = 0;
        while (taken < COVERED * pods.size()) {
            taken += order.get(upTo++).getValue();
        }
        for (var e : order.subList(0, upTo)) {
            typical.add(new Typical(e.getKey(), (double) e.getValue() / taken));
        }
    }

    @Override
    public int of(Demand pod, int n) {
        Remembered[] nodes = known.computeIfAbsent(pod, _ -> new Remembered[view.size()]);
        Remembered last = nodes[n];
        if (last == null || last.version() != view.version(n)) {
            nodes[n] = last = compute(pod, n);
        }
        return last.score();
    }

    @Override
    public int device(Demand pod, int n, int[] remnants) {
        of(pod, n);
        Remembered[] nodes = known.get(pod);
        return nodes == null ? 0 : nodes[n].device();
    }

    private Remembered compute(Demand pod, int n) {
        int[] remnants = view.remnants(n).clone();
        int cpu = view.cpuFree(n);
        double before = fragmentation(n, cpu, remnants);
        int cpuAfter = cpu - pod.cpuMilli();
        if (pod.gpus() == 1 && pod.gpuMilli() < ClusterView.WHOLE) {
            int best = -1;
            int highest = Integer.MIN_VALUE;
            for (int d = 0; d < remnants.length; d++) {
                if (remnants[d] < pod.gpuMilli()) {
                    continue;
                }
                remnants[d] -= pod.gpuMilli();
                int score = score(before, fragmentation(n, cpuAfter, remnants));
                remnants[d] += pod.gpuMilli();
                if (score > highest) {
                    highest = score;
                    best = d;
                }
            }
            return new Remembered(view.version(n), highest, best);
        }
        int left = pod.gpus();
        for (int d = 0; d < remnants.length && left > 0; d++) {
            if (remnants[d] == ClusterView.WHOLE) {
                remnants[d] = 0;
                left--;
            }
        }
        return new Remembered(view.version(n), score(before, fragmentation(n, cpuAfter, remnants)), -1);
    }

    private static int score(double before, double after) {
        return (int) (100 / (1 + Math.exp(-(before - after) / 1000)));
    }

    private double fragmentation(int n, int cpu, int[] remnants) {
        int idle = Arrays.stream(remnants).sum();
        if (idle == 0) {
            return 0;
        }
        double sum = 0;
        for (Typical t : typical) {
            sum += t.share() * unusable(t.shape(), n, cpu, remnants, idle);
        }
        return sum;
    }

    private int unusable(Demand shape, int n, int cpu, int[] remnants, int idle) {
        if (shape.gpus() == 0 || !shape.allows(view.node(n).model()) || cpu < shape.cpuMilli()) {
            return idle;
        }
        int able = 0;
        int small = 0;
        for (int remnant : remnants) {
            if (remnant >= shape.gpuMilli()) {
                able++;
            } else {
                small += remnant;
            }
        }
        return able < shape.gpus() ? idle : small;
    }
}
