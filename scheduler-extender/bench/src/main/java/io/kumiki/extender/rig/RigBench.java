package io.kumiki.extender.rig;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The shapes of load W1 to W14 on a real control plane: the stock scheduler alone, and with the extender, in one run.
public final class RigBench implements Benchmark {
    private static final String SPACE = "rig";
    private static final String PODS = "/api/v1/namespaces/" + SPACE + "/pods";
    /// Shapes that have a benchmark of their own, and their full sizes.
    private static final Map<String, Benchmark> OWN =
            Map.of("W9", new ReclaimBench(), "W10", new VerdictBench(), "W14", new RestartBench());

    private static final Map<String, Integer> FULL = Map.of("W9", 500, "W10", 512, "W14", 100_000);
    private static final String SETS = "/apis/apps/v1/namespaces/" + SPACE + "/replicasets";
    private static final int WRITERS = 16;
    private static final long PATIENCE = 300_000;
    /// Nothing more is expected after that long without a bound pod.
    private static final long QUIET = 15_000;

    @Override
    public String name() {
        return "rig";
    }

    @Override
    public String measures() {
        return "real kube-scheduler with and without the extender, --shape W1..W14 (W8: one gang of 512), N % (100) of it,"
                + " --mode cluster or own (scheduler)";
    }

    @Override
    public int defaultSize() {
        return 100;
    }

    @Override
    public Set<String> options() {
        return Set.of("shape", "mode");
    }

    @Override
    public List<Figure> run(Size size) throws Exception {
        String given = size.option("shape");
        if (given != null && OWN.containsKey(given)) {
            Benchmark own = java.util.Objects.requireNonNull(OWN.get(given));
            return own.run(new Size(
                    Math.max(1, FULL.getOrDefault(given, 100) * size.n() / 100), size.rounds(), size.options()));
        }
        Mode mode = Mode.of(size.option("mode"));
        Shape shape = Shape.named(given == null ? "W8" : given, size.n());
        Map<String, List<Double>> samples = new LinkedHashMap<>();
        Map<String, String> units = new LinkedHashMap<>();
        try (Rig rig = Rig.start("", shape.held() > 0)) {
            rig.namespace(SPACE);
            rig.nodes(shape.nodes(), RigBench::node);
            for (boolean ours : new boolean[] {false, true}) {
                // One extender for all rounds, as in life; only its first round is that of a cold JVM.
                if (ours) {
                    rig.mode(mode);
                    rig.startExtender();
                }
                for (int round = 0; round < size.rounds(); round++) {
                    for (Figure figure : arm(rig, shape, ours)) {
                        String key = figure.kase() + "\n" + figure.metric();
                        samples.computeIfAbsent(key, _ -> new ArrayList<>()).add(figure.value());
                        units.put(key, figure.unit());
                    }
                }
            }
            rig.killExtender();
        }
        List<Figure> figures = new ArrayList<>();
        samples.forEach((key, values) -> {
            String[] names = key.split("\n");
            double[] all = values.stream().mapToDouble(Double::doubleValue).toArray();
            String unit = java.util.Objects.requireNonNull(units.get(key));
            figures.add(new Figure(name(), names[0], names[1], Figure.percentile(all, 0.5), unit));
            if (unit.equals("s") && names[1].endsWith("bound") && all.length > 1) {
                figures.add(new Figure(name(), names[0], names[1] + ", first", all[0], unit));
                figures.add(new Figure(name(), names[0], names[1] + ", slowest", Figure.percentile(all, 1), unit));
            }
        });
        return figures;
    }

    private List<Figure> arm(Rig rig, Shape shape, boolean ours) throws Exception {
        List<Figure> figures = new ArrayList<>();
        String kase = shape.name() + (ours ? ", extender" : ", stock");
        if (!shape.killed()) {
            waiting(rig, shape, ours, kase, figures);
        }
        arriving(rig, shape, ours, kase, figures);
        return figures;
    }

    /// Everything is there, and planned; then the scheduler starts.
    private void waiting(Rig rig, Shape shape, boolean ours, String kase, List<Figure> figures) throws Exception {
        int before = hold(rig, shape);
        rig.calls().create(PODS, shape.pods(), WRITERS, i -> shape.pod(i, ours));
        rig.book().await(PATIENCE, () -> rig.book().size() == shape.pods() + before);
        if (ours && shape.gangs() > 0) {
            rig.book().await(PATIENCE, () -> rig.book().count(pod -> !pod.gated()) >= shape.fits() + before);
        }
        Rig.Cpu cpu = rig.cpu();
        long start = System.nanoTime();
        rig.startScheduler(ours);
        int wanted = before + wanted(shape, ours);
        settle(rig, wanted);
        figures.add(seconds(kase, "scheduler start to last bound", start, rig));
        figures.addAll(spent(kase + ", started later", rig.cpu().since(cpu)));
        figures.add(
                new Figure(name(), kase + ", started later", "bound", rig.book().bound() - before, "pods"));
        over(rig, shape, ours);
    }

