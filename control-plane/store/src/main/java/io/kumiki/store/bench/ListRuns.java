package io.kumiki.store.bench;

import io.kumiki.model.run.RunRecord;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import io.kumiki.store.list.ListQuery;
import io.kumiki.store.list.Page;
import io.kumiki.store.list.PageKey;
import io.kumiki.store.list.Predicate;
import io.kumiki.store.list.Sort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Pages of a list over very many runs, with their totals.
public final class ListRuns implements Benchmark {
    private static final Map<String, String> ALL = Map.of("namespace", "kubeflow");
    private static final int SAMPLES = 200;

    @Override
    public String name() {
        return "listruns";
    }

    @Override
    public String measures() {
        return "a page of 20 runs with its total, over 1,000,000 runs in SQLite: newest, filtered, sorted, deep pages";
    }

    @Override
    public int defaultSize() {
        return 1_000_000;
    }

    @Override
    public int defaultRounds() {
        return 1;
    }

    @Override
    public List<Figure> run(Size size) throws Exception {
        var figures = new ArrayList<Figure>();
        try (var runs = new ManyRuns()) {
            long start = System.nanoTime();
            runs.insert(size.n());
            double seconds = (System.nanoTime() - start) / 1e9;
            figures.add(new Figure(name(), "fill", "rows per second", size.n() / seconds, "1/s"));
            figures.add(new Figure(name(), "fill", "bytes per run", (double) runs.bytes() / size.n(), "B"));
            for (var query : queries(runs, size.n()).entrySet()) {
                measure(runs, query.getKey(), query.getValue(), size.rounds(), figures);
            }
        }
        return figures;
    }

    private static Map<String, ListQuery> queries(ManyRuns runs, int n) {
        var newest = ListQuery.newest(ALL, 20);
        PageKey middle =
                new PageKey(Long.toString(ManyRuns.FIRST.plusSeconds(n * 10L).getEpochSecond() * 1_000_000), "x", n);
        var all = new LinkedHashMap<String, ListQuery>();
        all.put("newest", newest);
        all.put("newest, 200 rows", ListQuery.newest(ALL, 200));
        all.put("page in the middle", newest.after(middle));
        all.put("not archived", newest.where(Predicate.notEqual("storage_state", "ARCHIVED")));
        all.put(
                "one experiment",
                ListQuery.newest(Map.of("namespace", "kubeflow", "experiment_id", "experiment-7"), 20));
        all.put("failed", newest.where(Predicate.equal("state", "FAILED")));
        all.put("failed or cancelled", newest.where(Predicate.in("state", List.of("FAILED", "CANCELED"))));
        all.put("running (none)", newest.where(Predicate.equal("state", "RUNNING")));
        all.put(
                "failed, not archived, one exp.",
                ListQuery.newest(Map.of("experiment_id", "experiment-7"), 20)
                        .where(Predicate.equal("state", "FAILED"), Predicate.equal("storage_state", "AVAILABLE")));
        all.put("by name", newest.sorted(new Sort("display_name", false)));
        all.put("by end", newest.sorted(new Sort("finished_at", true)));
        all.put("name is", newest.where(Predicate.equal("display_name", "pipeline-3 2026-01-01 77")));
        all.put("name contains, common", newest.where(Predicate.substring("display_name", "pipeline-3 ")));
        all.put("name contains, rare", newest.where(Predicate.substring("display_name", "01 77777")));
        all.put("last day", newest.where(Predicate.since("created_at", ManyRuns.FIRST.plusSeconds(n * 20L - 86_400))));
        return all;
    }

    private void measure(ManyRuns runs, String kase, ListQuery query, int rounds, List<Figure> figures) {
        double[] samples = new double[SAMPLES * rounds];
        for (int i = -20; i < samples.length; i++) {
            long start = System.nanoTime();
            Page<RunRecord> page = runs.store.read(tx -> tx.runs().list(query));
            double millis = (System.nanoTime() - start) / 1e6;
            if (page.total() < page.rows().size()) {
                throw new IllegalStateException(
                        "total " + page.total() + " of " + page.rows().size() + " rows");
            }
            if (i >= 0) {
                samples[i] = millis;
            }
        }
        figures.add(new Figure(name(), kase, "median", Figure.percentile(samples, 0.5), "ms"));
        figures.add(new Figure(name(), kase, "p99", Figure.percentile(samples, 0.99), "ms"));
    }
}
