package io.kumiki.placement.bench.openb;

import io.kumiki.placement.Demand;
import io.kumiki.placement.EtwOptions;
import io.kumiki.placement.NodeSpec;
import io.kumiki.placement.Topology;
import io.kumiki.runtime.bench.Figure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A full cluster from which pods leave and to which others come: who is refused. Ours learns what comes, as the
/// extender does; FGD and best fit beside it.
final class SteadyStates {
    static final int CHURN_DEPARTURES = 30_000;
    static final int GANG_DEPARTURES = 20_000;
    static final String OURS = "ours";

    private static final int FIRST_SEED = 100;
    private static final int RACK = 16;
    private static final int[] SIZES = {2, 4, 8};
    private static final Demand MEMBER = new Demand(64_200, 263_168, 8, 1000, List.of());
    private static final Map<String, Double> LOADS = new LinkedHashMap<>();

    static {
        LOADS.put("default", 0.93);
        LOADS.put("multigpu50", 0.90);
        LOADS.put("cpu250", 0.88);
        LOADS.put("gpuspec33", 0.80);
    }

    private final String bench;
    private final OpenbTrace data;
    private final List<NodeSpec> nodes;
    private final int seeds;

    /// @param seeds each a run of its own
    SteadyStates(String bench, OpenbTrace data, int seeds) throws IOException {
        this.bench = bench;
        this.data = data;
        this.nodes = data.nodes();
        this.seeds = seeds;
    }

    private static Map<String, Policy.Factory> policies() {
        Map<String, Policy.Factory> policies = new LinkedHashMap<>();
        policies.put(OURS, Policy.LIVE);
        policies.put("FGD", Policy.FGD);
        policies.put("best fit", Policy.BEST_FIT);
        return policies;
    }

    /// Of all seeds together.
    SteadyState.Outcome outcome(String workload, Topology topology, SteadyState.Case of, Policy.Factory policy)
            throws IOException {
        List<Demand> pods = data.pods(workload);
        SteadyState.Outcome sum = null;
        for (int seed = FIRST_SEED; seed < FIRST_SEED + seeds; seed++) {
            var one = SteadyState.run(nodes, topology, pods, of, policy, seed);
            sum = sum == null ? one : sum.and(one);
        }
        return java.util.Objects.requireNonNull(sum);
    }

    List<Figure> churn(List<String> workloads) throws IOException {
        List<Figure> figures = new ArrayList<>();
        for (String workload : workloads) {
            Double load = LOADS.get(workload);
            if (load == null) {
                continue;
            }
            for (var policy : policies().entrySet()) {
                var outcome = outcome(workload, NO_RACKS, churn(workload, CHURN_DEPARTURES), policy.getValue());
                String kase = workload + " " + percent(load) + ", " + policy.getKey();
                figures.add(new Figure(bench, kase, "alloc", outcome.alloc() / seeds, "%"));
                figures.add(
                        new Figure(bench, kase, "pods refused", outcome.pods().refusedPercent(), "%"));
                refused(figures, kase, "8-GPU pods", outcome.eightGpus());
            }
        }
        return figures;
    }

    static SteadyState.Case churn(String workload, int departures) {
        Double load = LOADS.get(workload);
        if (load == null) {
            throw new IllegalArgumentException("churn is measured on " + LOADS.keySet() + ", not on " + workload);
        }
        return new SteadyState.Case(load, 1, departures, 0, MEMBER);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    private void refused(List<Figure> figures, String kase, String what, SteadyState.Count count) {
        figures.add(new Figure(bench, kase, what + " refused", count.refusedPercent(), "%"));
        figures.add(new Figure(bench, kase, what + " offered", count.offered, ""));
    }

    /// Gangs of whole nodes that must lie in one rack.
    List<Figure> racks() throws IOException {
        var policies = policies();
        policies.put("ours without rack price", Policy.live(EtwOptions.STEADY.racks(0)));
        List<Figure> figures = new ArrayList<>();
        for (double load : new double[] {0.80, 0.88}) {
            for (var policy : policies.entrySet()) {
                var outcome = outcome("default", racks(nodes), gangs(load, GANG_DEPARTURES), policy.getValue());
                String kase = "gangs " + percent(load) + ", " + policy.getKey();
                figures.add(new Figure(bench, kase, "alloc", outcome.alloc() / seeds, "%"));
                for (int i = 0; i < SIZES.length; i++) {
                    var count = outcome.gangs().get(i);
                    figures.add(
                            new Figure(bench, kase, SIZES[i] + " nodes, placed", 100 - count.refusedPercent(), "%"));
                    figures.add(new Figure(bench, kase, SIZES[i] + " nodes, offered", count.offered, ""));
                }
                refused(figures, kase, "8-GPU pods", outcome.eightGpus());
            }
        }
        return figures;
    }

    static SteadyState.Case gangs(double load, int departures) {
        return new SteadyState.Case(load, 0.97, departures, 0.01, MEMBER);
    }

    static final Topology NO_RACKS = Topology.of(List.of(), List.of());

    /// Nodes of eight GPUs by model and name, sixteen to a rack; the others lie in none.
    static Topology racks(List<NodeSpec> nodes) {
        List<NodeSpec> eight = nodes.stream()
                .filter(node -> node.gpus() == 8)
                .sorted(Comparator.comparing(NodeSpec::model).thenComparing(NodeSpec::name))
                .toList();
        Map<String, String> rack = new HashMap<>();
        for (int i = 0; i < eight.size(); i++) {
            rack.put(eight.get(i).name(), "r" + i / RACK);
        }
        List<Map<String, String>> labels = new ArrayList<>();
        for (NodeSpec node : nodes) {
            String own = rack.get(node.name());
            labels.add(own == null ? Map.of() : Map.of("rack", own));
        }
        return Topology.of(List.of("rack"), labels);
    }
}
