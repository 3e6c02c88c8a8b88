package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.RunFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.fact.SingleFact;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Gangs and pods without one, running and waiting on nodes of eight GPUs, and who is told to leave.
abstract class Rivals {
    private static final long S = 1_000_000;

    final Planner planner = new Planner(PlannerOptions.DEFAULT);
    final List<Decision> decided = new ArrayList<>();
    long now = 1000;
    /// Of whoever comes from now on.
    String namespace = "n";

    void on(Event event) {
        for (Decision decision : planner.on(event, now, Instant.ofEpochSecond(S + now / 1000))) {
            decided.add(decision);
            if (decision instanceof Decision.WriteStatus write) {
                on(new Event.Written(write.namespace(), write.name(), write.number(), "v" + decided.size()));
            }
        }
    }

    void nodes(String... names) {
        for (String name : names) {
            on(new Event.NodeSeen(new NodeFact(
                    name,
                    true,
                    Map.of(),
                    List.of(),
                    Map.of("cpu", 64_000L, "memory", 512L << 30, "pods", 110L, "nvidia.com/gpu", 8L))));
        }
    }

    static Gang.Members shape(int gpus) {
        return new Gang.Members("pod", 1, 1, 0, Map.of("cpu", "1", "nvidia.com/gpu", "" + gpus), null, null, null);
    }

    PodFact pod(String name, int gpus, String node, PodFact.Stage stage, boolean terminating) {
        return new PodFact(
                "uid-" + name,
                namespace,
                name,
                "1",
                node,
                stage,
                terminating,
                node.isEmpty(),
                false,
                "",
                Shape.amounts(shape(gpus).requests()),
                null,
                "");
    }

    void runs(String name, int gpus, String node, int priority, long ago) {
        on(new Event.PodSeen(pod(name, gpus, node, PodFact.Stage.RUNNING, false)));
        on(new Event.SingleRuns(new RunFact("uid-" + name, priority, S - ago, S - ago, null, null, null)));
    }

    void waits(String name, int gpus, int priority) {
        on(new Event.SingleSeen(new SingleFact(
                pod(name, gpus, "", PodFact.Stage.PENDING, false),
                shape(gpus),
                priority,
                S,
                null,
                "",
                "",
                false,
                false,
                "",
                null,
                false)));
    }

    void gangWaits(String name, int members, int gpus, int priority) {
        var of = new Gang.Members(
                "w", members, members, 0, Map.of("cpu", "1", "nvidia.com/gpu", "" + gpus), null, null, null);
        var spec = new Gang.Spec(0, false, List.of(of), null, null, null, priority, null, null, null);
        on(new Event.GangSeen(new GangFact(namespace, name, "uid-" + name, "1", S, "", spec, null)));
    }

    List<String> evicted() {
        return decided.stream()
                .filter(Decision.EvictPod.class::isInstance)
                .map(d -> ((Decision.EvictPod) d).pod().name())
                .toList();
    }

    List<String> ungated() {
        return decided.stream()
                .filter(Decision.Ungate.class::isInstance)
                .map(d -> ((Decision.Ungate) d).pod().name() + " on " + ((Decision.Ungate) d).pin())
                .toList();
    }

    void goes(String name) {
        on(new Event.PodGone("uid-" + name));
    }
}
