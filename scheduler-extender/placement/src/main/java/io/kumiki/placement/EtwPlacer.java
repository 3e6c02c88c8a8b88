package io.kumiki.placement;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/// Places single pods by expected terminal waste plus scarcity prices: the node and device where the pod spoils
/// least of what is to come.
/// The minimum wins, ties go to the first node. Costs are continuous; they are never rounded to scores.
///
/// Cost of a decision: one scan of remembered costs, and a new computation for the nodes that changed since this
/// demand was last seen.
public final class EtwPlacer {
    private static final int NOT_SEEN = -1;

    /// What was computed for one demand, per node, and for which version of the node.
    private static final class Remembered {
        final double[] base;
        final int[] device;
        final int[] baseVersion;
        final double[] price;
        final int[] priceVersion;
        final int[] priceEpoch;

        Remembered(int nodes) {
            base = new double[nodes];
            device = new int[nodes];
            baseVersion = filled(nodes);
            price = new double[nodes];
            priceVersion = filled(nodes);
            priceEpoch = filled(nodes);
        }

        private static int[] filled(int nodes) {
            int[] array = new int[nodes];
            Arrays.fill(array, NOT_SEEN);
            return array;
        }
    }

    private final ClusterView view;
    private final EtwOptions options;
    private final Topology topology;
    private final Map<Demand, Remembered> remembered = new HashMap<>();
    /// Waste of each node as it is: the same for every demand.
    private final double[] waste;
    private final int[] wasteVersion;
    private Rollout rollout;
    private ScarcityPrices prices;
    private RackPrices racks;
    private int epoch;
    private int placements;

    /// Where no racks are known.
    public EtwPlacer(ClusterView view, PodMix mix, EtwOptions options) {
        this(view, mix, options, Topology.of(List.of(), List.of()));
    }

    /// @param topology of the view's nodes; its narrowest places are the racks
    public EtwPlacer(ClusterView view, PodMix mix, EtwOptions options, Topology topology) {
        this.view = view;
        this.options = options;
        this.topology = topology;
        this.waste = new double[view.size()];
        this.wasteVersion = Remembered.filled(view.size());
        this.rollout = new Rollout(view, mix, options);
        this.prices = new ScarcityPrices(view, mix, options);
        this.racks = new RackPrices(view, mix, options, topology);
    }

    /// Takes a newly learned mix; everything remembered from the old one is dropped.
    public void learn(PodMix mix) {
        rollout = new Rollout(view, mix, options);
        prices = new ScarcityPrices(view, mix, options);
        racks = new RackPrices(view, mix, options, topology);
        remembered.clear();
        Arrays.fill(wasteVersion, NOT_SEEN);
        epoch++;
    }

    /// Decides only; the view is unchanged.
    public Placement place(Demand pod) {
        return place(pod, _ -> true);
    }

