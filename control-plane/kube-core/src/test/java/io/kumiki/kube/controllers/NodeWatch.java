package io.kumiki.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Journal;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.kinds.Conditions;
import io.kumiki.model.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Reads every write about pods, nodes and leases, and says when one breaks a law: nobody takes a healthy pod without a
/// cause; evictions leave as many as the budget asks for, besides those that were lost anyway; a taint evicts neither
/// too early nor never; a node has the taints of its state.
final class NodeWatch {
    static final String LEASES = "kube-node-lease";
    private static final Duration GRACE = ControllerSettings.STANDARD.nodeGrace();
    private static final String PREFIX = "node.kubernetes.io/";
    private static final int FOR_EVER = -1;
    private static final int ABSENT = 300;

    /// @param least how many healthy pods the budget asks for
    /// @param mine for how many seconds its pods bear the taint `k`
    /// @param lost the same for a node that is not heard of
    record Scenario(ResourceType type, int replicas, int least, String rule, int mine, int lost) {
        String workload() {
            StringBuilder all = new StringBuilder();
            if (mine != 0) {
                all.append("{'key':'k','operator':'Exists','effect':'NoExecute'")
                        .append(mine == FOR_EVER ? "}," : ",'tolerationSeconds':" + mine + "},");
            }
            for (String key : lost == ABSENT ? List.<String>of() : List.of("not-ready", "unreachable")) {
                all.append("{'key':'" + PREFIX + key + "','operator':'Exists','effect':'NoExecute','tolerationSeconds':"
                        + lost + "},");
            }
            String tolerations = all.isEmpty() ? "" : "'tolerations':[" + all.substring(0, all.length() - 1) + "],";
            return Rig.workload("w", "'replicas':" + replicas + ",", "x")
                    .replace("'containers'", tolerations + "'containers'");
        }

        String budget() {
            return "{'metadata':{'name':'b'},'spec':{" + rule + ",'selector':{'matchLabels':{'app':'w'}}}}";
        }
    }

    static final List<Scenario> SCENARIOS = List.of(
            new Scenario(ResourceType.DEPLOYMENTS, 3, 2, "'minAvailable':2", 0, ABSENT),
            new Scenario(ResourceType.STATEFUL_SETS, 3, 2, "'maxUnavailable':1", 20, 60),
            new Scenario(ResourceType.DEPLOYMENTS, 3, 2, "'minAvailable':'60%'", FOR_EVER, 60),
            new Scenario(
                    ResourceType.DEPLOYMENTS,
                    5,
                    3,
                    "'minAvailable':3,'unhealthyPodEvictionPolicy':'AlwaysAllow'",
                    30,
                    0));

    final Scenario scenario;
    /// Nodes whose agents cannot be heard.
    final Set<String> silent = new TreeSet<>();
    final Map<String, ObjectNode> pods = new TreeMap<>();

    private final Map<String, ObjectNode> nodes = new TreeMap<>();
    /// When a node was last heard of; none for those that need not say anything.
    private final Map<String, Instant> heard = new HashMap<>();
    /// When a user tainted a node.
    private final Map<String, Instant> mine = new HashMap<>();
    private @Nullable ShakenRig shaken;
    private boolean excused;
    private boolean evicting;
    private boolean informed;
    private boolean grown;
    /// How many healthy pods went without being evicted since all were there.
    private int gone;

    NodeWatch(Scenario scenario) {
        this.scenario = scenario;
    }

    void begin(ShakenRig rig) {
        shaken = rig;
    }

    void peace() {
        heard.clear();
    }

    private Instant now() {
        return shaken == null ? Instant.EPOCH : shaken.rig.now;
    }

    /// What happens in here has a cause of its own.
    void excused(Runnable trouble) {
        excused = true;
        try {
            trouble.run();
        } finally {
            excused = false;
        }
    }

    /// @param upToDate whether the controllers have seen all there is
    void evicting(boolean upToDate, Runnable eviction) {
        evicting = true;
        informed = upToDate;
        try {
            eviction.run();
        } finally {
            evicting = false;
        }
    }

    List<ObjectNode> podsOn(String node) {
        return pods.values().stream().filter(pod -> node(pod).equals(node)).toList();
    }

    private static String node(JsonNode pod) {
        return pod.path("spec").path("nodeName").asText("");
    }

    private static boolean healthy(@Nullable JsonNode pod) {
        return pod != null
                && pod.path("status").path("phase").asText().equals("Running")
                && Conditions.holds(pod.path("status"), "Ready")
                && !Meta.deleting(pod);
    }

    long healthy() {
        return pods.values().stream().filter(NodeWatch::healthy).count();
    }

    boolean ready(String node) {
        return nodes.containsKey(node) && Conditions.holds(nodes.get(node).path("status"), "Ready");
    }

    boolean tainted(String node) {
        return taint(node, "k", "NoExecute") != null;
    }

    private @Nullable JsonNode taint(String node, String key, String effect) {
        for (JsonNode taint :
                nodes.getOrDefault(node, Json.object()).path("spec").path("taints")) {
            if (taint.path("key").asText().equals(key)
                    && taint.path("effect").asText().equals(effect)) {
                return taint;
            }
        }
        return null;
    }

