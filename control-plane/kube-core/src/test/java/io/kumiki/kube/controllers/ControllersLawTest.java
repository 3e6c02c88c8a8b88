package io.kumiki.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Journal;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.model.Json;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/// Whole lives of workloads on a virtual clock with pods that fail, are deleted or lose their node, wake-ups that come
/// twice or late, and crashes between any two writes. What must never be, is checked at every write; what must come
/// out, is the same as without any trouble.
class ControllersLawTest {
    private static final int SURGE = 1;
    private static final int REPLICAS = 3;

    private static final Map<Integer, String> CALM = new ConcurrentHashMap<>();
    private static final Set<String> OBSERVED = Set.of("replicasets.apps", "pods", "jobs.batch");

    @Test
    void troubleChangesNothing() {
        ShakenRig.each(ShakenRig.SEEDS, seed -> new Life(seed, true).run());
    }

    /// One scenario under one seed.
    private static final class Life {
        private final int scenario;
        private final boolean troubled;
        private final SplittableRandom random;
        private final ShakenRig shaken;
        private final Rig rig;
        /// Uids of pods that succeeded, by the index they worked on.
        private final Map<String, Set<String>> succeeded = new HashMap<>();
        private final Map<String, ObjectNode> pods = new TreeMap<>();
        private final Map<String, Integer> sizes = new TreeMap<>();
        private int counted;
        private int troubles;
        private boolean removing;

        Life(int seed, boolean troubled) {
            this.scenario = seed % 5;
            this.troubled = troubled;
            this.shaken = new ShakenRig(seed, troubled, List.of("a", "b", "c"), this::observe);
            this.random = shaken.random;
            this.rig = shaken.rig;
        }

        String run() {
            begin();
            live(10);
            change();
            live(10);
            shaken.journal.fuse = -1;
            // Peace: what was delayed ends, what waits is due.
            shaken.allComeBack();
            for (int i = 0; i < 5; i++) {
                shaken.attempt(() -> rig.pass(Duration.ofMinutes(11)));
            }
            String end = end();
            if (troubled) {
                assertThat(end).isEqualTo(CALM.computeIfAbsent(scenario, calm -> new Life(calm, false).run()));
            }
            remove();
            return end;
        }

        private void begin() {
            switch (scenario) {
                case 0 ->
                    rig.create(
                            ResourceType.DEPLOYMENTS,
                            "n",
                            Rig.workload(
                                    "w",
                                    "'replicas':3,'strategy':{'rollingUpdate':{'maxSurge':1,'maxUnavailable':1}},",
                                    "one"));
                case 1 -> rig.create(ResourceType.STATEFUL_SETS, "n", Rig.workload("w", "'replicas':3,", "one"));
                case 2 ->
                    rig.create(
                            ResourceType.JOBS,
                            "n",
                            Rig.job(
                                    "w",
                                    "'completionMode':'Indexed','completions':4,'parallelism':2,'backoffLimit':1000,",
                                    "'kumiki.io/simulated-duration':'20s'"));
                case 3 ->
                    rig.create(
                            ResourceType.JOBS,
                            "n",
                            Rig.job(
                                    "w",
                                    "'completions':4,'parallelism':2,'backoffLimit':1000,",
                                    "'kumiki.io/simulated-duration':'20s'"));
                default -> rig.create(ResourceType.DAEMON_SETS, "n", Rig.workload("w", "", "one"));
            }
        }

        private void change() {
            ResourceType type = switch (scenario) {
                case 0 -> ResourceType.DEPLOYMENTS;
                case 1 -> ResourceType.STATEFUL_SETS;
                case 2, 3 -> null;
                default -> ResourceType.DAEMON_SETS;
            };
            if (type != null) {
                shaken.attempt(() -> rig.merge(
                        type, "w", "{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'two'}]}}}}"));
            }
        }

        private void live(int turns) {
            for (int i = 0; i < turns; i++) {
                shaken.turn(() -> {
                    if (troubled && troubles < 8 && random.nextInt(4) == 0) {
                        trouble();
                    }
                });
                rig.now = rig.now.plusMillis(troubled ? random.nextInt(9_000) : 5_000);
            }
        }

        private void trouble() {
            List<ObjectNode> living =
                    rig.cluster.list(ResourceType.PODS, "n", Selection.ALL).items();
            if (living.isEmpty()) {
                return;
            }
            troubles++;
            ObjectNode pod = living.get(random.nextInt(living.size()));
            switch (random.nextInt(3)) {
                case 0 -> shaken.delete(pod);
                case 1 -> shaken.fail(pod);
                default -> shaken.lose(pod.path("spec").path("nodeName").asText());
            }
        }

