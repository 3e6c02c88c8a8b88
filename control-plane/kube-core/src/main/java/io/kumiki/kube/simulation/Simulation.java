package io.kumiki.kube.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The agents of all simulated nodes without I/O and without a clock: told what happened, they say what is to be
/// written now and when to ask again. While nothing is due they cost nothing, however many nodes there are. One
/// thread.
public final class Simulation {
    /// What to write.
    public sealed interface Act {
        /// @param pod namespace, name and uid at least
        record WritePod(ObjectNode pod, ObjectNode status) implements Act {}

        /// The pod's delete is finished.
        record RemovePod(ObjectNode pod) implements Act {}

        record WriteNode(String name, ObjectNode status) implements Act {}

        record RemoveNode(ObjectNode node) implements Act {}

        record CreateNode(ObjectNode node) implements Act {}

        /// Tell whoever wrote the annotations.
        record Complain(ObjectNode about, String message) implements Act {}
    }

    private record Due(Instant at, String key, boolean node, long number) {}

    private static final class Node {
        ObjectNode object;
        Map<String, String> said = Map.of();
        NodeBehaviour behaviour = NodeBehaviour.PLAIN;
        Instant since;
        boolean lost;
        boolean vanished;
        final Set<String> pods = new TreeSet<>();

        Node(ObjectNode object, Instant since) {
            this.object = object;
            this.since = since;
        }
    }

    private final Map<String, Node> nodes = new HashMap<>();
    private final Map<String, ObjectNode> pods = new HashMap<>();
    private final PriorityQueue<Due> due =
            new PriorityQueue<>(Comparator.comparing(Due::at).thenComparingLong(Due::number));
    private long number;

    /// A node is simulated when it says so and no real agent speaks for it.
    public static boolean simulated(JsonNode node) {
        String runtime = node.path("status")
                .path("nodeInfo")
                .path("containerRuntimeVersion")
                .asText("");
        return node.path("metadata")
                        .path("labels")
                        .path(SimulatedNodes.MARK)
                        .asText("")
                        .equals("true")
                && (runtime.isEmpty() || runtime.startsWith("simulated"));
    }

    public List<Act> node(ObjectNode object, Instant now) {
        String name = object.path("metadata").path("name").asText();
        if (!simulated(object)) {
            nodes.remove(name);
            return List.of();
        }
        Node node = nodes.computeIfAbsent(name, none -> new Node(object, now));
        node.object = object;
        List<Act> acts = new ArrayList<>();
        Map<String, String> said =
                NodeBehaviour.concerned(object.path("metadata").path("annotations"));
        if (!said.equals(node.said)) {
            node.said = said;
            node.since = now;
            switch (NodeBehaviour.read(object.path("metadata").path("annotations"))) {
                case NodeBehaviour.Read.Valid valid -> node.behaviour = valid.behaviour();
                case NodeBehaviour.Read.Invalid invalid -> {
                    node.behaviour = NodeBehaviour.PLAIN;
                    invalid.violations().forEach(each -> acts.add(new Act.Complain(object, each.toString())));
                }
            }
            acts.addAll(live(name, node, now));
        }
        return acts;
    }

    /// Somebody removed it; when it vanished by itself, its life goes on.
    public List<Act> nodeGone(String name) {
        Node node = nodes.get(name);
        if (node != null && !node.vanished) {
            nodes.remove(name);
            node.pods.forEach(pods::remove);
        }
        return List.of();
    }

    private List<Act> live(String name, Node node, Instant now) {
        List<Act> acts = new ArrayList<>();
        SimulatedNode state = SimulatedNode.at(node.behaviour, Duration.between(node.since, now));
        boolean returns = node.lost && !state.lost();
        node.lost = state.lost();
        if (state.lost() && node.behaviour.vanishes() && !node.vanished) {
            node.vanished = true;
            acts.add(new Act.RemoveNode(node.object));
            for (String uid : List.copyOf(node.pods)) {
                acts.addAll(orphaned(node, uid, now));
            }
        } else if (!state.lost() && node.vanished) {
            node.vanished = false;
            acts.add(new Act.CreateNode(reborn(node.object, state, now)));
        } else if (!node.vanished) {
            ObjectNode status = state.status(node.object, now);
            if (status != null) {
                acts.add(new Act.WriteNode(name, status));
            }
        }
        if (state.next() != null) {
            due.add(new Due(node.since.plus(state.next()), name, true, number++));
        }
        if (returns) {
            for (String uid : List.copyOf(node.pods)) {
                acts.addAll(step(uid, now));
            }
        }
        return acts;
    }

    private static ObjectNode reborn(ObjectNode object, SimulatedNode state, Instant now) {
        ObjectNode node = object.deepCopy();
        ((ObjectNode) node.path("metadata"))
                .remove(List.of("uid", "resourceVersion", "creationTimestamp", "managedFields", "deletionTimestamp"));
        ObjectNode status = state.status(node, now);
        if (status != null) {
            ((ObjectNode) node.path("status")).setAll(status);
        }
        return node;
    }

