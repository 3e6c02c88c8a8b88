package io.kumiki.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.Caller;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.kinds.Conditions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Whole lives of a workload with a disruption budget while nodes are drained, tainted, fall silent and come back, and
/// the process dies between any two writes. What must never be is watched by [NodeWatch]; what comes out is the same as
/// without trouble, and a drain ends.
class DisruptionLawTest {
    private static final Map<Integer, String> CALM = new ConcurrentHashMap<>();

    @Test
    void troubleChangesNothing() {
        ShakenRig.each(ShakenRig.SEEDS / 2, seed -> new Life(seed, true).run());
    }

    /// One scenario under one seed.
    private static final class Life {
        private static final List<String> NODES = List.of("a", "b", "c");

        private final int number;
        private final NodeWatch watch;
        private final ShakenRig shaken;
        private final Rig rig;
        private final SplittableRandom random;
        private @Nullable String draining;
        private int troubles;

        Life(int seed, boolean troubled) {
            this.number = seed % NodeWatch.SCENARIOS.size();
            this.watch = new NodeWatch(NodeWatch.SCENARIOS.get(number));
            this.shaken = new ShakenRig(seed, troubled, NODES, watch::observe);
            this.rig = shaken.rig;
            this.random = shaken.random;
            rig.ignored = pod ->
                    watch.silent.contains(pod.path("spec").path("nodeName").asText());
            rig.create(ResourceType.NAMESPACES, "", "{'metadata':{'name':'kube-node-lease'}}");
            watch.begin(shaken);
        }

        String run() {
            NodeWatch.Scenario scenario = watch.scenario;
            rig.create(scenario.type(), "n", scenario.workload());
            rig.create(ResourceType.DISRUPTION_BUDGETS, "n", scenario.budget());
            for (int turn = 0; turn < 24; turn++) {
                shaken.attempt(this::beat);
                shaken.turn(() -> {
                    drain();
                    if (shaken.troubled && troubles < 14 && random.nextInt(3) == 0) {
                        trouble();
                    }
                });
                if (shaken.rested()) {
                    watch.atRest();
                }
                rig.now = rig.now.plusMillis(shaken.troubled ? random.nextInt(25_000) : 5_000);
            }
            peace();
            drainInPeace();
            String end = end();
            if (shaken.troubled) {
                assertThat(end).isEqualTo(CALM.computeIfAbsent(number, calm -> new Life(calm, false).run()));
            }
            remove();
            return end;
        }

        /// What the agents of nodes that can be heard do: they say that they live, and how their pods are.
        private void beat() {
            for (String node : NODES) {
                if (watch.silent.contains(node)) {
                    continue;
                }
                if (rig.cluster.get(ResourceType.NODES, "", node) == null) {
                    shaken.allComeBack();
                }
                if (rig.cluster.get(ResourceType.LEASES, NodeWatch.LEASES, node) == null) {
                    rig.create(ResourceType.LEASES, NodeWatch.LEASES, "{'metadata':{'name':'" + node + "'}}");
                }
                shaken.patch(
                        ResourceType.LEASES, NodeWatch.LEASES, node, "", "{'spec':{'renewTime':'" + rig.now + "'}}");
                speak(node);
            }
        }

        private void speak(String node) {
            if (!watch.ready(node)) {
                shaken.ready(node);
            }
            for (ObjectNode pod : watch.podsOn(node)) {
                if (pod.path("status").path("phase").asText().equals("Running")
                        && !Conditions.holds(pod.path("status"), "Ready")) {
                    shaken.patch(
                            ResourceType.PODS,
                            "n",
                            Meta.name(pod),
                            "status",
                            "{'status':{'conditions':[{'type':'Ready','status':'True','lastTransitionTime':'"
                                    + Meta.text(rig.now) + "'}]}}");
                }
            }
        }

        private void trouble() {
            troubles++;
            String node = NODES.get(random.nextInt(NODES.size()));
            List<ObjectNode> living = List.copyOf(watch.pods.values());
            int which = random.nextInt(10);
            if (which < 3 && !living.isEmpty()) {
                ObjectNode pod = living.get(random.nextInt(living.size()));
                watch.excused(() -> {
                    switch (which) {
                        case 0 -> shaken.delete(pod);
                        case 1 -> shaken.fail(pod);
                        default -> shaken.lose(pod.path("spec").path("nodeName").asText());
                    }
                });
            } else if (which < 4) {
                watch.silent.add(node);
            } else if (which < 5) {
                watch.silent.addAll(NODES);
            } else if (which < 6) {
                watch.silent.remove(node);
            } else if (which < 8) {
                taint(node, !watch.tainted(node));
            } else if (draining == null) {
                cordon(node, true);
                draining = node;
            }
        }

        private void taint(String node, boolean wanted) {
            shaken.patch(
                    ResourceType.NODES,
                    "",
                    node,
                    "",
                    "{'spec':{'taints':" + (wanted ? "[{'key':'k','effect':'NoExecute'}]" : "null") + "}}");
        }

