package io.kumiki.extender.rig;

import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A gang that cannot fit: how soon it says so, and what its waiting costs.
public final class VerdictBench implements Benchmark {
    private static final String SPACE = "verdict";
    private static final String PODS = "/api/v1/namespaces/" + SPACE + "/pods";
    private static final String GANG = "/apis/kumiki.io/v1alpha1/namespaces/" + SPACE + "/gangs/g";
    private static final int WAIT_SECONDS = 25;

    @Override
    public String name() {
        return "verdict";
    }

    @Override
    public String measures() {
        return "a gang of N+1 on N (64; the figure wants 512) nodes: time to the verdict, CPU of 25 s of waiting above idle";
    }

    @Override
    public int defaultSize() {
        return 64;
    }

    @Override
    public int defaultRounds() {
        return 1;
    }

    @Override
    public List<Figure> run(Size size) throws Exception {
        List<Figure> figures = new ArrayList<>();
        try (Rig rig = Rig.start("", false)) {
            rig.namespace(SPACE);
            rig.nodes(size.n(), RigBench::node);
            rig.startExtender();
            rig.startScheduler(true);
            RigBench.warm(rig, SPACE);
            for (int round = 0; round < size.rounds(); round++) {
                Rig.Cpu idle = spent(rig);
                int members = size.n() + 1;
                rig.calls().create(PODS, members, 16, i -> Pods.member("g", i, members, 8, true, Map.of()));
                long created = System.nanoTime();
                String reason = awaitVerdict(rig);
                figures.add(new Figure(
                        name(),
                        members + " members",
                        "last created to " + reason,
                        (System.nanoTime() - created) / 1e9,
                        "s"));
                awaitAllTold(rig);
                figures.add(new Figure(
                        name(),
                        members + " members",
                        "last created to all pods told",
                        (System.nanoTime() - created) / 1e9,
                        "s"));
                Rig.Cpu waiting = spent(rig).since(idle);
                figures.add(
                        new Figure(name(), "25 s of waiting", "CPU scheduler above idle", waiting.scheduler(), "s"));
                figures.add(
                        new Figure(name(), "25 s of waiting", "CPU API server above idle", waiting.apiServer(), "s"));
                figures.add(new Figure(name(), "25 s of waiting", "CPU extender above idle", waiting.extender(), "s"));
                figures.add(new Figure(name(), "25 s of waiting", "nodes held", held(rig), "nodes"));
                RigBench.over(rig, SPACE);
            }
            rig.killExtender();
        }
        return figures;
    }

    private static Rig.Cpu spent(Rig rig) throws InterruptedException {
        Rig.Cpu before = rig.cpu();
        Thread.sleep(WAIT_SECONDS * 1000L);
        return rig.cpu().since(before);
    }

    private static String awaitVerdict(Rig rig) throws Exception {
        long end = System.nanoTime() + 300_000_000_000L;
        while (System.nanoTime() < end) {
            String reason = rig.calls().get(GANG).body().at("/status/reason").asText("");
            if (reason.equals("Impossible") || reason.equals("NoRoom")) {
                return reason;
            }
            Thread.sleep(5);
        }
        throw new IOException("no verdict came: " + rig.kubernetes().tail("extender"));
    }

    private static void awaitAllTold(Rig rig) throws Exception {
        long end = System.nanoTime() + 300_000_000_000L;
        int told = -1;
        int all = 0;
        while (told != all && System.nanoTime() < end) {
            told = 0;
            all = 0;
            for (var pod : rig.calls().get(PODS + "?resourceVersion=0").body().path("items")) {
                all++;
                told += pod.at("/metadata/annotations/kumiki.io~1why")
                                .asText("")
                                .isEmpty()
                        ? 0
                        : 1;
            }
            Thread.sleep(20);
        }
    }

    private static long held(Rig rig) {
        return rig.book().count(pod -> !pod.node().isEmpty());
    }
}
