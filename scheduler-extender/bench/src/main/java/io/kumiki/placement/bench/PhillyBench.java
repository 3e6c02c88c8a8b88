package io.kumiki.placement.bench;

import io.kumiki.placement.BackfillPlanner;
import io.kumiki.placement.BackfillPlanner.Running;
import io.kumiki.placement.BackfillPlanner.Waiting;
import io.kumiki.placement.ClusterView;
import io.kumiki.placement.Demand;
import io.kumiki.placement.GangSpec;
import io.kumiki.placement.NodeSpec;
import io.kumiki.placement.Promise;
import io.kumiki.placement.QueueOrder;
import io.kumiki.placement.Topology;
import io.kumiki.planner.fact.Origin;
import io.kumiki.planner.learned.RunTimes;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Queueing on the Philly job trace: all virtual clusters merged, no preemption, durations known or learned from those
/// that ended before; nodes of 8 GPUs, racks of 8 nodes. A job of more than 8 GPUs needs wholly free nodes at once.
/// In the orders that the extender has, by the same code. The halves are replays of their own, each from an
/// empty cluster and without knowledge: what was chosen on the first is to be read from the second.
public final class PhillyBench implements Benchmark {
    static final int GPUS = 8;
    /// Quantile of what is learned for what still runs.
    private static final double REST = 0.5;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    record Job(String id, long submitted, long seconds, int gpus, String cluster) {}

    @Override
    public String name() {
        return "philly";
    }

    @Override
    public String measures() {
        return "mean queue time on the Philly trace, durations known or learned from it, N (70) nodes of 8 GPUs";
    }

    @Override
    public int defaultSize() {
        return 70;
    }

    @Override
    public Set<String> options() {
        return Set.of("part", "order");
    }

    @Override
    public List<Figure> run(Size size) throws IOException {
        var jobs = part(jobs(Traces.folder("philly-jobs").resolve("philly.csv")), size.option("part"));
        List<Figure> figures = new ArrayList<>();
        for (QueueOrder order : orders(size.option("order"))) {
            figures.addAll(figures(jobs, size.n(), "true durations", order, new True()));
            figures.addAll(figures(jobs, size.n(), "learned durations", order, new Learned()));
        }
        return figures;
    }

    private static List<QueueOrder> orders(@Nullable String order) {
        return order == null ? List.of(QueueOrder.values()) : List.of(QueueOrder.valueOf(order));
    }

    private static List<Job> part(List<Job> jobs, @Nullable String part) {
        int half = jobs.size() / 2;
        return switch (part) {
            case null -> jobs;
            case "first" -> jobs.subList(0, half);
            case "second" -> jobs.subList(half, jobs.size());
            default -> throw new IllegalArgumentException("--part is first or second, not " + part);
        };
    }

    private List<Figure> figures(List<Job> jobs, int nodes, String durations, QueueOrder order, Known known) {
        double[] sum = new double[3];
        int[] count = new int[3];
        replay(jobs, nodes, order, known, (job, start) -> {
            int kind = job.gpus() == 1 ? 0 : job.gpus() <= GPUS ? 1 : 2;
            sum[kind] += start - job.submitted();
            count[kind]++;
        });
        String kase = nodes + " nodes, " + order + ", " + durations;
        return List.of(
                new Figure(name(), kase, "mean queue", (sum[0] + sum[1] + sum[2]) / jobs.size(), "s"),
                new Figure(name(), kase, "mean queue, 1 GPU", sum[0] / count[0], "s"),
                new Figure(name(), kase, "mean queue, 2-8 GPUs", sum[1] / count[1], "s"),
                new Figure(name(), kase, "mean queue, > 8 GPUs", sum[2] / count[2], "s"));
    }

    private interface Started {
        void at(Job job, long start);
    }

    /// What whoever plans knows of durations.
    private interface Known {
        /// Of a job that arrives.
        long expected(Job job);

        /// What it is held to where it may use nodes that are kept for another.
        Promise.@Nullable Bound bound(Job job);

        /// Of a job that runs.
        long remaining(Job job, long elapsed);

        void ended(Job job);
    }

    private static final class True implements Known {
        @Override
        public long expected(Job job) {
            return job.seconds();
        }

        @Override
        public Promise.Bound bound(Job job) {
            return new Promise.Bound(job.seconds(), true);
        }

        @Override
        public long remaining(Job job, long elapsed) {
            return job.seconds() - elapsed;
        }

        @Override
        public void ended(Job job) {}
    }

    /// From those of the trace that have ended, by virtual cluster and GPUs: it names neither owner nor template.
    private static final class Learned implements Known {
        private final RunTimes times = new RunTimes(3600);