        private void cordon(String node, boolean wanted) {
            shaken.patch(
                    ResourceType.NODES, "", node, "", "{'spec':{'unschedulable':" + (wanted ? wanted : "null") + "}}");
        }

        /// As `kubectl drain`: every pod is asked for until none is left; whether that is so.
        private boolean drain() {
            String node = draining;
            if (node == null) {
                return true;
            }
            List<ObjectNode> there = watch.podsOn(node);
            for (ObjectNode pod : there) {
                if (!Meta.deleting(pod)) {
                    evict(Meta.name(pod));
                }
            }
            if (there.isEmpty()) {
                cordon(node, false);
                draining = null;
            }
            return there.isEmpty();
        }

        private void evict(String pod) {
            boolean informed = !rig.controllers.waiting();
            ApiRequest request = new ApiRequest(
                    "POST",
                    "/api/v1/namespaces/n/pods/" + pod + "/eviction",
                    Map.of(),
                    Map.of("content-type", "application/json"),
                    ("{\"metadata\":{\"name\":\"" + pod + "\"}}").getBytes(StandardCharsets.UTF_8),
                    Caller.administrator());
            watch.evicting(informed, () -> {
                ApiAnswer answer = rig.cluster.handle(request);
                assertThat(answer).isInstanceOf(ApiAnswer.Whole.class);
                assertThat(((ApiAnswer.Whole) answer).status()).isIn(201, 404, 429);
            });
        }

        /// All nodes are well, nobody drains, and what a budget was promised has come or is given up.
        private void peace() {
            shaken.journal.fuse = -1;
            watch.silent.clear();
            draining = null;
            shaken.attempt(this::beat);
            for (String node : NODES) {
                shaken.attempt(() -> {
                    rig.cluster.delete(ResourceType.LEASES, NodeWatch.LEASES, node, Deletion.DEFAULT);
                    taint(node, false);
                    cordon(node, false);
                });
            }
            watch.peace();
            for (int i = 0; i < 2; i++) {
                shaken.attempt(() -> rig.pass(Duration.ofMinutes(3)));
            }
            // Failed ones stay for people to look at, and count as expected.
            for (ObjectNode pod : rig.list(ResourceType.PODS)) {
                if (pod.path("status").path("phase").asText().equals("Failed")) {
                    shaken.delete(pod);
                }
            }
            rig.settle();
            watch.atRest();
            assertThat(watch.healthy()).as("healthy in peace").isEqualTo(watch.scenario.replicas());
        }

        private void drainInPeace() {
            String node = Meta.name(rig.list(ResourceType.PODS).stream()
                    .filter(pod -> !pod.path("spec").path("nodeName").asText("").isEmpty())
                    .map(pod -> Rig.json("{'metadata':{'name':'"
                            + pod.path("spec").path("nodeName").asText() + "'}}"))
                    .findFirst()
                    .orElseThrow());
            cordon(node, true);
            draining = node;
            int tries = 0;
            rig.settle();
            while (!drain()) {
                assertThat(++tries).as("tries to drain").isLessThan(10);
                rig.pass(Duration.ofSeconds(5));
            }
            rig.pass(Duration.ofMinutes(3));
        }

        /// Everything that a user would compare, without names that are random.
        private String end() {
            StringBuilder text = new StringBuilder();
            JsonNode status = rig.get(watch.scenario.type(), "w").path("status");
            for (String field : List.of("replicas", "readyReplicas", "availableReplicas", "unavailableReplicas")) {
                text.append(field).append('=').append(status.path(field)).append(' ');
            }
            ObjectNode budget = (ObjectNode)
                    rig.get(ResourceType.DISRUPTION_BUDGETS, "b").path("status").deepCopy();
            ((ObjectNode) budget.path("conditions").path(0)).remove("lastTransitionTime");
            text.append(budget);
            for (String node : NODES) {
                ObjectNode found = rig.cluster.get(ResourceType.NODES, "", node);
                text.append(' ').append(found == null ? "" : found.path("spec"));
            }
            Map<String, Integer> pods = new TreeMap<>();
            for (ObjectNode pod : rig.list(ResourceType.PODS)) {
                String phase = pod.path("status").path("phase").asText();
                if (!phase.equals("Failed")) {
                    pods.merge(phase + Meta.deleting(pod), 1, Integer::sum);
                }
            }
            return text.append(pods).toString();
        }

        /// Nothing is left of what its owner left behind.
        private void remove() {
            watch.excused(() -> {
                rig.delete(watch.scenario.type(), "w", "Background");
                rig.settle();
            });
            assertThat(rig.names(ResourceType.PODS)).as("orphans").isEmpty();
            JsonNode status = rig.get(ResourceType.DISRUPTION_BUDGETS, "b").path("status");
            assertThat(status.path("disruptionsAllowed").asInt()).isZero();
            assertThat(status.has("disruptedPods")).isFalse();
        }
    }
}