    /// Everybody runs; then the pods are created.
    private void arriving(Rig rig, Shape shape, boolean ours, String kase, List<Figure> figures) throws Exception {
        int before = hold(rig, shape);
        rig.startScheduler(ours);
        warm(rig, SPACE);
        Rig.Cpu cpu = rig.cpu();
        long first = System.nanoTime();
        rig.calls().create(PODS, shape.pods(), WRITERS, i -> shape.pod(i, ours));
        long created = System.nanoTime();
        int wanted = before + wanted(shape, ours);
        if (shape.killed() && ours) {
            rig.book().await(PATIENCE, () -> rig.book().bound() >= before + wanted / 3);
            rig.killExtender();
            rig.startExtender();
        }
        settle(rig, wanted);
        figures.add(new Figure(name(), kase, "created", shape.pods() / ((created - first) / 1e9), "pods/s"));
        figures.add(seconds(kase, "first created to all bound", first, rig));
        figures.add(seconds(kase, "last created to all bound", created, rig));
        figures.addAll(spent(kase, rig.cpu().since(cpu)));
        figures.add(new Figure(name(), kase, "bound", rig.book().bound() - before, "pods"));
        figures.add(new Figure(
                name(), kase, "partial gangs at the end", rig.book().partial().size(), ""));
        figures.add(new Figure(name(), kase, "longest partial gang", rig.book().longestPartialSeconds(), "s"));
        figures.add(new Figure(
                name(), kase, "nodes given twice", rig.book().givenTwice().size(), ""));
        over(rig, shape, ours);
    }

    /// Where pods would have to move, the stock scheduler is given as long as we are.
    private static int wanted(Shape shape, boolean ours) {
        return ours || shape.held() > 0 ? shape.fits() : shape.fitsAnybody();
    }

    /// Takes what the shape holds before; returns how many pods that are.
    private static int hold(Rig rig, Shape shape) throws Exception {
        var held = java.util.stream.IntStream.range(0, shape.nodes())
                .mapToObj(shape::heldBefore)
                .flatMap(List::stream)
                .toList();
        if (!held.isEmpty()) {
            rig.calls().create(PODS, held.size(), WRITERS, held::get);
            rig.book().await(PATIENCE, () -> rig.book().bound() == held.size());
            rig.calls().post(SETS, shape.heldSet()).expected();
            long end = System.nanoTime() + PATIENCE * 1_000_000;
            while (rig.calls().get(SETS + "/held").body().at("/status/replicas").asInt() < held.size()) {
                if (System.nanoTime() > end) {
                    throw new IOException("nobody takes over the pods that hold GPUs");
                }
                Thread.sleep(50);
            }
        }
        return held.size();
    }

    /// A scheduler that has bound one pod has read everything.
    static void warm(Rig rig, String space) throws Exception {
        String pods = "/api/v1/namespaces/" + space + "/pods";
        int before = rig.book().bound();
        // The cluster's own scheduler would bind one without GPUs, or find no node without our taint.
        int gpus = rig.mode() == Mode.OWN_SCHEDULER ? 1 : 0;
        rig.calls().post(pods, Pods.plain("warm", gpus, "1m")).expected();
        if (!rig.book().await(PATIENCE, () -> rig.book().bound() > before)) {
            throw new IOException(
                    "the scheduler does nothing: " + rig.kubernetes().tail("kube-scheduler"));
        }
        rig.calls().delete(pods + "/warm?gracePeriodSeconds=0").expected();
        rig.book().await(PATIENCE, () -> rig.book().bound() == before);
    }

    /// Waits until as many are bound, or nothing has happened for long.
    private static void settle(Rig rig, int wanted) throws Exception {
        int seen = -1;
        while (rig.book().bound() != seen) {
            seen = rig.book().bound();
            int than = seen;
            if (rig.book().await(QUIET, () -> rig.book().bound() >= wanted || than < 0)) {
                return;
            }
        }
    }

    private Figure seconds(String kase, String metric, long since, Rig rig) {
        return new Figure(name(), kase, metric, Math.max(0, rig.book().lastBound() - since) / 1e9, "s");
    }

    private List<Figure> spent(String kase, Rig.Cpu cpu) {
        return List.of(
                new Figure(name(), kase, "CPU scheduler", cpu.scheduler(), "s"),
                new Figure(name(), kase, "CPU API server", cpu.apiServer(), "s"),
                new Figure(name(), kase, "CPU etcd", cpu.etcd(), "s"),
                new Figure(name(), kase, "CPU extender", cpu.extender(), "s"));
    }

    private static void over(Rig rig, Shape shape, boolean ours) throws Exception {
        rig.killScheduler();
        if (shape.held() > 0) {
            // Whoever makes pods anew goes first.
            ObjectNode none = Json.object();
            none.putObject("spec").put("replicas", 0);
            rig.calls().merge(SETS + "/held", none).expected();
            rig.calls().delete(SETS + "/held").expected();
        }
        if (ours) {
            over(rig, SPACE);
        } else {
            rig.clear(SPACE);
        }
    }

    /// Removes the pods, and waits until the extender has removed the Gangs that it derived from them.
    static void over(Rig rig, String space) throws Exception {
        rig.clear(space);
        String gangs = "/apis/kumiki.io/v1alpha1/namespaces/" + space + "/gangs";
        long end = System.nanoTime() + 30_000_000_000L;
        while (!rig.calls().get(gangs).body().path("items").isEmpty() && System.nanoTime() < end) {
            Thread.sleep(50);
        }
    }

    /// One of a row of nodes of 8 GPUs in racks of 16.
    static ObjectNode node(int i) {
        return Pods.node("node-" + i, 8, 96, Map.of("topology.kubernetes.io/rack", "r" + i / 16));
    }
}
