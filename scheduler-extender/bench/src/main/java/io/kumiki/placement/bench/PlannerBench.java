package io.kumiki.placement.bench;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.Decision;
import io.kumiki.planner.Event;
import io.kumiki.planner.Planner;
import io.kumiki.planner.PlannerOptions;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// CPU of the planner's own thread for gangs that come, start and go, without a cluster: everybody else answers at
/// once. What comes together is heard together, `batch` events at a time.
public final class PlannerBench implements Benchmark {
    private static final Instant WALL = Instant.ofEpochSecond(1_790_000_000);

    @Override
    public String name() {
        return "planner";
    }

    @Override
    public String measures() {
        return "CPU of the planner's thread: one gang of N (512) on N nodes; 50 N/512 gangs of 4 on 100 nodes";
    }

    @Override
    public int defaultSize() {
        return 512;
    }

    @Override
    public List<Figure> run(Size size) {
        List<Figure> figures = new ArrayList<>();
        for (int batch : new int[] {1, 8}) {
            String together = ", " + batch + (batch == 1 ? " event" : " events") + " heard together";
            figures.add(figure(
                    "one gang of " + size.n() + together, size.rounds(), cluster(size.n(), 8), 1, batch, size.n(), 8));
            int gangs = Math.max(1, 50 * size.n() / 512);
            figures.add(figure(gangs + " gangs of 4" + together, size.rounds(), cluster(100, 8), gangs, batch, 4, 1));
        }
        return figures;
    }

