package io.kumiki.kube.controllers;

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
import io.kumiki.kube.WatchEvent;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.scheduling.Selectors;
import io.kumiki.kube.simulation.SimulatedPod;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/// A cluster on a virtual clock: the real core and controllers, and a node that runs pods as simulated ones.
final class Rig {
    static final WriteOptions BY = WriteOptions.by("test");

    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    Journal journal;
    Cluster cluster;
    /// What the node has heard of pods, and what it has read of that already.
    private final Map<String, WatchEvent> told = new TreeMap<>();

    private final Map<String, ObjectNode> read = new HashMap<>();
    Controllers controllers;
    /// Which pods the node leaves alone.
    Predicate<ObjectNode> ignored = pod -> false;
    /// Pods whose node does not let them become ready.
    Predicate<ObjectNode> unready = pod -> false;

    Rig() {
        this(Journal.memory(), 7);
        for (String node : List.of("a", "b", "c")) {
            create(
                    ResourceType.NODES,
                    "",
                    "{'metadata':{'name':'" + node + "'},'status':{'conditions':[{'type':'Ready','status':'True'}]}}");
        }
        create(ResourceType.NAMESPACES, "", "{'metadata':{'name':'n'}}");
    }

    Rig(Journal journal, long seed) {
        this.journal = journal;
        start(seed);
    }

    /// A new process on the same journal.
    void start(long seed) {
        cluster = new Cluster(ClusterSettings.simulated(() -> now, seed), journal);
        cluster.resume();
        told.clear();
        read.clear();
        cluster.watch(ResourceType.PODS, "", Selection.ALL, 0, this::tell);
        controllers = cluster.controllers(ControllerSettings.STANDARD);
    }

    private void tell(WatchEvent event) {
        StoredObject pod = event.stored();
        String name = pod.key().namespace() + "/" + pod.key().name();
        read.remove(name);
        if (event.type() == WatchEvent.Type.DELETED) {
            told.remove(name);
        } else {
            told.put(name, event);
        }
    }

    static ObjectNode json(String text) {
        return (ObjectNode) Json.parse(text.replace('\'', '"'));
    }

    ObjectNode create(ResourceType type, String namespace, String text) {
        return cluster.create(type, namespace, json(text), BY);
    }

    ObjectNode get(ResourceType type, String name) {
        ObjectNode found = cluster.get(type, "n", name);
        if (found == null) {
            throw new AssertionError("no " + type + " " + name);
        }
        return found;
    }

    List<ObjectNode> list(ResourceType type) {
        return cluster.list(type, "n", Selection.ALL).items();
    }

    List<String> names(ResourceType type) {
        return list(type).stream().map(Meta::name).sorted().toList();
    }

    void merge(ResourceType type, String name, String text) {
        cluster.patch(type, "n", name, "", PatchType.MERGE, json(text), BY);
    }

    void delete(ResourceType type, String name, String propagation) {
        cluster.delete(type, "n", name, new Deletion(null, propagation, null, null, false));
    }

    List<String> events(String object) {
        return list(ResourceType.EVENTS).stream()
                .filter(e -> e.path("involvedObject").path("name").asText().equals(object))
                .map(e -> e.path("reason").asText() + ": " + e.path("message").asText())
                .toList();
    }

    /// Only the controllers.
    void decide() {
        int steps = 0;
        while (controllers.step()) {
            if (++steps > 20_000) {
                throw new AssertionError("the controllers never come to rest");
            }
        }
    }

    /// Controllers and node by turns until nothing happens at this instant.
    void settle() {
        for (int turn = 0; turn < 1000; turn++) {
            decide();
            if (!node()) {
                return;
            }
        }
        throw new AssertionError("the cluster never comes to rest");
    }

    void pass(Duration time) {
        now = now.plus(time);
        settle();
    }

    /// Whether the node changed anything.
    boolean node() {
        boolean changed = false;
        for (String name : List.copyOf(told.keySet())) {
            WatchEvent event = told.get(name);
            if (event == null) {
                continue;
            }
            ObjectNode pod = read.computeIfAbsent(name, n -> event.object());
            if (!ignored.test(pod)) {
                changed |= run(pod);
            }
        }
        return changed;
    }

    private boolean run(ObjectNode pod) {
        String name = Meta.name(pod);
        JsonNode affinity = pod.at(
                "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0/matchFields/0/values/0");
        try {
            if (pod.path("spec").path("nodeName").asText("").isEmpty() && !Meta.deleting(pod)) {
                List<String> nodes =
                        new ArrayList<>(cluster.list(ResourceType.NODES, "", Selection.ALL).items().stream()
                                .filter(node -> takes(node, pod))
                                .map(Meta::name)
                                .toList());
                if (nodes.isEmpty()) {
                    return false;
                }
                String node = affinity.asText(nodes.get(Math.floorMod(name.hashCode(), nodes.size())));
                cluster.bind(Meta.namespace(pod), name, Meta.uid(pod), node, Map.of());
                return true;
            }
            if (unready.test(pod) && !Meta.deleting(pod)) {
                return false;
            }
            return switch (SimulatedPod.next(pod, now)) {
                case SimulatedPod.Step.Write write -> {
                    ObjectNode patch = Json.object();
                    patch.set("status", write.status());
                    cluster.patch(ResourceType.PODS, Meta.namespace(pod), name, "status", PatchType.MERGE, patch, BY);
                    yield true;
                }
                case SimulatedPod.Step.Wait wait -> false;
                case SimulatedPod.Step.Remove remove -> {
                    if (pod.path("metadata").path("deletionGracePeriodSeconds").asLong() == 0
                            && !pod.path("metadata").path("finalizers").isEmpty()) {
                        yield false;
                    }
                    cluster.delete(ResourceType.PODS, Meta.namespace(pod), name, Deletion.NOW.onlyUid(Meta.uid(pod)));
                    yield true;
                }
            };
        } catch (ApiFault fault) {
            if (fault.code() != 404 && fault.code() != 409) {
                throw fault;
            }
            return true;
        }
    }

    private static boolean takes(ObjectNode node, ObjectNode pod) {
        return Selectors.untolerated(
                        node.path("spec").path("taints"),
                        pod.path("spec").path("tolerations"),
                        "NoSchedule",
                        "NoExecute")
                == null;
    }

    static String workload(String name, String more, String image) {
        return "{'metadata':{'name':'" + name + "'},'spec':{" + more + "'selector':{'matchLabels':{'app':'" + name
                + "'}},'template':{'metadata':{'labels':{'app':'" + name
                + "'}},'spec':{'containers':[{'name':'c','image':'" + image + "'}]}}}}";
    }

    static String job(String name, String more, String annotations) {
        return "{'metadata':{'name':'" + name + "'},'spec':{" + more + "'template':{'metadata':{'annotations':{"
                + annotations + "}},'spec':{'restartPolicy':'Never','containers':[{'name':'c','image':'x'}]}}}}";
    }
}
