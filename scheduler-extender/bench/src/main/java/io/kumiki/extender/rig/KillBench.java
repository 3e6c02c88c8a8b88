package io.kumiki.extender.rig;

import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// The leading extender killed in the middle of a gang, N times: what is left partial or given twice, and how long
/// nobody plans.
public final class KillBench implements Benchmark {
    @Override
    public String name() {
        return "kill";
    }

    @Override
    public String measures() {
        return "two extenders, kill -9 of the leading one in the middle of a gang, N (200) times: partial gangs, doubles, gap";
    }

    @Override
    public int defaultSize() {
        return 200;
    }

    @Override
    public int defaultRounds() {
        return 1;
    }

    @Override
    public List<Figure> run(Size size) throws Exception {
        Path folder = Files.createTempDirectory("kumiki-kill");
        List<Figure> figures = figures(folder, size);
        // Where it fails, what the extenders said stays.
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
        return figures;
    }

    private List<Figure> figures(Path folder, Size size) throws Exception {
        try (KillRun run = KillRun.start(folder, 1)) {
            for (int i = 0; i < size.n(); i++) {
                run.kill(i);
            }
            double[] gaps =
                    run.kills().stream().mapToDouble(k -> k.gap() / 1000).toArray();
            long inMiddle = run.kills().stream()
                    .filter(k -> k.boundAtKill() > 0 && k.boundAtKill() < k.size())
                    .count();
            String kase = size.n() + " kills";
            return List.of(
                    new Figure(name(), kase, "a part of the gang was bound", inMiddle, "kills"),
                    new Figure(name(), kase, "longest partial gang", run.book().longestPartial(), "s"),
                    new Figure(
                            name(),
                            kase,
                            "double allocations",
                            run.book().doubles().size(),
                            "pods"),
                    new Figure(name(), kase, "nobody plans, median", Figure.percentile(gaps, 0.5), "s"),
                    new Figure(name(), kase, "nobody plans, p99", Figure.percentile(gaps, 0.99), "s"));
        }
    }
}