    /// What Kubernetes' collector of pods does with those whose node is no more.
    private List<Act> orphaned(Node node, String uid, Instant now) {
        ObjectNode pod = pods.remove(uid);
        node.pods.remove(uid);
        if (pod == null) {
            return List.of();
        }
        ObjectNode status = SimulatedStatus.of(
                pod, new SimulatedStatus.Moment(SimulatedStatus.Run.ENDED, "Failed", now, now, 137, 0), null);
        ((ArrayNode) status.path("conditions"))
                .addObject()
                .put("type", "DisruptionTarget")
                .put("status", "True")
                .put("reason", "DeletionByPodGC")
                .put("message", "PodGC: node no longer exists");
        return List.of(new Act.WritePod(pod, status), new Act.RemovePod(pod));
    }

    /// A pod that is bound to a node; others are no business of ours.
    public List<Act> pod(ObjectNode object, Instant now) {
        JsonNode metadata = object.path("metadata");
        String uid = metadata.path("uid").asText();
        Node node = nodes.get(object.path("spec").path("nodeName").asText(""));
        String phase = object.path("status").path("phase").asText("Pending");
        boolean over = phase.equals("Succeeded") || phase.equals("Failed");
        boolean ends = metadata.has("deletionTimestamp");
        if (node == null || (over && !ends)) {
            return List.of();
        }
        ObjectNode known = pods.get(uid);
        // Our own write coming back says nothing new.
        if (known != null && !ends) {
            return List.of();
        }
        pods.put(uid, needed(object));
        node.pods.add(uid);
        return step(uid, now);
    }

    public void podGone(String uid) {
        ObjectNode pod = pods.remove(uid);
        Node node =
                pod == null ? null : nodes.get(pod.path("spec").path("nodeName").asText(""));
        if (node != null) {
            node.pods.remove(uid);
        }
    }

    /// Of a pod only what decides about it is kept.
    private static ObjectNode needed(ObjectNode pod) {
        ObjectNode kept = Json.object();
        ObjectNode metadata = kept.putObject("metadata");
        for (String field : List.of("namespace", "name", "uid", "deletionTimestamp")) {
            if (pod.path("metadata").has(field)) {
                metadata.set(field, pod.path("metadata").get(field));
            }
        }
        ObjectNode annotations = metadata.putObject("annotations");
        pod.path("metadata").path("annotations").properties().forEach(entry -> {
            if (entry.getKey().startsWith("kumiki.io/simulated-")) {
                annotations.set(entry.getKey(), entry.getValue());
            }
        });
        ObjectNode spec = kept.putObject("spec");
        spec.put("nodeName", pod.path("spec").path("nodeName").asText());
        spec.put("restartPolicy", pod.path("spec").path("restartPolicy").asText("Always"));
        for (String list : List.of("initContainers", "containers")) {
            ArrayNode containers = spec.putArray(list);
            for (JsonNode container : pod.path("spec").path(list)) {
                ObjectNode each = containers.addObject();
                each.put("name", container.path("name").asText())
                        .put("image", container.path("image").asText());
                if (container.has("restartPolicy")) {
                    each.set("restartPolicy", container.get("restartPolicy"));
                }
            }
        }
        kept.set("status", pod.path("status").isMissingNode() ? Json.object() : pod.path("status"));
        return kept;
    }

    /// Everything that is due by now.
    public List<Act> due(Instant now) {
        List<Act> acts = new ArrayList<>();
        while (!due.isEmpty() && !due.peek().at.isAfter(now)) {
            Due next = due.remove();
            if (next.node) {
                Node node = nodes.get(next.key);
                if (node != null) {
                    acts.addAll(live(next.key, node, now));
                }
            } else {
                acts.addAll(step(next.key, now));
            }
        }
        return acts;
    }

    public @Nullable Instant nextDue() {
        return due.isEmpty() ? null : due.peek().at;
    }

    private List<Act> step(String uid, Instant now) {
        ObjectNode pod = pods.get(uid);
        Node node =
                pod == null ? null : nodes.get(pod.path("spec").path("nodeName").asText(""));
        // A lost node's pods stand still: nobody there to tell of them.
        if (pod == null || node == null || node.lost) {
            return List.of();
        }
        return switch (SimulatedPod.next(pod, node.behaviour, now)) {
            case SimulatedPod.Step.Write write -> {
                later(write.next(), uid);
                String phase = write.status().path("phase").asText();
                if (phase.equals("Succeeded") || phase.equals("Failed")) {
                    podGone(uid);
                } else {
                    pod.set("status", write.status());
                }
                yield List.of(new Act.WritePod(pod, write.status()));
            }
            case SimulatedPod.Step.Wait wait -> {
                later(wait.next(), uid);
                yield List.of();
            }
            case SimulatedPod.Step.Remove ignored -> {
                podGone(uid);
                yield List.of(new Act.RemovePod(pod));
            }
        };
    }

    private void later(@Nullable Instant at, String uid) {
        if (at != null) {
            due.add(new Due(at, uid, false, number++));
        }
    }
}
