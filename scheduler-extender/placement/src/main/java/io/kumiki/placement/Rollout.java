package io.kumiki.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Expected terminal waste: if a node receives its fair share of the coming pods, how much GPU is left unusable at
/// the end?
///
/// Nodes of equal model, device count and CPU form a group. Each group has its own fixed sequences of coming pods
/// (common random numbers, so that
/// two states of a group are compared on the same future). A state's waste is the mean of what stays idle after its
/// sequences are dealt into it.
final class Rollout {
    /// Beyond this many remembered states the memory is cleared.
    private static final int MEMORY = 4_000_000;

    private record Group(String model, int gpus, int cpuMilli) {}

    private record State(int group, int cpu, List<Integer> sorted) {}

    /// One shape of a sequence, flat for the inner loop.
    private record Future(int[] cpu, int[] gpus, int[] milli) {}

    private final int[] groupOf;
    private final double[] rate;
    private final Future[][] futures;
    private final double podsPerGpu;
    private final EtwOptions options;
    private final Map<State, Double> known = new HashMap<>();

    Rollout(ClusterView view, PodMix mix, EtwOptions options) {
        this.options = options;
        Map<Demand, Double> shapes = mix.shapes();
        double pods = shapes.values().stream().mapToDouble(Double::doubleValue).sum();
        double gpuDemand = mix.totalMilli() / ClusterView.WHOLE;
        podsPerGpu = gpuDemand == 0 ? 0 : pods / gpuDemand;
        Map<Group, Integer> index = new HashMap<>();
        List<Group> groups = new ArrayList<>();
        groupOf = new int[view.size()];
        for (int n = 0; n < view.size(); n++) {
            NodeSpec node = view.node(n);
            var group = new Group(node.model(), node.gpus(), node.cpuMilli());
            groupOf[n] = index.computeIfAbsent(group, g -> {
                groups.add(g);
                return groups.size() - 1;
            });
        }
        rate = new double[groups.size()];
        futures = new Future[groups.size()][];
        Map<Demand, Double> scarcity = scarcity(view, shapes.keySet().stream().toList());
        for (int g = 0; g < groups.size(); g++) {
            deal(g, groups.get(g), shapes, scarcity, pods);
        }
    }

    /// All GPUs ÷ those on nodes that can ever run the shape: how much more often a node that can will see it.
    private static Map<Demand, Double> scarcity(ClusterView view, List<Demand> shapes) {
        var answer = new HashMap<Demand, Double>();
        for (Demand shape : shapes) {
            double all = 0;
            double able = 0;
            for (int n = 0; n < view.size(); n++) {
                NodeSpec node = view.node(n);
                all += node.gpus();
                if (node.cpuMilli() >= shape.cpuMilli() && node.gpus() >= shape.gpus() && shape.allows(node.model())) {
                    able += node.gpus();
                }
            }
            answer.put(shape, able == 0 ? 0 : all / able);
        }
        return answer;
    }

    private void deal(int g, Group group, Map<Demand, Double> shapes, Map<Demand, Double> scarcity, double pods) {
        List<Demand> able = new ArrayList<>();
        List<Double> weights = new ArrayList<>();
        double sum = 0;
        for (var entry : shapes.entrySet()) {
            Demand shape = entry.getKey();
            if (group.cpuMilli() >= shape.cpuMilli() && group.gpus() >= shape.gpus() && shape.allows(group.model())) {
                able.add(shape);
                weights.add(entry.getValue() * scarcity.getOrDefault(shape, 0.0));
                sum += weights.getLast();
            }
        }
        rate[g] = pods == 0 ? 0 : sum / pods;
        int length = (int) Math.ceil(8 * podsPerGpu * options.lookAhead() * rate[g]) + 2;
        int draws = options.sequences() * length;
        Demand[] dealt = sum == 0 ? new Demand[0] : stratified(able, weights, sum, draws);
        shuffle(dealt, options.seed());
        futures[g] = new Future[options.sequences()];
        for (int k = 0; k < options.sequences(); k++) {
            int n = dealt.length == 0 ? 0 : length;
            var future = new Future(new int[n], new int[n], new int[n]);
            for (int i = 0; i < n; i++) {
                Demand shape = dealt[i * options.sequences() + k];
                future.cpu[i] = shape.cpuMilli();
                future.gpus[i] = shape.gpus();
                future.milli[i] = shape.gpuMilli();
            }
            futures[g][k] = future;
        }
    }