        /// At every write.
        private void observe(Journal.Entry entry) {
            if (!OBSERVED.contains(entry.key().storage())) {
                return;
            }
            String name = entry.key().name();
            ObjectNode object = entry.removal() ? Json.object() : (ObjectNode) Json.parse(entry.json());
            switch (entry.key().storage()) {
                case "replicasets.apps" -> {
                    sizes.put(name, object.path("spec").path("replicas").asInt());
                    assertThat(sizes.values().stream().mapToInt(i -> i).sum())
                            .as("replicas with surge")
                            .isLessThanOrEqualTo(REPLICAS + SURGE);
                }
                case "pods" -> pod(name, object, entry.removal());
                case "jobs.batch" -> {
                    int now = object.path("status").path("succeeded").asInt();
                    assertThat(now).as("succeeded").isBetween(entry.removal() ? 0 : counted, 4);
                    counted = now;
                }
                default -> {}
            }
        }

        private void pod(String name, ObjectNode pod, boolean removal) {
            boolean fresh = !pods.containsKey(name);
            if (removal) {
                pods.remove(name);
                return;
            }
            if (fresh && scenario == 1) {
                int ordinal = Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
                for (int lower = 0; lower < ordinal; lower++) {
                    assertThat(pods).as("predecessors of " + name).containsKey("w-" + lower);
                }
            }
            if (scenario == 1 && !troubled && !removing && Meta.deleting(pod)) {
                long down = pods.values().stream()
                        .filter(p -> Meta.deleting(p) && !Meta.name(p).equals(name))
                        .count();
                assertThat(down).as("ordinals down beside " + name).isZero();
            }
            String index = Meta.annotation(pod, PodView.INDEX);
            if (scenario == 3 && pod.path("status").path("phase").asText().equals("Succeeded")) {
                Set<String> all = succeeded.computeIfAbsent("", i -> new HashSet<>());
                all.add(Meta.uid(pod));
                assertThat(all).as("successes of which each counts").hasSizeLessThanOrEqualTo(4);
            }
            if (!index.isEmpty()) {
                Set<String> done = succeeded.computeIfAbsent(index, i -> new HashSet<>());
                assertThat(fresh && !done.isEmpty())
                        .as("index " + index + " begun again")
                        .isFalse();
                if (pod.path("status").path("phase").asText().equals("Succeeded")) {
                    done.add(Meta.uid(pod));
                    assertThat(done).as("index " + index).hasSize(1);
                }
            }
            pods.put(name, pod);
        }

        /// Everything that a user would compare, without names that are random.
        private String end() {
            StringBuilder text = new StringBuilder();
            for (ResourceType type : List.of(
                    ResourceType.DEPLOYMENTS,
                    ResourceType.REPLICA_SETS,
                    ResourceType.STATEFUL_SETS,
                    ResourceType.DAEMON_SETS,
                    ResourceType.JOBS)) {
                for (ObjectNode object : rig.list(type)) {
                    JsonNode status = object.path("status");
                    text.append(object.path("kind").asText())
                            .append(' ')
                            .append(Meta.name(object))
                            .append(' ')
                            .append(object.path("spec").path("replicas"));
                    for (String field : List.of(
                            "replicas",
                            "readyReplicas",
                            "availableReplicas",
                            "updatedReplicas",
                            "currentReplicas",
                            "numberAvailable",
                            "updatedNumberScheduled",
                            "active",
                            "succeeded",
                            "completedIndexes",
                            "uncountedTerminatedPods",
                            "terminating")) {
                        text.append(' ').append(field).append('=').append(status.path(field));
                    }
                    for (JsonNode condition : status.path("conditions")) {
                        text.append(' ')
                                .append(condition.path("type").asText())
                                .append(condition.path("status").asText())
                                .append(condition.path("reason").asText());
                    }
                    text.append('\n');
                }
            }
            TreeMap<String, Integer> running = new TreeMap<>();
            for (ObjectNode pod : rig.list(ResourceType.PODS)) {
                String phase = pod.path("status").path("phase").asText();
                if (!phase.equals("Failed")) {
                    running.merge(
                            phase + " " + pod.at("/spec/containers/0/image").asText() + " "
                                    + Meta.annotation(pod, PodView.INDEX),
                            1,
                            Integer::sum);
                }
                assertThat(pod.path("metadata").has("finalizers")).isFalse();
            }
            boolean job = scenario == 2 || scenario == 3;
            return text + (job ? "" : running.toString());
        }

        /// Nothing is left of what its owner left behind.
        private void remove() {
            removing = true;
            for (ResourceType type : List.of(
                    ResourceType.DEPLOYMENTS,
                    ResourceType.STATEFUL_SETS,
                    ResourceType.DAEMON_SETS,
                    ResourceType.JOBS)) {
                if (!rig.list(type).isEmpty()) {
                    rig.delete(type, "w", "Background");
                }
            }
            rig.settle();
            for (ResourceType type :
                    List.of(ResourceType.PODS, ResourceType.REPLICA_SETS, ResourceType.CONTROLLER_REVISIONS)) {
                assertThat(rig.names(type)).as("orphans").isEmpty();
            }
        }
    }
}