    /// As many rounds again before the first that counts.
    private Figure figure(String kase, int rounds, Cluster cluster, int gangs, int batch, int members, int gpus) {
        double[] millis = new double[rounds];
        for (int round = -rounds; round < rounds; round++) {
            long began = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            cluster.live(gangs, members, gpus, batch);
            if (round >= 0) {
                millis[round] = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - began) / 1e6;
            }
        }
        return new Figure(name(), kase, "CPU, median", Figure.percentile(millis, 0.5), "ms");
    }

    private static Cluster cluster(int nodes, int gpus) {
        var cluster = new Cluster();
        for (int n = 0; n < nodes; n++) {
            cluster.tell(new Event.NodeSeen(new NodeFact(
                    "node-" + n,
                    true,
                    Map.of("kubernetes.io/hostname", "node-" + n, "nvidia.com/gpu.product", "H100"),
                    List.of(),
                    Map.of("cpu", 96_000L, "memory", 768L << 30, "pods", 110L, "nvidia.com/gpu", (long) gpus))));
            cluster.names.add("node-" + n);
        }
        cluster.tell(new Event.Elected(1));
        cluster.run(1);
        return cluster;
    }

    /// API server, scheduler, kubelets and controllers that do at once and without fault what they are there for.
    private static final class Cluster {
        private final Planner planner = new Planner(PlannerOptions.DEFAULT);
        private final ArrayDeque<Event> events = new ArrayDeque<>();
        private final Map<String, PodFact> pods = new TreeMap<>();
        private final Map<String, GangFact> gangs = new TreeMap<>();
        private final List<String> names = new ArrayList<>();
        /// Uids of the pods that the scheduler asked about, by its call.
        private final List<String> calls = new ArrayList<>();
        private long millis;
        private long version;
        private int made;

        void tell(Event event) {
            events.add(event);
        }

        /// Gangs come one after the other, run, and go.
        void live(int count, int members, int gpus, int batch) {
            for (int g = 0; g < count; g++) {
                String gang = "g" + made++;
                for (int i = 0; i < members; i++) {
                    see(pod(gang, i, gpus));
                    if (i == 0) {
                        gang(gang, members, gpus);
                    }
                }
                run(batch);
                leave(gang, members, batch);
            }
        }

        private PodFact pod(String gang, int i, int gpus) {
            return new PodFact(
                    gang + "-" + i,
                    "n",
                    gang + "-" + i,
                    next(),
                    "",
                    PodFact.Stage.PENDING,
                    false,
                    true,
                    false,
                    "",
                    Map.of("cpu", 1000L, "nvidia.com/gpu", (long) gpus),
                    new PodFact.Member(gang, "main", -1, "", gpus == 1),
                    "");
        }

        private void gang(String name, int members, int gpus) {
            var of = new Gang.Members(
                    "main",
                    members,
                    members,
                    0,
                    Map.of("cpu", "1", "nvidia.com/gpu", Integer.toString(gpus)),
                    null,
                    null,
                    null);
            see(new GangFact(
                    "n",
                    name,
                    "uid-" + name,
                    next(),
                    WALL.getEpochSecond(),
                    "",
                    new Gang.Spec(0, true, List.of(of), null, null, null, 0, null, null, null),
                    null));
        }

        private void leave(String gang, int members, int batch) {
            for (int i = 0; i < members; i++) {
                PodFact pod = pods.remove(gang + "-" + i);
                if (pod == null || pod.stage() != PodFact.Stage.RUNNING) {
                    throw new IllegalStateException(gang + "-" + i + " does not run: " + pod);
                }
                tell(new Event.PodGone(pod.uid()));
            }
            gangs.remove("n/" + gang);
            tell(new Event.GangGone("n", gang));
            run(batch);
        }

        private String next() {
            return Long.toString(++version);
        }

        private void see(PodFact pod) {
            pods.put(pod.uid(), pod);
            tell(new Event.PodSeen(pod));
        }

        private void see(GangFact gang) {
            gangs.put(gang.namespace() + "/" + gang.name(), gang);
            tell(new Event.GangSeen(gang));
        }

        void run(int batch) {
            while (!events.isEmpty()) {
                for (int n = 0; n < batch && !events.isEmpty(); n++) {
                    planner.hear(events.remove(), millis, WALL.plusMillis(millis));
                    planner.decided().forEach(this::carryOut);
                    if (++millis % 1000 == 0) {
                        tell(new Event.Tick());
                    }
                }
                planner.settle().forEach(this::carryOut);
            }
        }

        private void carryOut(Decision decision) {
            switch (decision) {
                case Decision.WriteStatus write -> {
                    GangFact old = gangs.get(write.namespace() + "/" + write.name());
                    if (old != null) {
                        String now = next();
                        tell(new Event.Written(write.namespace(), write.name(), write.number(), now));
                        see(new GangFact(
                                old.namespace(),
                                old.name(),
                                old.uid(),
                                now,
                                old.created(),
                                old.controller(),
                                old.spec(),
                                write.status()));
                    }
                }
                case Decision.Ungate(PodFact pod, var pin, Map<String, String> noted) -> {
                    int slot = Integer.parseInt(noted.getOrDefault("kumiki.io/gang-slot", "-1"));
                    PodFact.Member of = pod.member();
                    if (of != null) {
                        see(as(
                                pod,
                                "",
                                pod.stage(),
                                new PodFact.Member(
                                        of.gang(),
                                        of.className(),
                                        slot,
                                        noted.getOrDefault("kumiki.io/reservation", ""),
                                        of.steered())));
                    }
                    tell(
                            pin == null
                                    ? new Event.FilterAsked(call(pod), pod.uid(), names, "")
                                    : new Event.BindAsked(call(pod), pod.uid(), pin));
                }
                case Decision.AnswerFilter(long call, String node, String why) -> {
                    if (node.isEmpty()) {
                        throw new IllegalStateException(why);
                    }
                    tell(new Event.BindAsked(call, asking(call), node));
                }
                case Decision.Bind bind -> {
                    PodFact pod = pods.get(bind.pod().uid());
                    tell(new Event.Bound(bind.call(), bind.pod().uid(), ""));
                    if (pod != null) {
                        see(as(pod, bind.node(), PodFact.Stage.PENDING, pod.member()));
                        see(as(pod, bind.node(), PodFact.Stage.RUNNING, pod.member()));
                    }
                }
                default -> {}
            }
        }

        private long call(PodFact pod) {
            calls.add(pod.uid());
            return calls.size() - 1;
        }

        private String asking(long call) {
            return calls.get((int) call);
        }

        private PodFact as(PodFact pod, String node, PodFact.Stage stage, PodFact.@Nullable Member of) {
            return new PodFact(
                    pod.uid(),
                    pod.namespace(),
                    pod.name(),
                    next(),
                    node,
                    stage,
                    false,
                    false,
                    false,
                    pod.controller(),
                    pod.requests(),
                    of,
                    "");
        }
    }
}
