package io.kumiki.placement.bench;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.model.scheduling.PlaceLevels;
import io.kumiki.planner.Event;
import io.kumiki.planner.Mirror;
import io.kumiki.planner.PlannerOptions;
import io.kumiki.planner.Scene;
import io.kumiki.planner.WhatIf;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// What a question costs: nodes of 8 GPUs (racks of 16, zones of 64 racks), nine of ten full of gangs of 1 to 8 nodes
/// with an hour or more to run, 200 gangs that wait. The thread that answers is not the planner's;
/// the queue as it is has been run ahead before, as the extender does every ten seconds.
public final class WhatIfBench implements Benchmark {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final int WAITING = 200;
    private static final int ROUNDS = 5;

    @Override
    public String name() {
        return "what-if";
    }

    @Override
    public String measures() {
        return "copy of the live state, what-if (100 nodes more, one gang that does not exist), queue page; N (5,000) nodes";
    }

    @Override
    public int defaultSize() {
        return 5_000;
    }

    @Override
    public List<Figure> run(Size size) {
        Mirror mirror = mirror(size.n());
        double[] copy = new double[ROUNDS];
        double[] ask = new double[ROUNDS];
        double[] run = new double[ROUNDS];
        double[] page = new double[ROUNDS];
        for (int i = -2; i < ROUNDS; i++) {
            long began = System.nanoTime();
            Scene scene = mirror.scene(NOW);
            long copied = System.nanoTime();
            scene.estimates();
            long ahead = System.nanoTime();
            var violations = new ArrayList<io.kumiki.model.Violation>();
            var ghost = new WhatIf.Ghost("n", spec(16, 3600L, "rack", 5));
            WhatIf.Answer answer = WhatIf.ask(
                    scene,
                    new WhatIf.Question(
                            List.of(new WhatIf.Nodes(100, "H100", 8, null, null, null)), List.of(), ghost, null),
                    violations);
            long asked = System.nanoTime();
            if (answer == null || answer.after().size() != WAITING) {
                throw new IllegalStateException("no answer: " + violations);
            }
            scene.waiting();
            long read = System.nanoTime();
            if (i >= 0) {
                copy[i] = copied - began;
                run[i] = ahead - copied;
                ask[i] = asked - ahead;
                page[i] = read - asked;
            }
        }
        String kase = size.n() + " nodes, " + WAITING + " waiting";
        return List.of(
                new Figure(name(), kase, "copy, median", Figure.percentile(copy, 0.5) / 1e6, "ms"),
                new Figure(name(), kase, "queue run ahead, median", Figure.percentile(run, 0.5) / 1e6, "ms"),
                new Figure(name(), kase, "what-if, median", Figure.percentile(ask, 0.5) / 1e6, "ms"),
                new Figure(name(), kase, "what-if, longest", Figure.percentile(ask, 1) / 1e6, "ms"),
                new Figure(name(), kase, "queue explained, median", Figure.percentile(page, 0.5) / 1e6, "ms"));
    }

    private static Mirror mirror(int nodes) {
        var mirror = new Mirror(PlannerOptions.DEFAULT);
        mirror.on(
                new Event.Levels(List.of(new PlaceLevels.Level("zone", "z"), new PlaceLevels.Level("rack", "r"))), NOW);
        for (int i = 0; i < nodes; i++) {
            mirror.on(
                    new Event.NodeSeen(new NodeFact(
                            "node-" + i,
                            true,
                            Map.of("z", "z" + i / 1024, "r", "r" + i / 16, "nvidia.com/gpu.product", "H100"),
                            List.of(),
                            Map.of("cpu", 96_000L, "memory", 768L << 30, "pods", 110L, "nvidia.com/gpu", 8L))),
                    NOW);
        }
        var random = new SplittableRandom(7);
        int gang = 0;
        for (int i = 0; i < nodes * 9 / 10; gang++) {
            int members = Math.min(nodes * 9 / 10 - i, 1 + random.nextInt(8));
            List<String> names = new ArrayList<>();
            for (int m = 0; m < members; m++) {
                names.add("node-" + i++);
            }
            long ran = random.nextLong(3600);
            gang(
                    mirror,
                    "run-" + gang,
                    spec(members, 3600 + random.nextLong(20_000), null, 0),
                    new Gang.Status(
                            Gang.Phase.Running,
                            1,
                            0,
                            null,
                            List.of(new Gang.Slots("w", names, null)),
                            "",
                            "Started",
                            "",
                            null,
                            NOW.minusSeconds(ran).toString()));
        }
        for (int i = 0; i < WAITING; i++) {
            int members = 1 << random.nextInt(6);
            String required = members <= 16 && random.nextBoolean() ? "rack" : null;
            gang(
                    mirror,
                    "wait-" + i,
                    spec(Math.max(members, 8), 3600 + random.nextLong(20_000), required, random.nextInt(3)),
                    new Gang.Status(Gang.Phase.Waiting, 1, 0, null, null, "", "NoRoom", "", null, NOW.toString()));
        }
        return mirror;
    }

    private static void gang(Mirror mirror, String name, Gang.Spec spec, Gang.@Nullable Status status) {
        mirror.on(
                new Event.GangSeen(
                        new GangFact("n", name, "uid-" + name, "1", NOW.getEpochSecond() - 1000, "", spec, status)),
                NOW);
    }

    private static Gang.Spec spec(int members, long seconds, @Nullable String required, int priority) {
        var of = new Gang.Members(
                "w", members, members, 0, Map.of("nvidia.com/gpu", "8", "cpu", "64"), null, null, null);
        return new Gang.Spec(0, false, List.of(of), required, null, null, priority, seconds, null, null);
    }
}
