package io.kumiki.placement;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a placement takes away from demands that are hard to place: rooms for several devices at once, and GPU
/// models that others need.
/// An opportunity cost: near 0 while room is plenty, full when it runs short.
final class ScarcityPrices {
    private final ClusterView view;
    private final PodMix mix;
    private final EtwOptions options;
    private final List<Demand> classes;
    private final double[] weight;
    private final Map<String, Double> modelPrice = new HashMap<>();

    ScarcityPrices(ClusterView view, PodMix mix, EtwOptions options) {
        this.view = view;
        this.mix = mix;
        this.options = options;
        this.classes = mix.classes();
        this.weight = new double[classes.size()];
        refresh();
    }

    /// Reads the whole cluster again; between two refreshes prices stand still.
    void refresh() {
        double total = mix.totalMilli();
        double coming = options.horizon() * view.freeMilli();
        for (int t = 0; t < weight.length; t++) {
            Demand demand = classes.get(t);
            double slots = 0;
            for (int n = 0; n < view.size(); n++) {
                slots += slots(demand, n, view.wholeDevices(n), view.cpuFree(n), view.memoryFree(n));
            }
            double share = mix.counts().getOrDefault(demand, 0.0) * demand.totalGpuMilli() / total;
            double scarce = slots == 0 ? 1 : Math.min(1, coming * share / (slots * demand.totalGpuMilli()));
            weight[t] = options.classPrice() * Math.pow(scarce, options.classExponent()) * demand.gpus();
        }
        refreshModels(total, options.typeHorizon() * view.freeMilli());
    }

    private void refreshModels(double total, double coming) {
        Map<String, Double> free = new HashMap<>();
        for (int n = 0; n < view.size(); n++) {
            free.merge(view.node(n).model(), (double) view.idleMilli(n), Double::sum);
        }
        Map<String, Double> wanted = new HashMap<>();
        mix.counts().forEach((demand, count) -> {
            double allowed = demand.models().stream()
                    .mapToDouble(m -> free.getOrDefault(m, 0.0))
                    .sum();
            if (allowed > 0) {
                double share = count * demand.totalGpuMilli() / total;
                demand.models().forEach(m -> wanted.merge(m, share * free.getOrDefault(m, 0.0) / allowed, Double::sum));
            }
        });
        modelPrice.clear();
        wanted.forEach((model, share) -> {
            double room = free.getOrDefault(model, 0.0);
            modelPrice.put(model, room == 0 ? 1 : Math.min(1, coming * share / room));
        });
    }

    /// @param wholeTaken whole devices that the pod would break or take
    double of(Demand pod, int n, int wholeTaken) {
        double price = pod.gpus() == 0
                ? 0
                : options.typePrice()
                        * modelPrice.getOrDefault(view.node(n).model(), 0.0)
                        * pod.totalGpuMilli()
                        / ClusterView.WHOLE;
        int whole = view.wholeDevices(n);
        if (whole < (options.nearly() > 0 ? 1 : 2)) {
            return price;
        }
        int cpu = view.cpuFree(n);
        int memory = view.memoryFree(n);
        for (int t = 0; t < weight.length; t++) {
            if (weight[t] == 0) {
                continue;
            }
            Demand demand = classes.get(t);
            int before = slots(demand, n, whole, cpu, memory);
            int wholeAfter = whole - wholeTaken;
            int cpuAfter = cpu - pod.cpuMilli();
            int memoryAfter = memory - pod.memoryMib();
            if (before > 0) {
                int after = slots(demand, n, wholeAfter, cpuAfter, memoryAfter);
                boolean own = pod.gpus() == demand.gpus()
                        && pod.cpuMilli() == demand.cpuMilli()
                        && pod.memoryMib() == demand.memoryMib();
                price += weight[t] * Math.max(0, before - after - (own ? 1 : 0));
            } else if (options.nearly() > 0 && couldHold(demand, n)) {
                double lost = part(demand, whole, cpu, memory) - part(demand, wholeAfter, cpuAfter, memoryAfter);
                price += options.nearly() * weight[t] * lost;
            }
        }
        return price;
    }

    private boolean couldHold(Demand demand, int n) {
        NodeSpec node = view.node(n);
        return demand.allows(node.model())
                && node.gpus() >= demand.gpus()
                && node.cpuMilli() >= demand.cpuMilli()
                && node.memoryMib() >= demand.memoryMib();
    }

    /// How near a node is to having room, from 0 to 1. Of two nodes the emptier one is worth much more: it needs fewer
    /// to leave, so the other is filled first and this one empties.
    private static double part(Demand demand, int whole, int cpu, int memory) {
        double least = Math.min(1, (double) whole / demand.gpus());
        least = demand.cpuMilli() == 0 ? least : Math.min(least, (double) cpu / demand.cpuMilli());
        least = demand.memoryMib() == 0 ? least : Math.min(least, (double) memory / demand.memoryMib());
        double square = Math.max(0, least) * Math.max(0, least);
        return square * square;
    }

    private int slots(Demand demand, int n, int whole, int cpu, int memory) {
        if (!demand.allows(view.node(n).model())) {
            return 0;
        }
        int slots = whole / demand.gpus();
        slots = demand.cpuMilli() == 0 ? slots : Math.min(slots, cpu / demand.cpuMilli());
        return demand.memoryMib() == 0 ? slots : Math.min(slots, memory / demand.memoryMib());
    }
}
