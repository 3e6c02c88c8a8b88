package io.kumiki.localcluster.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Journal;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WatchEvent;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.simulation.SimulatedNodes;
import io.kumiki.localcluster.node.LocalApi;
import io.kumiki.localcluster.scheduler.SchedulerLoop;
import io.kumiki.localcluster.scheduler.SchedulerSettings;
import io.kumiki.model.Json;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Pods scheduled and bound in a second through the in-process door, in memory: one-GPU pods are there before the
/// scheduler starts, and the clock runs from its start to the last binding, as scheduler_perf does it.
public final class ScheduleBench implements Benchmark {
    private static final int[] NODES = {500, 5_000};
    private static final double SECOND = 1e9;

    @Override
    public String name() {
        return "schedule";
    }

    @Override
    public String measures() {
        return "N (4,000) one-GPU pods onto 500 and onto 5,000 nodes of 8 GPUs, in memory";
    }

    @Override
    public int defaultSize() {
        return 4_000;
    }

    @Override
    public List<Figure> run(Size size) throws Exception {
        List<Figure> figures = new ArrayList<>();
        for (int nodes : NODES) {
            for (boolean spread : new boolean[] {false, true}) {
                double[] rates = new double[size.rounds()];
                double[] cpu = new double[size.rounds()];
                for (int round = 0; round < rates.length; round++) {
                    round(nodes, Math.min(size.n(), nodes * 8), spread, round, rates, cpu);
                }
                String kase = nodes + " nodes" + (spread ? ", hard spread over racks" : "");
                figures.add(new Figure(name(), kase, "pods bound, median", Figure.percentile(rates, 0.5), "1/s"));
                figures.add(new Figure(name(), kase, "pods bound, worst", Figure.percentile(rates, 0), "1/s"));
                figures.add(
                        new Figure(name(), kase, "CPU of the process, median", Figure.percentile(cpu, 0.5), "µs/pod"));
            }
        }
        return figures;
    }

    private static void round(int nodes, int pods, boolean spread, int round, double[] rates, double[] cpu)
            throws Exception {
        Clock clock = Clock.systemUTC();
        Cluster cluster = new Cluster(ClusterSettings.simulated(clock::instant, round), Journal.memory());
        ObjectNode namespace = Json.object().put("apiVersion", "v1").put("kind", "Namespace");
        namespace.putObject("metadata").put("name", "bench");
        cluster.create(ResourceType.NAMESPACES, "", namespace, WriteOptions.by("bench"));
        var read = SimulatedNodes.read(nodes + " x gpu=8 cpu=96 rack=50 open=true");
        for (ObjectNode node : ((SimulatedNodes.Read.Valid) read).nodes().objects(clock.instant())) {
            cluster.create(ResourceType.NODES, "", node, WriteOptions.by("bench"));
        }
        for (int i = 0; i < pods; i++) {
            cluster.create(ResourceType.PODS, "bench", pod(i, spread), WriteOptions.by("bench"));
        }
        CountDownLatch bound = new CountDownLatch(pods);
        var listed = cluster.list(ResourceType.PODS, "bench", Selection.fields("spec.nodeName!="));
        try (AutoCloseable _ = cluster.watch(
                        ResourceType.PODS, "bench", Selection.fields("spec.nodeName!="), listed.revision(), event -> {
                            if (event.type() == WatchEvent.Type.ADDED) {
                                bound.countDown();
                            }
                        });
                SchedulerLoop loop =
                        new SchedulerLoop(new LocalApi(cluster, "bench", clock), SchedulerSettings.DEFAULT, clock)) {
            long cpuBefore = cpuTime();
            long began = System.nanoTime();
            loop.start();
            if (!bound.await(5, TimeUnit.MINUTES)) {
                throw new IllegalStateException(bound.getCount() + " pods were not bound within five minutes");
            }
            rates[round] = pods / ((System.nanoTime() - began) / SECOND);
            cpu[round] = (cpuTime() - cpuBefore) / 1e3 / pods;
        }
    }

    private static long cpuTime() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }

    private static ObjectNode pod(int number, boolean spread) {
        ObjectNode pod = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        pod.putObject("metadata")
                .put("name", "pod-" + number)
                .put("namespace", "bench")
                .putObject("labels")
                .put("app", "bench")
                .put("index", Integer.toString(number));
        ObjectNode spec = pod.putObject("spec");
        ObjectNode resources = spec.putArray("containers")
                .addObject()
                .put("name", "main")
                .put("image", "any")
                .putObject("resources");
        for (String list : List.of("requests", "limits")) {
            resources.putObject(list).put("cpu", "4").put("memory", "16Gi").put("nvidia.com/gpu", "1");
        }
        if (spread) {
            spec.putArray("topologySpreadConstraints")
                    .addObject()
                    .put("maxSkew", 1)
                    .put("topologyKey", "topology.kubernetes.io/rack")
                    .put("whenUnsatisfiable", "DoNotSchedule")
                    .putObject("labelSelector")
                    .putObject("matchLabels")
                    .put("app", "bench");
        }
        return pod;
    }
}
