package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// A cluster in the hand: what the shell does with the pure scheduler, without any shell.
final class World {
    static final Instant T = Instant.parse("2026-01-01T00:00:00Z");

    final Scheduler scheduler;
    Instant now = T;
    final Map<String, ObjectNode> pods = new TreeMap<>();
    final Map<String, String> said = new HashMap<>();
    final List<String> evicted = new ArrayList<>();

    World() {
        this(Set.of());
    }

    World(Set<String> ignored) {
        scheduler = new Scheduler(SchedulerRules.DEFAULT, ignored, pod -> false);
    }

    static JsonNode json(String quoted) {
        return Json.parse(quoted.replace('\'', '"'));
    }

    static ObjectNode node(String name, String allocatable, String labels) {
        ObjectNode node = Json.object();
        ObjectNode all = node.putObject("metadata").put("name", name).putObject("labels");
        all.put("kubernetes.io/hostname", name).setAll((ObjectNode) json(labels));
        node.putObject("spec");
        ObjectNode status = node.putObject("status");
        ObjectNode amounts = status.putObject("allocatable");
        amounts.put("cpu", "4").put("memory", "16Gi").put("pods", "110").setAll((ObjectNode) json(allocatable));
        status.putArray("conditions").addObject().put("type", "Ready").put("status", "True");
        return node;
    }

    static ObjectNode pod(String name, String labels, String spec) {
        ObjectNode pod = Json.object();
        pod.putObject("metadata")
                .put("name", name)
                .put("uid", "u-" + name)
                .put("namespace", "ns")
                .set("labels", json(labels));
        pod.set("spec", json(spec));
        pod.putObject("status");
        return pod;
    }

    static ObjectNode cpu(String name, String amount, int priority) {
        return pod(
                name,
                "{}",
                "{'priority':" + priority + ",'containers':[{'name':'c','resources':{'requests':{'cpu':'" + amount
                        + "'}}}]}");
    }

    World with(ObjectNode... nodes) {
        for (ObjectNode node : nodes) {
            scheduler.node(node, now);
        }
        return this;
    }

    /// A pod that stands on a node already.
    World on(String node, ObjectNode pod) {
        ((ObjectNode) pod.path("spec")).put("nodeName", node);
        pods.put(name(pod), pod);
        scheduler.pod(pod, now);
        return this;
    }

    World come(ObjectNode pod) {
        pods.put(name(pod), pod);
        scheduler.pod(pod, now);
        return this;
    }

    World gone(String name) {
        ObjectNode pod = pods.remove(name);
        scheduler.podGone(pod.path("metadata").path("uid").asText(), now);
        return this;
    }

    /// Tries until nothing is due now; victims of preemption begin to end, and stay until [#finishEvictions].
    World run() {
        for (Attempt attempt = scheduler.next(now); attempt != null; attempt = scheduler.next(now)) {
            step(attempt);
        }
        return this;
    }

    void step(Attempt attempt) {
        String name = attempt.pod().name();
        if (attempt.onNominatedNode() || attempt.filter()) {
            String node = attempt.best(Map.of());
            scheduler.assume(attempt, node, now);
            ObjectNode pod = pods.get(name);
            ((ObjectNode) pod.path("spec")).put("nodeName", node);
            scheduler.pod(pod, now);
            said.put(name, "on " + node);
            return;
        }
        switch (attempt.preempt()) {
            case Preemption.Hopeless hopeless -> {
                said.put(name, attempt.message(hopeless.message()));
                scheduler.unschedulable(attempt, hopeless.clears(), now);
                if (hopeless.clears()) {
                    clear(name);
                }
            }
            case Preemption.Candidates found -> {
                Preemption.Candidate best = Preemption.choose(found.candidates());
                said.put(name, "clears " + best.node());
                scheduler.nominate(attempt, best.node(), now).forEach(loser -> clear(loser.name()));
                ObjectNode preemptor = pods.get(name);
                ((ObjectNode) preemptor.path("status")).put("nominatedNodeName", best.node());
                scheduler.pod(preemptor, now);
                best.victims().forEach(victim -> end(victim.name()));
            }
        }
    }

    private void clear(String name) {
        ((ObjectNode) pods.get(name).path("status")).remove("nominatedNodeName");
        scheduler.pod(pods.get(name), now);
    }

    private void end(String victim) {
        ObjectNode pod = pods.get(victim);
        ((ObjectNode) pod.path("metadata")).put("deletionTimestamp", now.toString());
        pod.withObject("/status")
                .putArray("conditions")
                .addObject()
                .put("type", "DisruptionTarget")
                .put("reason", "PreemptionByScheduler");
        evicted.add(victim);
        scheduler.pod(pod, now);
    }

    World finishEvictions() {
        for (String victim : List.copyOf(pods.keySet())) {
            if (pods.get(victim).path("metadata").has("deletionTimestamp")) {
                gone(victim);
            }
        }
        return this;
    }

    World later(long seconds) {
        now = now.plusSeconds(seconds);
        return run();
    }

    /// What became of a pod that comes now.
    String fate(ObjectNode pod) {
        come(pod).run();
        return said.getOrDefault(name(pod), "not tried");
    }

    static String name(JsonNode object) {
        return object.path("metadata").path("name").asText();
    }
}
