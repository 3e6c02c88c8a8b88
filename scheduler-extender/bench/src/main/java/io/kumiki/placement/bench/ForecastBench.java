package io.kumiki.placement.bench;

import io.kumiki.placement.BackfillPlanner;
import io.kumiki.placement.ClusterView;
import io.kumiki.placement.Forecast;
import io.kumiki.placement.Topology;
import io.kumiki.planner.fact.Origin;
import io.kumiki.planner.learned.Calibration;
import io.kumiki.planner.learned.Estimate;
import io.kumiki.planner.learned.RunTimes;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How right a forecast is that is made when a job arrives: the Philly trace on 70 nodes of 8 GPUs under the
/// planner's own order (age, one reservation), nobody knowing who arrives later. Jobs that wait more than 60 s; a
/// sample of them, evenly spread. Run times either declared (and true), or learned from what finished, by virtual
/// cluster and GPUs: the trace names neither owner nor template.
public final class ForecastBench implements Benchmark {
    private static final int NODES = 70;
    private static final long WORTH = 60;
    private static final long USUAL = 3600;
    private static final long HORIZON = 60L * 86_400;

    /// @param raw as it came out
    /// @param said with its bar set right by how earlier ones came true
    private record Told(long arrived, Estimate raw, Estimate said) {
        static boolean inside(Estimate bar, long at) {
            Long high = bar.high();
            return Objects.requireNonNull(bar.low()) <= at && (high == null || at <= high);
        }

        /// Length of the bar as a share of the wait; open ones as infinitely long.
        static double length(Estimate bar, double wait) {
            Long high = bar.high();
            return high == null ? Double.POSITIVE_INFINITY : (high - Objects.requireNonNull(bar.low())) / wait;
        }
    }

    @Override
    public String name() {
        return "forecast";
    }

    @Override
    public String measures() {
        return "error of start times forecast at arrival on the Philly trace, jobs that wait > 60 s, N (1,000) forecasts";
    }

    @Override
    public int defaultSize() {
        return 1_000;
    }

    @Override
    public List<Figure> run(Size size) throws IOException {
        var jobs = PhillyBench.jobs(Traces.folder("philly-jobs").resolve("philly.csv"));
        List<Figure> figures = new ArrayList<>();
        figures.addAll(new Replay(jobs, size.n(), true).figures(name()));
        figures.addAll(new Replay(jobs, size.n(), false).figures(name()));
        return figures;
    }

    private static final class Replay {
        private final List<PhillyBench.Job> jobs;
        private final boolean declared;
        private final int every;
        private final Topology topology = PhillyBench.topology(NODES);
        private final Forecast world;
        private final RunTimes times = new RunTimes(USUAL);
        private final Map<String, PhillyBench.Job> byId = new HashMap<>();
        private final Map<String, Long> started = new HashMap<>();
        private final Map<String, Told> told = new HashMap<>();
        private final List<double[]> errors = new ArrayList<>();
        private final Map<Integer, Forecast.Shape> shapes = new HashMap<>();
        private int waited;
        private final Calibration calibration = new Calibration();
        private final List<Double> lengths = new ArrayList<>();
        private final List<Double> rawLengths = new ArrayList<>();
        private int inside;
        private int rawInside;
        private final List<Double> took = new ArrayList<>();

        Replay(List<PhillyBench.Job> jobs, int forecasts, boolean declared) {
            this.jobs = jobs;
            this.declared = declared;
            this.every = Math.max(1, jobs.size() / Math.max(1, forecasts));
            ClusterView view = PhillyBench.cluster(NODES);
            this.world = new Forecast(view, topology, List.of(), List.of(), Forecast.Purse.OPEN);
            jobs.forEach(job -> byId.put(job.id(), job));
        }

        List<Figure> figures(String name) {
            replay();
            String kase = NODES + " nodes, " + (declared ? "declared" : "learned") + " run times";
            double[] relative = errors.stream().mapToDouble(e -> e[0]).toArray();
            double[] millis = took.stream().mapToDouble(t -> t / 1e6).toArray();
            return List.of(
                    new Figure(name, kase, "relative error, median", Figure.percentile(relative, 0.5) * 100, "%"),
                    new Figure(name, kase, "relative error, p90", Figure.percentile(relative, 0.9) * 100, "%"),
                    new Figure(name, kase, "inside the error bar (80 % wanted)", share(inside), "%"),
                    new Figure(name, kase, "bar as a share of the wait, median", median(lengths), "x"),
                    new Figure(name, kase, "inside the bar before it is set right", share(rawInside), "%"),
                    new Figure(name, kase, "that bar as a share of the wait, median", median(rawLengths), "x"),
                    new Figure(name, kase, "forecasts judged", errors.size(), "jobs"),
                    new Figure(name, kase, "one forecast, median", Figure.percentile(millis, 0.5), "ms"),
                    new Figure(name, kase, "one forecast, longest", Figure.percentile(millis, 1), "ms"));
        }

