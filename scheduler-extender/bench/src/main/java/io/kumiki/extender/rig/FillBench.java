package io.kumiki.extender.rig;

import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Single pods of one GPU fill a cluster of 8-GPU nodes: the stock scheduler alone, and beside the extender.
public final class FillBench implements Benchmark {
    private static final String SPACE = "fill";
    private static final String PODS = "/api/v1/namespaces/" + SPACE + "/pods";
    private static final long PATIENCE = 600_000;
    private static final int WRITERS = 16;
    private static final String SCHEDULED = ", scheduled afterwards";

    @Override
    public String name() {
        return "fill";
    }

    @Override
    public String measures() {
        return "N (400; the figure wants 4,000) single-GPU pods on N/8 nodes: stock scheduler, then with extender and webhook;"
                + " --mode cluster or own (scheduler)";
    }

    @Override
    public int defaultSize() {
        return 400;
    }

    @Override
    public int defaultRounds() {
        return 1;
    }

    @Override
    public Set<String> options() {
        return Set.of("mode");
    }

    @Override
    public List<Figure> run(Size size) throws Exception {
        int pods = size.n();
        Mode mode = Mode.of(size.option("mode"));
        List<Figure> figures = new ArrayList<>();
        try (Rig rig = Rig.start("", false)) {
            rig.namespace(SPACE);
            rig.nodes((pods + 7) / 8, RigBench::node);
            double[][] rates = new double[2][size.rounds()];
            double[][] scheduled = new double[2][size.rounds()];
            for (int arm = 0; arm < 2; arm++) {
                if (arm == 1) {
                    rig.mode(mode);
                    rig.startExtender();
                }
                for (int round = 0; round < size.rounds(); round++) {
                    scheduled[arm][round] = oneAfterTheOther(rig, pods, arm == 1, figures);
                    rates[arm][round] = round(rig, pods, arm == 1, figures);
                }
            }
            rig.killExtender();
            compared("", rates, figures);
            compared(SCHEDULED, scheduled, figures);
        }
        return figures;
    }

    private void compared(String part, double[][] rates, List<Figure> figures) {
        double stock = Figure.percentile(rates[0], 0.5);
        double ours = Figure.percentile(rates[1], 0.5);
        figures.add(new Figure(name(), "stock" + part, "bound, median", stock, "pods/s"));
        figures.add(new Figure(name(), "extender" + part, "bound, median", ours, "pods/s"));
        figures.add(new Figure(name(), "extender" + part, "of the stock rate", 100 * ours / stock, "%"));
    }

    /// What the door alone costs, and what the scheduler alone does: the same pods made while no scheduler runs, then
    /// scheduled, and removed again.
    private double oneAfterTheOther(Rig rig, int pods, boolean ours, List<Figure> figures) throws Exception {
        String kase = (ours ? "extender" : "stock") + ", created without a scheduler";
        Rig.Cpu before = rig.cpu();
        long first = System.nanoTime();
        rig.calls().create(PODS, pods, WRITERS, i -> Pods.plain("a-" + i, 1, "1"));
        double seconds = (System.nanoTime() - first) / 1e9;
        Rig.Cpu spent = rig.cpu().since(before);
        figures.add(new Figure(name(), kase, "created", pods / seconds, "pods/s"));
        figures.add(new Figure(name(), kase, "CPU API server", spent.apiServer(), "s"));
        figures.add(new Figure(name(), kase, "CPU extender (webhook and watch)", spent.extender(), "s"));
        before = rig.cpu();
        long start = System.nanoTime();
        rig.startScheduler(ours);
        rig.book().await(PATIENCE, () -> rig.book().bound() >= pods);
        double took = (rig.book().lastBound() - start) / 1e9;
        spent = rig.cpu().since(before);
        String then = (ours ? "extender" : "stock") + SCHEDULED;
        figures.add(new Figure(name(), then, "scheduler start to last bound", took, "s"));
        figures.add(new Figure(name(), then, "CPU API server", spent.apiServer(), "s"));
        figures.add(new Figure(name(), then, "CPU extender", spent.extender(), "s"));
        rig.killScheduler();
        rig.clear(SPACE);
        return pods / took;
    }

    private double round(Rig rig, int pods, boolean ours, List<Figure> figures) throws Exception {
        String kase = ours ? "extender" : "stock";
        rig.startScheduler(ours);
        RigBench.warm(rig, SPACE);
        Rig.Cpu before = rig.cpu();
        long first = System.nanoTime();
        rig.calls().create(PODS, pods, WRITERS, i -> Pods.plain("p-" + i, 1, "1"));
        double created = (System.nanoTime() - first) / 1e9;
        rig.book().await(PATIENCE, () -> rig.book().bound() >= pods);
        double seconds = (rig.book().lastBound() - first) / 1e9;
        Rig.Cpu spent = rig.cpu().since(before);
        figures.add(new Figure(name(), kase, "created", pods / created, "pods/s"));
        figures.add(new Figure(name(), kase, "first created to all bound", seconds, "s"));
        figures.add(new Figure(name(), kase, "bound", rig.book().bound(), "pods"));
        figures.add(new Figure(
                name(), kase, "nodes given twice", rig.book().givenTwice().size(), ""));
        figures.add(new Figure(name(), kase, "CPU scheduler", spent.scheduler(), "s"));
        figures.add(new Figure(name(), kase, "CPU API server", spent.apiServer(), "s"));
        figures.add(new Figure(name(), kase, "CPU extender", spent.extender(), "s"));
        rig.killScheduler();
        rig.clear(SPACE);
        return pods / seconds;
    }
}