    /// Since when a node counts as lost; `null` for one that does not.
    private boolean late(String node) {
        Instant last = heard.get(node);
        if (last == null || shaken == null) {
            return false;
        }
        Instant from = last.isAfter(shaken.started) ? last : shaken.started;
        return !from.plus(GRACE).isAfter(now());
    }

    private boolean othersWell(String node) {
        return nodes.keySet().stream().anyMatch(other -> !other.equals(node) && ready(other) && !late(other));
    }

    /// At every write.
    void observe(Journal.Entry entry) {
        String name = entry.key().name();
        ObjectNode object = entry.removal() ? Json.object() : (ObjectNode) Json.parse(entry.json());
        switch (entry.key().storage()) {
            case "pods" -> pod(name, entry.removal() ? null : object);
            case "nodes" -> {
                if (entry.removal()) {
                    nodes.remove(name);
                    mine.remove(name);
                } else {
                    ObjectNode before = nodes.put(name, object);
                    node(name, before == null ? Json.object() : before);
                }
            }
            case "leases.coordination.k8s.io" -> {
                Instant renewed = Meta.time(object.path("spec").path("renewTime"));
                if (renewed != null) {
                    heard.put(name, renewed);
                }
            }
            default -> {}
        }
    }

    private void node(String name, ObjectNode before) {
        JsonNode taint = taint(name, "k", "NoExecute");
        if (taint == null) {
            mine.remove(name);
        } else {
            mine.putIfAbsent(name, now());
            Instant since = Meta.time(taint.path("timeAdded"));
            assertThat(since == null || !since.isBefore(second(mine.getOrDefault(name, now()))))
                    .as("taint of " + name + " counted from " + since)
                    .isTrue();
        }
        boolean was = Conditions.find(before.path("status"), "Ready")
                .path("status")
                .asText()
                .equals("Unknown");
        if (!was
                && Conditions.find(nodes.getOrDefault(name, before).path("status"), "Ready")
                        .path("status")
                        .asText()
                        .equals("Unknown")) {
            assertThat(late(name)).as(name + " is late").isTrue();
        }
    }

    private static Instant second(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }

    private void pod(String name, @Nullable ObjectNode pod) {
        ObjectNode before = pod == null ? pods.remove(name) : pods.put(name, pod);
        if (pod != null && byTaint(pod) && (before == null || !byTaint(before))) {
            assertThat(mayGo(pod))
                    .as("time for " + name + " to leave " + node(pod))
                    .isTrue();
        }
        if (healthy(before) && !healthy(pod)) {
            lost(before, pod);
        }
        if (healthy() >= scenario.replicas()) {
            grown = true;
            gone = 0;
        }
        if (grown && !excused) {
            assertThat(healthy())
                    .as("healthy pods, with " + gone + " lost")
                    .isGreaterThanOrEqualTo(scenario.least() - gone);
        }
    }

    private void lost(@Nullable ObjectNode before, @Nullable ObjectNode pod) {
        ObjectNode last = pod == null ? before : pod;
        if (evicting) {
            assertThat(!informed || healthy() >= scenario.least())
                    .as("eviction with " + healthy() + " left")
                    .isTrue();
            return;
        }
        gone++;
        boolean cause = excused || last == null || reason(last).startsWith("DeletionBy") || late(node(last));
        assertThat(cause).as("why a healthy pod went: " + last).isTrue();
    }

    private static String reason(JsonNode pod) {
        return Conditions.find(pod.path("status"), "DisruptionTarget")
                .path("reason")
                .asText();
    }

    private static boolean byTaint(JsonNode pod) {
        return reason(pod).equals("DeletionByTaintManager");
    }

    /// Whether some taint of its node has lasted longer than the pod bears it.
    private boolean mayGo(JsonNode pod) {
        for (JsonNode taint :
                nodes.getOrDefault(node(pod), Json.object()).path("spec").path("taints")) {
            int seconds = taint.path("key").asText().equals("k") ? scenario.mine() : scenario.lost();
            Instant since = Meta.time(taint.path("timeAdded"));
            if (taint.path("effect").asText().equals("NoExecute")
                    && seconds != FOR_EVER
                    && (seconds == 0
                            || since != null && !since.plusSeconds(seconds).isAfter(now()))) {
                return true;
            }
        }
        return false;
    }

    /// Nothing is due.
    void atRest() {
        for (String node : nodes.keySet()) {
            boolean lost = !ready(node);
            assertThat(lost || !late(node)).as(node + " counts as lost").isTrue();
            assertThat(taint(node, PREFIX + "unreachable", "NoSchedule") != null)
                    .as(node + " is tainted, lost: " + lost)
                    .isEqualTo(lost);
            assertThat(taint(node, PREFIX + "unreachable", "NoExecute") != null)
                    .as(node + " evicts, lost: " + lost + ", others well: " + othersWell(node))
                    .isEqualTo(lost && othersWell(node));
        }
        for (ObjectNode pod : pods.values()) {
            boolean active = !Meta.deleting(pod)
                    && !Set.of("Succeeded", "Failed")
                            .contains(pod.path("status").path("phase").asText());
            assertThat(active && mayGo(pod))
                    .as(Meta.name(pod) + " is still on " + node(pod))
                    .isFalse();
        }
    }
}