    /// @param mayUse nodes that may be used at all: labels, taints, whatever is no amount
    public Placement place(Demand pod, IntPredicate mayUse) {
        Remembered memory = remembered.computeIfAbsent(pod, _ -> new Remembered(view.size()));
        int best = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int n = 0; n < view.size(); n++) {
            if (!view.fits(pod, n) || !mayUse.test(n)) {
                continue;
            }
            double base = base(pod, n, memory);
            // Prices are never negative: where the base alone is too much, nobody asks for them.
            if (base < least) {
                double cost = base + price(pod, n, memory);
                if (cost < least) {
                    least = cost;
                    best = n;
                }
            }
        }
        if (best < 0) {
            return refusal(pod, mayUse);
        }
        int[] devices = pod.gpus() == 0
                ? new int[0]
                : pod.gpuMilli() == ClusterView.WHOLE
                        ? view.wholeDevices(best, pod.gpus())
                        : new int[] {memory.device[best]};
        return new Placement.Placed(best, devices);
    }

    /// Writes a placement into the view.
    public void commit(Demand pod, Placement.Placed placed) {
        view.place(pod, placed.node(), placed.devices());
        if (++placements % options.refreshEvery() == 0) {
            prices.refresh();
            racks.refresh();
            epoch++;
        }
    }

    private double base(Demand pod, int n, Remembered memory) {
        int version = view.version(n);
        if (memory.baseVersion[n] != version) {
            compute(pod, n, memory);
            memory.baseVersion[n] = version;
        }
        return memory.base[n];
    }

    private double price(Demand pod, int n, Remembered memory) {
        int version = view.version(n);
        if (memory.priceVersion[n] != version || memory.priceEpoch[n] != epoch) {
            int whole = wholeTaken(pod, n, memory);
            memory.price[n] = prices.of(pod, n, whole) + racks.of(pod, n, whole);
            memory.priceVersion[n] = version;
            memory.priceEpoch[n] = epoch;
        }
        return memory.price[n];
    }

    private int wholeTaken(Demand pod, int n, Remembered memory) {
        if (pod.gpus() == 0 || pod.gpuMilli() == ClusterView.WHOLE) {
            return pod.gpus();
        }
        return view.remnants(n)[memory.device[n]] == ClusterView.WHOLE ? 1 : 0;
    }

    private double waste(int n) {
        if (wasteVersion[n] != view.version(n)) {
            waste[n] = rollout.waste(n, view.cpuFree(n), view.remnants(n));
            wasteVersion[n] = view.version(n);
        }
        return waste[n];
    }

    private void compute(Demand pod, int n, Remembered memory) {
        int[] remnants = view.remnants(n).clone();
        int cpu = view.cpuFree(n);
        double before = waste(n);
        int cpuAfter = cpu - pod.cpuMilli();
        if (pod.gpus() > 0 && pod.gpuMilli() < ClusterView.WHOLE) {
            fraction(pod, n, remnants, cpuAfter, before, memory);
            return;
        }
        if (pod.gpus() > 0) {
            for (int device : view.wholeDevices(n, pod.gpus())) {
                remnants[device] = 0;
            }
        }
        memory.base[n] = rollout.waste(n, cpuAfter, remnants) - before;
    }

    /// Tries each distinct remnant that has room; the first minimum wins.
    private void fraction(Demand pod, int n, int[] remnants, int cpuAfter, double before, Remembered memory) {
        double least = Double.POSITIVE_INFINITY;
        for (int d = 0; d < remnants.length; d++) {
            int remnant = remnants[d];
            if (remnant < pod.gpuMilli() || seenBefore(remnants, d)) {
                continue;
            }
            remnants[d] = remnant - pod.gpuMilli();
            double cost = rollout.waste(n, cpuAfter, remnants) - before;
            remnants[d] = remnant;
            if (cost < least) {
                least = cost;
                memory.device[n] = d;
            }
        }
        memory.base[n] = least;
    }

    private static boolean seenBefore(int[] remnants, int d) {
        for (int i = 0; i < d; i++) {
            if (remnants[i] == remnants[d]) {
                return true;
            }
        }
        return false;
    }

    private Placement refusal(Demand pod, IntPredicate mayUse) {
        int excluded = 0;
        int extended = 0;
        int model = 0;
        int devices = 0;
        int cpu = 0;
        int memory = 0;
        int pods = 0;
        boolean ever = false;
        for (int n = 0; n < view.size(); n++) {
            if (!mayUse.test(n)) {
                excluded++;
                continue;
            }
            ever |= view.couldFit(pod, n);
            if (!pod.allows(view.node(n).model())) {
                model++;
            } else if (!view.devicesFit(pod, n)) {
                devices++;
            } else if (!view.extendedFit(pod, n)) {
                extended++;
            } else if (view.cpuFree(n) < pod.cpuMilli()) {
                cpu++;
            } else if (view.memoryFree(n) < pod.memoryMib()) {
                memory++;
            } else {
                pods++;
            }
        }
        var removed = new Placement.Removed(excluded, model, devices, extended, cpu, memory, pods);
        return ever ? new Placement.Waiting(removed) : new Placement.Impossible(removed);
    }
}