    private static Demand[] stratified(List<Demand> shapes, List<Double> weights, double sum, int draws) {
        var drawn = new Demand[draws];
        int at = 0;
        double upTo = weights.getFirst() / sum;
        for (int i = 0; i < draws; i++) {
            double point = (i + 0.5) / draws;
            while (point >= upTo && at < shapes.size() - 1) {
                upTo += weights.get(++at) / sum;
            }
            drawn[i] = shapes.get(at);
        }
        return drawn;
    }

    private static void shuffle(Demand[] items, long seed) {
        var random = new SplittableRandom(seed);
        for (int i = items.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            Demand swap = items[i];
            items[i] = items[j];
            items[j] = swap;
        }
    }

    /// Mean idle milli at the end, of a node of this one's group in the given state.
    double waste(int node, int cpu, int[] remnants) {
        int idle = 0;
        for (int r : remnants) {
            idle += r;
        }
        if (idle == 0) {
            return 0;
        }
        int[] sorted = remnants.clone();
        Arrays.sort(sorted);
        int group = groupOf[node];
        var state = new State(group, cpu, Arrays.stream(sorted).boxed().toList());
        Double remembered = known.get(state);
        if (remembered != null) {
            return remembered;
        }
        double waste = roll(group, cpu, sorted, idle);
        if (known.size() >= MEMORY) {
            known.clear();
        }
        known.put(state, waste);
        return waste;
    }

    private double roll(int group, int cpu, int[] sorted, int idle) {
        Future[] sequences = futures[group];
        int length = (int) (options.lookAhead() * podsPerGpu * rate[group] * idle / ClusterView.WHOLE) + 1;
        long left = 0;
        int[] remnants = new int[sorted.length];
        for (Future future : sequences) {
            System.arraycopy(sorted, 0, remnants, 0, sorted.length);
            left += play(future, Math.min(length, future.cpu.length), cpu, remnants, idle);
        }
        return (double) left / sequences.length;
    }

    /// Deals one sequence into one node and answers what stays idle.
    private static int play(Future future, int length, int cpuLeft, int[] remnants, int idleLeft) {
        int cpu = cpuLeft;
        int idle = idleLeft;
        for (int i = 0; i < length && idle > 0; i++) {
            if (future.cpu[i] > cpu) {
                continue;
            }
            int taken = switch (future.gpus[i]) {
                case 0 -> 0;
                case 1 -> takeSmallest(remnants, future.milli[i]);
                default -> takeWhole(remnants, future.gpus[i]);
            };
            if (taken >= 0) {
                cpu -= future.cpu[i];
                idle -= taken;
            }
        }
        return idle;
    }

    private static int takeSmallest(int[] remnants, int milli) {
        int best = -1;
        for (int d = 0; d < remnants.length; d++) {
            if (remnants[d] >= milli && (best < 0 || remnants[d] < remnants[best])) {
                best = d;
            }
        }
        if (best < 0) {
            return -1;
        }
        remnants[best] -= milli;
        return milli;
    }

    private static int takeWhole(int[] remnants, int count) {
        int whole = 0;
        for (int r : remnants) {
            whole += r == ClusterView.WHOLE ? 1 : 0;
        }
        if (whole < count) {
            return -1;
        }
        int left = count;
        for (int d = 0; d < remnants.length && left > 0; d++) {
            if (remnants[d] == ClusterView.WHOLE) {
                remnants[d] = 0;
                left--;
            }
        }
        return count * ClusterView.WHOLE;
    }
}
