package io.kumiki.kube.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Laws over random clusters: nodes and pods of every kind come, change and go. One seed is one history; a failure
/// names it.
class SchedulerLawTest {
    private static final String[] RESOURCES = {"cpu", "memory", "nvidia.com/gpu", "pods"};

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 100);
    }

    /// A history, and what the cluster looks like now.
    private static final class History {
        final SplittableRandom random;
        final World world = new World();
        final Map<String, ObjectNode> nodes = new TreeMap<>();
        int made;

        History(long seed) {
            random = new SplittableRandom(seed);
            for (int i = 0; i < 3 + random.nextInt(5); i++) {
                putNode("n" + i);
            }
        }

        private String any(String... of) {
            return of[random.nextInt(of.length)];
        }

        void putNode(String name) {
            ObjectNode node = World.node(
                    name,
                    "{'cpu':'" + (2 + random.nextInt(6)) + "','memory':'" + (2 + random.nextInt(8))
                            + "Gi','nvidia.com/gpu':'" + random.nextInt(4) + "','pods':'" + (3 + random.nextInt(6))
                            + "'}",
                    "{'zone':'" + any("a", "b", "c") + "'}");
            if (random.nextInt(5) == 0) {
                ((ObjectNode) node.path("metadata").path("labels")).remove("zone");
            }
            if (random.nextInt(4) == 0) {
                ((ObjectNode) node.path("spec"))
                        .putArray("taints")
                        .addObject()
                        .put("key", "k")
                        .put("effect", any("NoSchedule", "PreferNoSchedule"));
            }
            ((ObjectNode) node.path("spec")).put("unschedulable", random.nextInt(9) == 0);
            nodes.put(name, node);
            world.scheduler.node(node, world.now);
        }

        ObjectNode newPod(boolean plain) {
            String app = any("x", "y", "z");
            String spec = "{'priority':" + random.nextInt(4)
                    + ",'containers':[{'name':'c','resources':{'requests':{'cpu':'"
                    + (1 + random.nextInt(3)) + "','memory':'" + random.nextInt(3) + "Gi','nvidia.com/gpu':'"
                    + (random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 0) + "'}}"
                    + (random.nextInt(5) == 0 ? ",'ports':[{'hostPort':" + (80 + random.nextInt(2)) + "}]" : "") + "}]"
                    + (random.nextInt(3) == 0 ? ",'tolerations':[{'operator':'Exists'}]" : "")
                    + (random.nextInt(5) == 0 ? ",'nodeSelector':{'zone':'a'}" : "")
                    + (random.nextInt(5) == 0 ? ",'preemptionPolicy':'Never'" : "")
                    + (plain ? "" : constraints()) + "}";
            return World.pod("p" + made++, "{'app':'" + app + "'}", spec);
        }

        private String constraints() {
            String term = "{'topologyKey':'" + any("zone", "kubernetes.io/hostname")
                    + "','labelSelector':{'matchLabels':{'app':'" + any("x", "y", "z") + "'}}}";
            String weighted = "{'weight':" + (1 + random.nextInt(99)) + ",'podAffinityTerm':" + term + "}";
            return switch (random.nextInt(9)) {
                case 0 -> side("podAffinity", "required", term);
                case 1 -> side("podAntiAffinity", "required", term);
                case 2 -> side("podAffinity", "preferred", weighted);
                case 3 -> side("podAntiAffinity", "preferred", weighted);
                case 4, 5 ->
                    ",'topologySpreadConstraints':[{'maxSkew':1,'topologyKey':'zone','whenUnsatisfiable':'"
                            + any("DoNotSchedule", "ScheduleAnyway") + "','minDomains':" + (1 + random.nextInt(3))
                            + ",'labelSelector':{'matchLabels':{'app':'x'}},'nodeTaintsPolicy':'"
                            + any("Honor", "Ignore")
                            + "','nodeAffinityPolicy':'" + any("Honor", "Ignore") + "'}]";
                default -> "";
            };
        }

        private static String side(String side, String how, String term) {
            return ",'affinity':{'" + side + "':{'" + how + "DuringSchedulingIgnoredDuringExecution':[" + term + "]}}";
        }

        void step(boolean plain) {
            switch (random.nextInt(10)) {
                case 0 -> putNode("n" + random.nextInt(9));
                case 1 -> {
                    String name = "n" + random.nextInt(9);
                    if (random.nextInt(4) == 0 && nodes.remove(name) != null) {
                        world.scheduler.nodeGone(name, world.now);
                    }
                }
                case 2 -> {
                    if (!world.pods.isEmpty()) {
                        List<String> names = List.copyOf(world.pods.keySet());
                        world.gone(names.get(random.nextInt(names.size())));
                    }
                }
                case 3 -> world.finishEvictions();
                default -> world.come(newPod(plain));
            }
            world.now = world.now.plusSeconds(random.nextInt(4));
            world.run();
        }

        /// What stands on a node.
        List<ObjectNode> on(String node) {
            return world.pods.values().stream()
                    .filter(pod -> pod.path("spec").path("nodeName").asText("").equals(node))
                    .toList();
        }
    }

    private static long amount(JsonNode pod, String resource) {
        return Amounts.requestOf(pod.path("spec")).get(resource);
    }

    private static long allocatable(JsonNode node, String resource) {
        return Amounts.read(node.path("status").path("allocatable")).get(resource);
    }

    /// A change of the node itself may leave it over-committed; the scheduler never does.
    @ParameterizedTest
    @MethodSource("seeds")
    void neverOverCommits(long seed) {
        History history = new History(seed);
        for (int i = 0; i < 60; i++) {
            Set<String> before = new HashSet<>();
            history.world.pods.values().stream()
                    .filter(pod -> !pod.path("spec").path("nodeName").asText("").isEmpty())
                    .forEach(pod -> before.add(World.name(pod)));
            history.step(false);
            for (Map.Entry<String, ObjectNode> node : history.nodes.entrySet()) {
                List<ObjectNode> now = history.on(node.getKey());
                for (String resource : RESOURCES) {
                    long used =
                            now.stream().mapToLong(pod -> amount(pod, resource)).sum();
                    boolean more = now.stream()
                            .anyMatch(pod -> !before.contains(World.name(pod)) && amount(pod, resource) > 0);
                    assertThat(!more || used <= allocatable(node.getValue(), resource))
                            .as("seed %d step %d: %d %s on %s", seed, i, used, resource, node)
                            .isTrue();
                }
            }
        }
    }

    /// Everything that is kept between two decisions is only there to be fast: a scheduler that has just been told of
    /// the same cluster decides the same.
    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsRememberedIsWhatIsThere(long seed) {
        History history = new History(seed);
        for (int i = 0; i < 50; i++) {
            history.step(false);
            World anew = new World();
            List<ObjectNode> nodes = new ArrayList<>(history.nodes.values());
            List<ObjectNode> pods = new ArrayList<>(history.world.pods.values());
            Collections.shuffle(nodes, new Random(seed));
            Collections.shuffle(pods, new Random(seed));
            nodes.forEach(node -> anew.scheduler.node(node, anew.now));
            pods.stream()
                    .filter(pod -> !pod.path("spec").path("nodeName").asText("").isEmpty())
                    .forEach(pod -> anew.scheduler.pod(pod, anew.now));
            pods.stream()
                    .filter(pod -> pod.path("spec").path("nodeName").asText("").isEmpty()
                            && !pod.path("status")
                                    .path("nominatedNodeName")
                                    .asText("")
                                    .isEmpty())
                    .forEach(pod -> anew.scheduler.pod(pod, anew.now));
            ObjectNode probe = history.newPod(false);
            ((ObjectNode) probe.path("spec")).put("priority", 9);
            assertThat(outcome(history.world.scheduler, probe, history.world))
                    .as("seed %d step %d: %s", seed, i, probe)
                    .isEqualTo(outcome(anew.scheduler, probe.deepCopy(), anew));
        }
    }

    private static String outcome(Scheduler scheduler, ObjectNode probe, World world) {
        scheduler.pod(probe, world.now);
        Attempt attempt = scheduler.next(world.now);
        assertThat(attempt.pod().name()).isEqualTo(World.name(probe));
        String outcome = !attempt.filter()
                ? attempt.message("") + told(attempt.preempt())
                : attempt.nodes() + " " + attempt.best(Map.of()) + " " + java.util.Arrays.toString(attempt.scores());
        scheduler.podGone("u-" + World.name(probe), world.now);
        return outcome;
    }

    private static String told(Preemption preemption) {
        return switch (preemption) {
            case Preemption.Hopeless hopeless -> hopeless.message();
            case Preemption.Candidates found ->
                found.candidates().stream()
                        .map(each -> each.node()
                                + each.victims().stream().map(PodEntry::name).toList())
                        .toList()
                        .toString();
        };
    }

    /// Without constraints between pods: a pod that waits and may preempt would not fit anywhere even if everything
    /// less important were gone, or its place is being cleared.
    @ParameterizedTest
    @MethodSource("seeds")
    void noOneIsBlockedByTheLessImportant(long seed) {
        History history = new History(seed);
        for (int i = 0; i < 50; i++) {
            history.step(true);
        }
        for (int i = 0; i < 8; i++) {
            history.world.finishEvictions().later(11);
        }
        history.world.later(301);
        for (ObjectNode pod : history.world.pods.values()) {
            boolean waits = pod.path("spec").path("nodeName").asText("").isEmpty();
            boolean never = pod.path("spec").path("preemptionPolicy").asText("").equals("Never");
            boolean clearing =
                    !pod.path("status").path("nominatedNodeName").asText("").isEmpty();
            if (waits && !never && !clearing) {
                PodShape shape = new PodShape.Known(List.of()).of(pod.path("spec"), "ns", Map.of());
                for (ObjectNode node : history.nodes.values()) {
                    assertThat(couldBeThere(history, shape, pod, node))
                            .as("seed %d: %s on %s", seed, pod, node)
                            .isFalse();
                }
            }
        }
    }

    private static boolean couldBeThere(History history, PodShape shape, ObjectNode pod, ObjectNode node) {
        NodeEntry entry = new NodeEntry(World.name(node), 0);
        entry.facts(NodeEntry.Facts.read(node));
        PodShape.Known shapes = new PodShape.Known(List.of());
        history.on(World.name(node)).stream()
                .filter(other -> other.path("spec").path("priority").asInt() >= shape.priority)
                .forEach(other -> entry.add(PodEntry.read(other, shapes)));
        // Those whose own place is being cleared there come first too.
        history.world.pods.values().stream()
                .filter(other -> other != pod
                        && other.path("status")
                                .path("nominatedNodeName")
                                .asText("")
                                .equals(World.name(node))
                        && other.path("spec").path("nodeName").asText("").isEmpty()
                        && other.path("spec").path("priority").asInt() >= shape.priority)
                .forEach(other -> entry.add(PodEntry.read(other, shapes)));
        return NodeChecks.refusal(shape, entry) == null;
    }

    /// Each candidate: with its victims gone the pod fits, and with any one of them back it does not.
    @ParameterizedTest
    @MethodSource("seeds")
    void victimsAreMinimal(long seed) {
        History history = new History(seed);
        int seen = 0;
        for (int i = 0; i < 60; i++) {
            history.step(true);
            ObjectNode probe = history.newPod(true);
            ((ObjectNode) probe.path("spec")).put("priority", 9).remove("preemptionPolicy");
            history.world.scheduler.pod(probe, history.world.now);
            Attempt attempt = history.world.scheduler.next(history.world.now);
            if (!attempt.filter() && attempt.preempt() instanceof Preemption.Candidates found) {
                for (Preemption.Candidate candidate : found.candidates()) {
                    seen++;
                    check(history, probe, candidate, seed);
                }
            }
            history.world.scheduler.podGone("u-" + World.name(probe), history.world.now);
        }
        assertThat(seed != 1 || seen > 0).isTrue();
    }

    private static void check(History history, ObjectNode probe, Preemption.Candidate candidate, long seed) {
        PodShape.Known shapes = new PodShape.Known(List.of());
        PodEntry pod = PodEntry.read(probe, shapes);
        NodeEntry node = new NodeEntry(candidate.node(), 0);
        node.facts(NodeEntry.Facts.read(history.nodes.get(candidate.node())));
        history.on(candidate.node()).forEach(other -> node.add(PodEntry.read(other, shapes)));
        assertThat(candidate.victims()).isNotEmpty();
        for (PodEntry victim : candidate.victims()) {
            assertThat(victim.priority()).isLessThan(pod.priority());
            node.remove(victim.uid());
        }
        assertThat(NodeChecks.refusal(pod.shape(), node)).as("seed %d", seed).isNull();
        for (PodEntry victim : candidate.victims()) {
            node.add(victim);
            assertThat(NodeChecks.refusal(pod.shape(), node))
                    .as("seed %d: %s was needless", seed, victim.name())
                    .isNotNull();
            node.remove(victim.uid());
        }
    }

    @Test
    void theSameSeedGivesTheSameHistory() {
        for (long seed = 1; seed <= 20; seed++) {
            assertThat(play(seed)).isEqualTo(play(seed));
        }
    }

    private static String play(long seed) {
        History history = new History(seed);
        for (int i = 0; i < 60; i++) {
            history.step(false);
        }
        return new TreeMap<>(history.world.said) + " " + history.world.evicted;
    }

    /// Ten thousand pods that cannot be placed cost one try an event.
    @Test
    void hopelessPodsCostNothing() {
        World world = new World().with(World.node("n", "{'cpu':'1'}", "{}"));
        for (int i = 0; i < 10_000; i++) {
            world.come(World.cpu("p" + i, "2", 0));
        }
        world.run();
        assertThat(world.said).hasSize(10_000);
        world.said.clear();
        for (int i = 0; i < 100; i++) {
            world.with(World.node("m" + i, "{'cpu':'1'}", "{}"))
                    .on("n", World.cpu("r" + i, "0", 0))
                    .gone("r" + i)
                    .run();
        }
        assertThat(world.said).as("nothing that happened can help").isEmpty();
        world.with(World.node("big", "{'cpu':'5'}", "{}")).run();
        assertThat(world.said.values().stream().filter("on big"::equals)).hasSize(2);
        assertThat(world.said).as("and one more that found it full").hasSize(3);
    }
}
