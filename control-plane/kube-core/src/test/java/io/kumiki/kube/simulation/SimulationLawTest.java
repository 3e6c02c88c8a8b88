package io.kumiki.kube.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.Journal;
import io.kumiki.kube.PatchType;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.kinds.scheduling.SchedulingGroup;
import io.kumiki.kube.scheduling.Attempt;
import io.kumiki.kube.scheduling.Preemption;
import io.kumiki.kube.scheduling.Scheduler;
import io.kumiki.kube.scheduling.SchedulerRules;
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A whole cluster on a virtual clock and one thread: API server, scheduler, simulated nodes that are lost, vanish and
/// break. One seed is one history.
class SimulationLawTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 12);
    }

    private static final class Virtual {
        Instant now = START;
        final Cluster cluster;
        final Scheduler scheduler = new Scheduler(SchedulerRules.DEFAULT, Set.of(), pod -> false);
        final Simulation simulation = new Simulation();
        final SplittableRandom random;
        final StringBuilder log = new StringBuilder();

        Virtual(long seed, String nodes) {
            random = new SplittableRandom(seed);
            cluster = new Cluster(ClusterSettings.simulated(() -> now, seed), Journal.memory());
            ObjectNode namespace = Json.object().put("apiVersion", "v1").put("kind", "Namespace");
            namespace.putObject("metadata").put("name", "ns");
            cluster.create(ResourceType.NAMESPACES, "", namespace, WriteOptions.by("t"));
            for (int priority = 0; priority < 3; priority++) {
                ObjectNode priorityClass = Json.object().put("value", priority);
                priorityClass.putObject("metadata").put("name", "p" + priority);
                cluster.create(SchedulingGroup.PRIORITY_CLASSES, "", priorityClass, WriteOptions.by("t"));
            }
            for (ObjectNode node : ((SimulatedNodes.Read.Valid) SimulatedNodes.read(nodes))
                    .nodes()
                    .objects(now)) {
                cluster.create(ResourceType.NODES, "", node, WriteOptions.by("t"));
            }
        }

        void pod(int number) {
            ObjectNode pod = Json.object().put("apiVersion", "v1").put("kind", "Pod");
            ObjectNode metadata =
                    pod.putObject("metadata").put("name", "p" + number).put("namespace", "ns");
            metadata.putObject("annotations")
                    .put(SimulatedPod.DURATION, (1 + random.nextInt(60)) + "s")
                    .put(SimulatedPod.START_DELAY, random.nextInt(5) + "s");
            ObjectNode spec = pod.putObject("spec")
                    .put("priorityClassName", "p" + random.nextInt(3))
                    .put("restartPolicy", random.nextBoolean() ? "Never" : "OnFailure");
            spec.putArray("tolerations").addObject().put("operator", "Exists");
            ObjectNode container =
                    spec.putArray("containers").addObject().put("name", "c").put("image", "any");
            String gpus = Integer.toString(1 + random.nextInt(4));
            for (String list : List.of("requests", "limits")) {
                container.withObject("/resources/" + list).put("nvidia.com/gpu", gpus);
            }
            cluster.create(ResourceType.PODS, "ns", pod, WriteOptions.by("t"));
        }

        /// What changed since the last look, node changes before pod changes.
        private final Map<String, String> seen = new HashMap<>();

        private void listen() {
            Deque<Runnable> changes = new ArrayDeque<>();
            for (ResourceType type : List.of(ResourceType.NODES, ResourceType.PODS)) {
                Set<String> there = new java.util.HashSet<>();
                for (ObjectNode object : cluster.list(type, "", Selection.ALL).items()) {
                    String uid = object.path("metadata").path("uid").asText();
                    there.add(type + uid);
                    String version =
                            object.path("metadata").path("resourceVersion").asText();
                    if (!version.equals(seen.put(type + uid, version))) {
                        changes.add(() -> changed(type, object));
                    }
                }
                for (String key : List.copyOf(seen.keySet())) {
                    if (key.startsWith(type.toString()) && !there.contains(key)) {
                        seen.remove(key);
                        changes.addFirst(
                                () -> gone(type, key.substring(type.toString().length())));
                    }
                }
            }
            changes.forEach(Runnable::run);
        }

        private final Map<String, String> nodeNames = new HashMap<>();

        private void changed(ResourceType type, ObjectNode object) {
            if (type.equals(ResourceType.NODES)) {
                String name = object.path("metadata").path("name").asText();
                nodeNames.put(object.path("metadata").path("uid").asText(), name);
                scheduler.node(object, now);
                simulation.node(object, now).forEach(this::act);
            } else {
                scheduler.pod(object, now);
                simulation.pod(object, now).forEach(this::act);
            }
        }

        private void gone(ResourceType type, String uid) {
            if (type.equals(ResourceType.NODES)) {
                String name = nodeNames.getOrDefault(uid, "");
                scheduler.nodeGone(name, now);
                simulation.nodeGone(name);
            } else {
                scheduler.podGone(uid, now);
                simulation.podGone(uid);
            }
        }

        /// What is gone, or has another uid, is no trouble: that is how the shell writes too.
        private void act(Simulation.Act act) {
            try {
                carryOut(act);
            } catch (ApiFault e) {
                assertThat(e.code()).isIn(404, 409);
            }
        }

        private void carryOut(Simulation.Act act) {
            switch (act) {
                case Simulation.Act.WritePod write -> status(ResourceType.PODS, write.pod(), write.status());
                case Simulation.Act.RemovePod remove ->
                    cluster.delete(ResourceType.PODS, "ns", name(remove.pod()), Deletion.NOW);
                case Simulation.Act.WriteNode write ->
                    cluster.patch(
                            ResourceType.NODES,
                            "",
                            write.name(),
                            "status",
                            PatchType.MERGE,
                            Json.object().set("status", write.status()),
                            WriteOptions.by("t"));
                case Simulation.Act.RemoveNode remove ->
                    cluster.delete(ResourceType.NODES, "", name(remove.node()), Deletion.NOW);
                case Simulation.Act.CreateNode create ->
                    cluster.create(ResourceType.NODES, "", create.node(), WriteOptions.by("t"));
                case Simulation.Act.Complain complain -> throw new AssertionError(complain.message());
            }
        }

        private void status(ResourceType type, ObjectNode object, ObjectNode status) {
            cluster.patch(
                    type,
                    "ns",
                    name(object),
                    "status",
                    PatchType.MERGE,
                    Json.object().set("status", status),
                    WriteOptions.by("t"));
        }

        private static String name(JsonNode object) {
            return object.path("metadata").path("name").asText();
        }

        /// Until nothing changes any more at this moment.
        void settle() {
            for (int round = 0; round < 10_000; round++) {
                listen();
                simulation.due(now).forEach(this::act);
                Attempt attempt = scheduler.next(now);
                if (attempt == null) {
                    int before = seen.hashCode();
                    listen();
                    if (before == seen.hashCode()) {
                        return;
                    }
                } else {
                    attempt(attempt);
                }
            }
            throw new AssertionError("it does not settle at " + now);
        }

        private void attempt(Attempt attempt) {
            String name = attempt.pod().name();
            if (attempt.onNominatedNode() || attempt.filter()) {
                String node = attempt.best(Map.of());
                scheduler.assume(attempt, node, now);
                cluster.bind("ns", name, "", node, Map.of());
                log.append(name).append('@').append(node).append(' ');
                return;
            }
            switch (attempt.preempt()) {
                case Preemption.Hopeless hopeless -> scheduler.unschedulable(attempt, hopeless.clears(), now);
                case Preemption.Candidates found -> {
                    Preemption.Candidate best = Preemption.choose(found.candidates());
                    scheduler.nominate(attempt, best.node(), now);
                    best.victims().forEach(victim -> evict(victim.name()));
                    log.append(name).append('!').append(best.victims().size()).append(' ');
                }
            }
        }

        private void evict(String victim) {
            try {
                cluster.delete(ResourceType.PODS, "ns", victim, Deletion.DEFAULT);
            } catch (ApiFault e) {
                assertThat(e.code()).isEqualTo(404);
            }
        }

        Instant nextTime() {
            Instant a = scheduler.nextDue();
            Instant b = simulation.nextDue();
            return a == null ? b : b == null || a.isBefore(b) ? a : b;
        }

        /// No node has more GPUs taken than it can give, but for what its own fault took away.
        void check(long seed) {
            Map<String, Long> taken = new HashMap<>();
            for (ObjectNode pod :
                    cluster.list(ResourceType.PODS, "ns", Selection.ALL).items()) {
                String phase = pod.path("status").path("phase").asText();
                if (!phase.equals("Succeeded") && !phase.equals("Failed")) {
                    taken.merge(
                            pod.path("spec").path("nodeName").asText(""),
                            pod.at("/spec/containers/0/resources/requests/nvidia.com~1gpu")
                                    .asLong(),
                            Long::sum);
                }
            }
            for (ObjectNode node :
                    cluster.list(ResourceType.NODES, "", Selection.ALL).items()) {
                assertThat(taken.getOrDefault(name(node), 0L))
                        .as("seed %d at %s: %s", seed, now, name(node))
                        .isLessThanOrEqualTo(
                                node.at("/status/capacity/nvidia.com~1gpu").asLong());
            }
        }
    }

    private static Virtual play(long seed) {
        Virtual world = new Virtual(
                seed,
                "4 x gpu=8 type=H100 rack=2 fail=0.2 seed=" + seed
                        + "; 3 x gpu=4 type=A100 lost=20s back=40s vanish=true losing=1 fault=30s healed=1m gpus=2");
        int made = 0;
        while (made < 60) {
            for (int i = world.random.nextInt(6); i >= 0; i--) {
                world.pod(made++);
            }
            world.settle();
            world.check(seed);
            world.now = world.now.plusSeconds(1 + world.random.nextInt(8));
        }
        for (int i = 0; i < 5_000; i++) {
            world.settle();
            world.check(seed);
            Instant next = world.nextTime();
            if (next == null) {
                break;
            }
            world.now = next.isAfter(world.now) ? next : world.now.plusSeconds(1);
        }
        return world;
    }

    /// Whatever is lost, vanishes and breaks: nothing is over-committed, and in the end every pod has ended.
    @ParameterizedTest
    @MethodSource("seeds")
    void allPodsEnd(long seed) {
        Virtual world = play(seed);
        for (ObjectNode pod :
                world.cluster.list(ResourceType.PODS, "ns", Selection.ALL).items()) {
            assertThat(pod.path("status").path("phase").asText())
                    .as("seed %d: %s", seed, pod)
                    .isIn("Succeeded", "Failed");
        }
    }

    @Test
    void theSameSeedIsTheSameHistory() {
        for (long seed = 1; seed <= 4; seed++) {
            Virtual one = play(seed);
            Virtual two = play(seed);
            assertThat(one.log.toString()).isEqualTo(two.log.toString());
            assertThat(one.cluster.list(ResourceType.PODS, "ns", Selection.ALL).items())
                    .isEqualTo(two.cluster
                            .list(ResourceType.PODS, "ns", Selection.ALL)
                            .items());
        }
    }
}