        private double share(int of) {
            return 100.0 * of / Math.max(1, errors.size());
        }

        private static double median(List<Double> of) {
            return Figure.percentile(
                    of.stream().mapToDouble(Double::doubleValue).toArray(), 0.5);
        }

        private void replay() {
            int next = 0;
            while (next < jobs.size()) {
                Long end = world.nextEnd();
                long arrival = jobs.get(next).submitted();
                long now = end == null ? arrival : Math.min(arrival, end);
                List<Forecast.Waiting> arrivals = new ArrayList<>();
                for (; next < jobs.size() && jobs.get(next).submitted() == now; next++) {
                    arrivals.add(waiting(jobs.get(next)));
                }
                finish(now);
                world.step(now, arrivals).forEach((id, start) -> start(id, start.at()));
                for (Forecast.Waiting arrived : arrivals) {
                    if (!started.containsKey(arrived.id()) && waited++ % every == 0) {
                        told.put(arrived.id(), forecast(arrived.id(), now));
                    }
                }
            }
        }

        /// What is about to end becomes history.
        private void finish(long now) {
            for (BackfillPlanner.Running running : world.ending(now)) {
                PhillyBench.Job job = Objects.requireNonNull(byId.get(running.id()));
                times.finished(job(job), job.seconds());
            }
        }

        private void start(String id, long at) {
            started.put(id, at);
            calibration.started(id, at);
            Told before = told.remove(id);
            if (before == null || at - before.arrived() <= WORTH) {
                return;
            }
            double wait = at - before.arrived();
            errors.add(
                    new double[] {Math.abs(Objects.requireNonNull(before.raw().at()) - at) / wait});
            inside += Told.inside(before.said(), at) ? 1 : 0;
            rawInside += Told.inside(before.raw(), at) ? 1 : 0;
            lengths.add(Told.length(before.said(), wait));
            rawLengths.add(Told.length(before.raw(), wait));
        }

        private RunTimes.Job job(PhillyBench.Job job) {
            return new RunTimes.Job(
                    job.cluster(), Origin.UNKNOWN, job.gpus() * 1000L, declared ? Long.valueOf(job.seconds()) : null);
        }

        private Forecast.Waiting waiting(PhillyBench.Job job) {
            return new Forecast.Waiting(
                    job.id(), shape(job.gpus()), job.seconds(), declared ? job.seconds() : Long.MAX_VALUE / 4);
        }

        private Forecast.Shape shape(int gpus) {
            return shapes.computeIfAbsent(gpus, g -> {
                var all = new BitSet();
                all.set(0, NODES);
                return new Forecast.Shape(List.of(PhillyBench.gang(g)), List.of(all));
            });
        }

        private Told forecast(String id, long now) {
            long began = System.nanoTime();
            Long at = at(id, now, 0.5);
            Long low = at(id, now, 0.1);
            Long high = at(id, now, 0.9);
            took.add((double) System.nanoTime() - began);
            long middle = at == null ? now + HORIZON : at;
            Estimate raw = Estimate.of(
                    middle,
                    low == null ? middle : low,
                    high,
                    declared ? RunTimes.From.declared : RunTimes.From.learned);
            Estimate said = calibration.of(raw, now);
            calibration.told(id, raw, now);
            return new Told(now, raw, said);
        }

        private @Nullable Long at(String id, long now, double quantile) {
            List<BackfillPlanner.Running> running = new ArrayList<>();
            for (BackfillPlanner.Running held : world.running()) {
                long elapsed = now - Objects.requireNonNull(started.get(held.id()));
                running.add(new BackfillPlanner.Running(
                        held.id(), held.held(), now + remaining(held.id(), elapsed, quantile)));
            }
            List<Forecast.Waiting> queue = new ArrayList<>();
            for (Forecast.Waiting waiting : world.waiting()) {
                queue.add(new Forecast.Waiting(
                        waiting.id(), waiting.shape(), remaining(waiting.id(), 0, quantile), waiting.promised()));
            }
            Forecast.Start start = new Forecast(world.view(), topology, queue, running, Forecast.Purse.OPEN)
                    .run(now, now + HORIZON, Integer.MAX_VALUE, id)
                    .get(id);
            return start == null ? null : Long.valueOf(start.at());
        }

        private long remaining(String id, long elapsed, double quantile) {
            PhillyBench.Job job = Objects.requireNonNull(byId.get(id));
            return times.remaining(job(job), elapsed, quantile);
        }
    }
}
