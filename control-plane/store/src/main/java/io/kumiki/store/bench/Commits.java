package io.kumiki.store.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.StateChange;
import io.kumiki.model.run.TaskKind;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import io.kumiki.store.Tx;
import io.kumiki.store.objects.DiskObjects;
import io.kumiki.store.objects.ObjectStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/// What one decision of the run engine costs to keep: a run's progress and four tasks, on disk when it returns.
public final class Commits implements Benchmark {
    private static final int WRITERS = 16;

    @Override
    public String name() {
        return "commits";
    }

    @Override
    public String measures() {
        return "durable commits of a run and four tasks, one after another and from 16 threads; durable puts of 4 KiB objects";
    }

    @Override
    public int defaultSize() {
        return 2_000;
    }

    @Override
    public List<Figure> run(Size size) throws Exception {
        var figures = new ArrayList<Figure>();
        try (var runs = new ManyRuns()) {
            var random = new SplittableRandom(2);
            RunRecord run = ManyRuns.run(1, random);
            runs.store.write(tx -> {
                tx.runs().insert(run);
                return null;
            });
            IntConsumer commit = n -> runs.store.write(tx -> step(tx, run, n));
            for (int round = 0; round < size.rounds(); round++) {
                alone("one writer", size.n(), commit, figures);
                together("16 writers", size.n(), commit, figures);
            }
        }
        Path folder = Files.createTempDirectory("kumiki-bench");
        try (ObjectStorage storage = DiskObjects.open(folder)) {
            storage.createBucket("bench");
            byte[] body = new byte[4096];
            for (int round = 0; round < size.rounds(); round++) {
                alone("object, one writer", size.n() / 4, n -> storage.put("bench", "k" + n, body), figures);
                together("object, 16 writers", size.n() / 4, n -> storage.put("bench", "m" + n, body), figures);
            }
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        return figures;
    }

    private static int step(Tx tx, RunRecord run, int n) {
        tx.runs().progress(n % 2 == 0 ? run : run.moved(RunState.RUNNING, run.createdAt(), null));
        var tasks = new ArrayList<TaskRecord>();
        for (int i = 0; i < 4; i++) {
            tasks.add(task(run, "task-" + (n * 4 + i) % 1_000));
        }
        tx.tasks().put(tasks);
        return n;
    }

    private static TaskRecord task(RunRecord run, String id) {
        ObjectNode inputs = Json.object();
        inputs.putObject("parameters").put("epochs", 3).put("data", "minio://mlpipeline/data/" + id);
        return new TaskRecord(
                id,
                run.id(),
                "root",
                "train/" + id,
                "train",
                "train",
                TaskKind.CONTAINER,
                TaskState.RUNNING,
                1,
                null,
                null,
                inputs,
                Json.object(),
                "pod-" + id,
                "f".repeat(64),
                null,
                null,
                run.createdAt(),
                run.createdAt(),
                null,
                null,
                Json.object(),
                List.of(new StateChange(run.createdAt(), "WAITING"), new StateChange(run.createdAt(), "RUNNING")));
    }

    private void alone(String kase, int n, IntConsumer work, List<Figure> figures) {
        double[] samples = new double[n];
        long start = System.nanoTime();
        for (int i = 0; i < n; i++) {
            long from = System.nanoTime();
            work.accept(i);
            samples[i] = (System.nanoTime() - from) / 1e6;
        }
        figures.add(new Figure(name(), kase, "rate", n / ((System.nanoTime() - start) / 1e9), "1/s"));
        figures.add(new Figure(name(), kase, "median", Figure.percentile(samples, 0.5), "ms"));
        figures.add(new Figure(name(), kase, "p99", Figure.percentile(samples, 0.99), "ms"));
    }

    private void together(String kase, int n, IntConsumer work, List<Figure> figures) throws Exception {
        double[] samples = new double[n];
        long start = System.nanoTime();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var writers = new ArrayList<Future<?>>();
            for (int w = 0; w < WRITERS; w++) {
                int first = w;
                writers.add(threads.submit(() -> {
                    for (int i = first; i < n; i += WRITERS) {
                        long from = System.nanoTime();
                        work.accept(i);
                        samples[i] = (System.nanoTime() - from) / 1e6;
                    }
                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
        }
        Arrays.sort(samples);
        figures.add(new Figure(name(), kase, "rate", n / ((System.nanoTime() - start) / 1e9), "1/s"));
        figures.add(new Figure(name(), kase, "median", Figure.percentile(samples, 0.5), "ms"));
        figures.add(new Figure(name(), kase, "p99", Figure.percentile(samples, 0.99), "ms"));
    }
}
