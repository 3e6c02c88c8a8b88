package io.kumiki.app;

import io.kumiki.app.bench.Benchmarks;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Lists the benchmarks, or runs one and prints its figures.
final class BenchCommand {
    private BenchCommand() {}

    private static Map<String, String> options(Arguments a, Benchmark bench) {
        Map<String, String> given = new TreeMap<>();
        bench.options().forEach(name -> a.value(name).ifPresent(value -> given.put(name, value)));
        return given;
    }

    static int run(List<String> args) throws Exception {
        Set<String> valued = new HashSet<>(Set.of("n", "rounds"));
        Benchmarks.ALL.stream().filter(b -> args.contains(b.name())).forEach(b -> valued.addAll(b.options()));
        var a = Arguments.parse(args, Set.of("json"), valued);
        if (a.words().isEmpty()) {
            System.out.println("usage: ./kumiki bench NAME [--json] [--n SIZE] [--rounds N]\n");
            Benchmarks.ALL.forEach(b -> System.out.printf("  %-12s %s%n", b.name(), b.measures()));
            return 0;
        }
        String name = a.words().getFirst();
        Benchmark bench = Benchmarks.ALL.stream()
                .filter(b -> b.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new Arguments.Wrong("there is no benchmark '" + name + "'; without a name, bench lists them"));
        var size = new Benchmark.Size(
                a.value("n").map(text -> a.number("n", text)).orElse(bench.defaultSize()),
                a.value("rounds").map(text -> a.number("rounds", text)).orElse(bench.defaultRounds()),
                options(a, bench));
        List<Figure> figures = bench.run(size);
        System.out.println(a.flag("json") ? Figure.lines(figures) : Figure.table(figures));
        return 0;
    }
}
