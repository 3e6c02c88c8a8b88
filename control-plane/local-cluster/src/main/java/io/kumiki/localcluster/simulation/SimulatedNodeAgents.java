package io.kumiki.localcluster.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Listed;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WatchEvent;
import io.kumiki.kube.simulation.SimulatedNodes;
import io.kumiki.kube.simulation.Simulation;
import io.kumiki.kube.simulation.Simulation.Act;
import io.kumiki.localcluster.node.LocalApi;
import io.kumiki.model.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The agents of all simulated nodes, on one thread that sleeps while nothing is due. They send no heartbeats: a
/// simulated node's Ready condition is what its annotations say, and nobody else may judge it by its lease.
public final class SimulatedNodeAgents implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SimulatedNodeAgents.class);

    private final LocalApi api;
    private final SimulatedNodes wanted;
    private final Simulation simulation = new Simulation();
    private final LinkedBlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> watches = new ArrayList<>();
    private @Nullable Thread thread;

    public SimulatedNodeAgents(LocalApi api, SimulatedNodes wanted) {
        this.api = api;
        this.wanted = wanted;
    }

    /// Makes the nodes be as described: those of an earlier start that are no longer wanted go.
    public void start() {
        if (wanted.anyOpen()) {
            LOG.warn("simulated nodes with open=true carry no taint: real pods may be placed there, and nothing of them"
                    + " is executed");
        }
        Set<String> names = new HashSet<>();
        for (ObjectNode node : wanted.objects(api.clock().instant())) {
            names.add(name(node));
            make(node);
        }
        Listed there = api.cluster().list(ResourceType.NODES, "", Selection.labels(SimulatedNodes.MARK + "=true"));
        for (ObjectNode node : there.items()) {
            if (names.contains(name(node)) || !Simulation.simulated(node)) {
                simulation.node(node, api.clock().instant()).forEach(this::act);
            } else {
                api.remove(ResourceType.NODES, node);
            }
        }
        thread = Thread.ofPlatform().daemon().name("simulated-nodes").start(this::run);
        // In the order in which things happened: a node is known before the pods that are bound to it.
        watches.add(api.cluster()
                .watch(
                        ResourceType.NODES,
                        "",
                        Selection.ALL,
                        there.revision(),
                        event -> mailbox.add(() -> node(event))));
        watches.add(
                api.cluster().watch(ResourceType.PODS, "", Selection.ALL, 0, event -> mailbox.add(() -> pod(event))));
    }

    /// One write for a new node, none for one that is there and as it should be.
    private void make(ObjectNode node) {
        ObjectNode now = api.get(ResourceType.NODES, "", name(node));
        if (now == null) {
            api.createIfAbsent(ResourceType.NODES, "", node);
            return;
        }
        ObjectNode bare = Json.object();
        bare.set("metadata", node.path("metadata"));
        bare.set("spec", node.path("spec"));
        api.merge(ResourceType.NODES, "", name(node), bare);
        api.status(ResourceType.NODES, node, (ObjectNode) node.path("status"));
    }

    @Override
    public void close() {
        for (AutoCloseable watch : watches) {
            try {
                watch.close();
            } catch (Exception e) {
                throw new IllegalStateException("a watch of the cluster did not close", e);
            }
        }
        if (thread != null) {
            thread.interrupt();
        }
    }

    private void run() {
        try {
            while (true) {
                Instant first = simulation.nextDue();
                Runnable next = first == null
                        ? mailbox.take()
                        : mailbox.poll(
                                Math.max(
                                        0,
                                        Duration.between(api.clock().instant(), first)
                                                .toNanos()),
                                TimeUnit.NANOSECONDS);
                if (next != null) {
                    next.run();
                }
                simulation.due(api.clock().instant()).forEach(this::act);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void node(WatchEvent event) {
        ObjectNode node = event.object();
        (event.type() == WatchEvent.Type.DELETED
                        ? simulation.nodeGone(name(node))
                        : simulation.node(node, api.clock().instant()))
                .forEach(this::act);
    }

    private void pod(WatchEvent event) {
        ObjectNode pod = event.object();
        if (event.type() == WatchEvent.Type.DELETED) {
            simulation.podGone(pod.path("metadata").path("uid").asText());
        } else {
            simulation.pod(pod, api.clock().instant()).forEach(this::act);
        }
    }

    private void act(Act act) {
        try {
            switch (act) {
                case Act.WritePod write -> api.status(ResourceType.PODS, write.pod(), write.status());
                case Act.RemovePod remove -> api.remove(ResourceType.PODS, remove.pod());
                case Act.WriteNode write -> {
                    ObjectNode reference = Json.object();
                    reference.putObject("metadata").put("name", write.name());
                    api.status(ResourceType.NODES, reference, write.status());
                }
                case Act.RemoveNode remove -> api.remove(ResourceType.NODES, remove.node());
                case Act.CreateNode create -> api.createIfAbsent(ResourceType.NODES, "", create.node());
                case Act.Complain complain ->
                    api.event(
                            complain.about(), "Warning", "SimulationRefused", "kumiki-simulation", complain.message());
            }
        } catch (RuntimeException e) {
            // One object's trouble must not stop the others.
            LOG.error("a simulated node cannot go on: {}", act.getClass().getSimpleName(), e);
        }
    }

    private static String name(JsonNode object) {
        return object.path("metadata").path("name").asText();
    }
}