        private static RunTimes.Job job(Job job) {
            return new RunTimes.Job(job.cluster(), Origin.UNKNOWN, job.gpus() * 1000L, null);
        }

        @Override
        public long expected(Job job) {
            return times.expected(job(job));
        }

        @Override
        public Promise.@Nullable Bound bound(Job job) {
            return times.bound(job(job));
        }

        @Override
        public long remaining(Job job, long elapsed) {
            return times.remaining(job(job), elapsed, REST);
        }

        @Override
        public void ended(Job job) {
            times.finished(job(job), job.seconds());
        }
    }

    /// When those that run are expected to end, found out only where somebody asks.
    private static List<Running> expected(Collection<Running> running, Map<String, Job> byId, Known known, long now) {
        List<Running> ends = new ArrayList<>();
        for (Running each : running) {
            Job job = java.util.Objects.requireNonNull(byId.get(each.id()));
            long elapsed = now - (each.expectedEnd() - job.seconds());
            ends.add(new Running(each.id(), each.held(), now + known.remaining(job, elapsed)));
        }
        return ends;
    }

    /// At each time first all ends, then all arrivals, then one plan.
    private static void replay(List<Job> jobs, int nodes, QueueOrder order, Known known, Started listener) {
        var view = cluster(nodes);
        var planner = new BackfillPlanner(topology(nodes), order);
        Map<String, Job> byId = new HashMap<>();
        jobs.forEach(job -> byId.put(job.id(), job));
        Map<String, Waiting> waiting = new LinkedHashMap<>();
        var running = new PriorityQueue<Running>(Comparator.comparingLong(Running::expectedEnd));
        BackfillPlanner.@Nullable Reservation reservation = null;
        int next = 0;
        while (next < jobs.size() || !running.isEmpty()) {
            long arrival = next < jobs.size() ? jobs.get(next).submitted() : Long.MAX_VALUE;
            Running first = running.peek();
            long now = Math.min(arrival, first == null ? Long.MAX_VALUE : first.expectedEnd());
            for (Running end = running.peek(); end != null && end.expectedEnd() == now; end = running.peek()) {
                running.remove().held().forEach(h -> view.release(h.demand(), h.node(), h.devices()));
                known.ended(java.util.Objects.requireNonNull(byId.get(end.id())));
            }
            for (; next < jobs.size() && jobs.get(next).submitted() == now; next++) {
                Job job = jobs.get(next);
                waiting.put(
                        job.id(),
                        new Waiting(
                                job.id(), gang(job.gpus()), job.submitted(), known.expected(job), known.bound(job)));
            }
            var plan =
                    planner.plan(view, waiting.values(), () -> expected(running, byId, known, now), now, reservation);
            reservation = plan.reservation();
            for (var start : plan.starts()) {
                Job job = java.util.Objects.requireNonNull(
                        byId.get(start.waiting().id()));
                waiting.remove(job.id());
                running.add(new Running(job.id(), BackfillPlanner.held(start), now + job.seconds()));
                listener.at(job, now);
            }
        }
    }

    /// Equal shapes share one spec, so that a pass asks for each only once.
    private static final Map<Integer, GangSpec> GANGS = new HashMap<>();

    static GangSpec gang(int gpus) {
        return GANGS.computeIfAbsent(gpus, g -> {
            int members = (g + GPUS - 1) / GPUS;
            int each = Math.min(g, GPUS);
            var role = new GangSpec.Role("worker", new Demand(0, 0, each, 1000, List.of()), members, members);
            return new GangSpec("gpus-" + g, List.of(role), null, null);
        });
    }

    static ClusterView cluster(int count) {
        List<NodeSpec> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nodes.add(new NodeSpec("node-" + i, 1, 1, GPUS, "GPU", 110));
        }
        return new ClusterView(nodes);
    }

    static Topology topology(int count) {
        List<Map<String, String>> labels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            labels.add(Map.of("rack", "r" + i / 8));
        }
        return Topology.of(List.of("rack"), labels);
    }

    static List<Job> jobs(Path file) throws IOException {
        List<Job> jobs = new ArrayList<>();
        List<String> lines = Files.readAllLines(file);
        for (String line : lines.subList(1, lines.size())) {
            if (!line.isBlank()) {
                String[] c = line.split(",");
                long submitted = LocalDateTime.parse(c[0], TIME).toEpochSecond(ZoneOffset.UTC);
                jobs.add(new Job(
                        "job-" + jobs.size(),
                        submitted,
                        Math.max(1, (long) Double.parseDouble(c[1])),
                        Integer.parseInt(c[2]),
                        c.length > 4 ? c[4] : ""));
            }
        }
        jobs.sort(Comparator.comparingLong(Job::submitted));
        return jobs;
    }
}
